"""Training on several devices of one machine, each with a share of every batch."""

from collections.abc import Sequence
from contextlib import AbstractContextManager

from keras_vae.training.backend import Steps


def data_parallel(devices: Sequence[str] | None = None) -> AbstractContextManager:
    """Return a context in which a VAE is made, compiled and trained on several devices with the numbers of one.

    Each device holds the model and takes a share of every batch; losses, gradients and noise are those of the whole
    batch, so that `batch_size`, the learning rate and beta mean what they mean on one device. TensorFlow does it by
    `tf.distribute.MirroredStrategy`, JAX by `keras.distribution.DataParallel`, whose batches must divide by the number
    of devices (`Batches(..., remainder="pad")`). With fewer than two devices the context does nothing; nor does it on
    PyTorch, where Keras trains on one.

    Args:
        devices: Names of devices, such as `["GPU:0", "GPU:1"]`, or None for all GPUs of the machine. Default None.

    Returns:
        A context manager.

    Raises:
        ValueError: If several devices are named on PyTorch, or `devices` is no list of names.

    Example:
    >>> with keras_vae.data_parallel():
    ...     encoder, decoder = keras_vae.networks.mlp((28, 28, 1), latent_dim=2)
    ...     vae = keras_vae.VAE(encoder, decoder)
    ...     vae.compile(optimizer="adam")
    ...     vae.fit(x, epochs=1, batch_size=128)
    """
    is_list = isinstance(devices, Sequence) and not isinstance(devices, (str, bytes))
    if devices is not None and not (is_list and devices and all(isinstance(name, str) for name in devices)):
        raise ValueError(f"`devices` must be a list of at least one device's name, or None. Received: {devices!r}")
    return Steps.share_batches(None if devices is None else list(devices))
