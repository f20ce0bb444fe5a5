"""What the layers between encoder and decoder share: their input (mean, log_var) and their noise."""

import keras

from keras_vae.arguments import seed_or_none
from keras_vae.layers.noise import SavesNoise, stream


class GaussianLayer(SavesNoise, keras.layers.Layer):
    """A layer that takes `[mean, log_var]` of a Gaussian posterior and owns two streams of noise.

    Training and evaluation draw from different streams, so that adding validation data to `fit` does not change
    the training. Both are saved with the layer (Keras does not save them), so that a loaded model goes on where
    the saved one stopped and does not repeat its noise.
    """

    def __init__(self, seed=None, dtype="float32", **kwargs):
        # float32 whatever the global policy: a float16 KL overflows at log_var = 12.
        super().__init__(dtype=dtype, **kwargs)
        self.seed = seed_or_none("seed", seed)
        streams = (None, None) if self.seed is None else (stream(self.seed, 0), stream(self.seed, 1))
        self.training_noise, self.evaluation_noise = (keras.random.SeedGenerator(start) for start in streams)

    def noise(self, training):
        """Return the `SeedGenerator` of training or of evaluation."""
        return self.training_noise if training else self.evaluation_noise

    def build(self, input_shape):
        """Check that the input is two tensors of one shape."""
        shapes = [tuple(shape) for shape in input_shape] if _is_pair(input_shape) else input_shape
        if not _is_pair(input_shape) or shapes[0] != shapes[1]:
            raise ValueError(
                f"{type(self).__name__} must be called on [mean, log_var], two tensors of one shape. "
                f"Received: shapes {shapes}"
            )

    def noise_states(self):
        """Return the states of the two streams."""
        return {"training_noise": self.training_noise.state, "evaluation_noise": self.evaluation_noise.state}


def _is_pair(shapes) -> bool:
    return isinstance(shapes, (list, tuple)) and len(shapes) == 2 and all(isinstance(s, (list, tuple)) for s in shapes)
