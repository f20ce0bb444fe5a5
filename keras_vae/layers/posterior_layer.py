"""The base of the layers between encoder and decoder: they take a posterior's parameters and own noise."""

from typing import Any, Self

import keras

from keras_vae import posteriors
from keras_vae.arguments import seed_or_none
from keras_vae.noise import SavesNoise, of_training_and_evaluation


class PosteriorLayer(SavesNoise, keras.layers.Layer):
    """A layer that takes the parameters of a posterior q(z|x) and owns two streams of noise.

    Training and evaluation draw from different streams, so that adding validation data to `fit` does not change
    the training. Both are saved with the layer (Keras does not save them), so that a loaded model goes on where
    the saved one stopped and does not repeat its noise.
    """

    def __init__(
        self,
        seed: int | None = None,
        posterior: str | posteriors.Posterior | None = None,
        dtype: str = "float32",
        **kwargs: Any,
    ):
        # float32 whatever the global policy: a float16 KL overflows at log_var = 12.
        super().__init__(dtype=dtype, **kwargs)
        self.seed = seed_or_none("seed", seed)
        self.posterior = posteriors.get(posterior)
        self.training_noise, self.evaluation_noise = of_training_and_evaluation(self.seed)

    def noise(self, training: bool | None) -> keras.random.SeedGenerator:
        """Return the `SeedGenerator` of training or of evaluation."""
        return self.training_noise if training else self.evaluation_noise

    def build(self, input_shape: Any) -> None:
        """Check the input and build the posterior."""
        is_list = isinstance(input_shape, (list, tuple)) and all(isinstance(s, (list, tuple)) for s in input_shape)
        subject = f"{type(self).__name__} must be called on"
        self.posterior.shape_of_codes(input_shape if is_list else [input_shape], subject)
        if not self.posterior.built:
            self.posterior.build(input_shape)
        self.built = True

    def noise_states(self) -> dict[str, keras.Variable]:
        """Return the states of the two streams."""
        return {"training_noise": self.training_noise.state, "evaluation_noise": self.evaluation_noise.state}

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "seed": self.seed, "posterior": serialized_to_share(self.posterior)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Make the layer from its config; files of 0.2.0 name no posterior."""
        parts = {name: config[name] for name in ("posterior", "prior") if name in config}
        config = {**config, **{n: keras.saving.deserialize_keras_object(part) for n, part in parts.items()}}
        return cls(**config)


def serialized_to_share(part: keras.layers.Layer) -> dict[str, Any]:
    """Serialize a part that several layers may hold, so that it is one object again when their model is loaded.

    While a model is saved, Keras marks an object that it meets a second time as shared, on both dicts. It copies the
    dict in a layer's config before it meets the next layer's, and the mark would be lost: so it meets the part twice.
    """
    keras.saving.serialize_keras_object(part)
    return keras.saving.serialize_keras_object(part)
