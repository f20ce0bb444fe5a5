"""The one place where the backend is chosen."""

from typing import TYPE_CHECKING

import keras

if TYPE_CHECKING:
    from keras_vae.training.steps import BackendSteps as Steps
elif keras.backend.backend() == "tensorflow":
    from keras_vae.training.tensorflow_steps import TensorFlowSteps as Steps
elif keras.backend.backend() == "jax":
    from keras_vae.training.jax_steps import JaxSteps as Steps
elif keras.backend.backend() == "torch":
    from keras_vae.training.torch_steps import TorchSteps as Steps
else:
    raise ImportError(
        f"keras_vae runs on the Keras backends tensorflow, jax and torch. Received: {keras.backend.backend()}"
    )

__all__ = ["Steps"]
