"""The autoencoder."""

import math
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import keras
import numpy as np
from keras import ops

from keras_vae import batch, likelihoods, posteriors, priors
from keras_vae.arguments import able, seed_or_none, shape_text
from keras_vae.arrays.checks import batch_of
from keras_vae.models import checks, data_warnings
from keras_vae.models.final_sigmoid import final_sigmoid
from keras_vae.models.latent_methods import LatentMethods
from keras_vae.models.misfit import Misfit
from keras_vae.noise import of_training_and_evaluation
from keras_vae.training import Phase, Trainer
from keras_vae.types import ArrayLike, Tensor

if TYPE_CHECKING:
    from keras_vae.models.vae import VAE


@keras.saving.register_keras_serializable(package="keras_vae.models")
class Autoencoder(LatentMethods, Trainer):
    """An autoencoder: x -> encoder -> code -> decoder -> the parameters of p(x|code).

    `fit` minimises minus the log-likelihood, and what `penalties` add to it. It logs `loss`, `reconstruction_loss`
    and each penalty under its name, in nats per example, summed over the values of an example and averaged over the
    batch, with the likelihood's constant in. Rows with a `sample_weight` count by it in every average; a row of weight
    0 does not count at all.

    It has no probability of data, and no `elbo`. To draw new examples it needs a prior on its codes: after the
    training `adapt(x)` fits a mixture of Gaussians to them.

    Args:
        encoder: Any Keras model from x to the code, a tensor of shape `(batch, latent_dim)` or
            `(batch, height, width, channels)`.
        decoder: Any Keras model from z to the likelihood's parameters: for "bernoulli" logits of the data's shape,
            without an activation at the end; a decoder that ends in a sigmoid goes with `Bernoulli(from_logits=False)`.
        likelihood: Name or `keras_vae.likelihoods.Likelihood`. Default "bernoulli".
        prior: None (a mixture of 10 Gaussians, for `adapt`), a name or a `keras_vae.priors.Prior`: the law of the
            codes that `sample` draws. One that has weights belongs to one model. Default None.
        penalties: List of `keras_vae.penalties.Penalty`, each with a name that nothing else is logged under. Default
            none.
        skip_threshold: None, or the norm of the gradient above which an update is skipped. Default None. Updates
            that are not finite are always skipped.
        seed: Int or None, the seed of the noise. Default None.
        **kwargs: `name`, `dtype`, `trainable`, as for every Keras model.

    Raises:
        ValueError: If an argument is out of its range, or the networks do not fit each other or the data; when it is
            built, if `prior` has weights and belongs to another model.

    Example:
    >>> encoder, decoder = keras_vae.networks.mlp((28, 28, 1), latent_dim=2, heads={"code": 2})
    >>> autoencoder = keras_vae.Autoencoder(encoder, decoder)
    >>> autoencoder.compile(optimizer=keras.optimizers.Adam(1e-3))
    >>> autoencoder.fit(x, epochs=1)
    >>> autoencoder.adapt(x)
    >>> images = autoencoder.sample(16)

    Reference: Ghosh et al. 2020, "From variational to deterministic autoencoders", section 4, on the mixture.
    """

    MEASURES: tuple[str, ...] = ("loss", "reconstruction_loss")
    PHASES: tuple[str, ...] = ("training",)
    UNLOGGED = ("outside_support",)
    # The weights of the loss that are always logged.
    WEIGHTS: tuple[str, ...] = ()
    takes_condition = False  # whether y is a condition, which every method takes
    NO_LOSS = "the likelihood says what is minimised; choose `likelihood` in the constructor"
    NO_CLASS_WEIGHT = "the model knows no classes; give each row its weight as `sample_weight`"
    # The constructor's arguments that are objects of their own.
    PARTS: tuple[str, ...] = ("encoder", "decoder", "likelihood", "prior", "penalties")

    misfit: Misfit

    def __init__(
        self,
        encoder: keras.layers.Layer,
        decoder: keras.layers.Layer,
        likelihood: str | likelihoods.Likelihood = "bernoulli",
        prior: str | priors.Prior | None = None,
        penalties: Sequence[Any] = (),
        skip_threshold: float | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ):
        counts = ("skipped_updates", *(f"skipped_updates_{phase}" for phase in self.PHASES[1:]), "invalid_rows")
        logged = (*self.MEASURES, *self.UNLOGGED, *self.WEIGHTS, *counts)
        penalties = checks.penalties(penalties, logged, type(self).__name__)
        compares = [type(penalty).__name__ for penalty in penalties if penalty.needs_prior]
        if prior is None and compares:
            raise ValueError(
                f"`prior` must be given with the penalty {compares[0]}, which compares the codes with draws from it: "
                "'standard_normal', for example. Received: prior=None"
            )
        measures = (*self.MEASURES, *(penalty.name for penalty in penalties), *self.UNLOGGED)
        super().__init__(measures, self.PHASES, skip_threshold, **kwargs)
        self.encoder = checks.model("encoder", encoder)
        self.decoder = checks.model("decoder", decoder)
        self.likelihood = likelihoods.get(likelihood)
        self.prior = self.default_prior() if prior is None else priors.get(prior)
        self.penalties = penalties
        for penalty in penalties:
            for name, (weight, schedule) in penalty.schedules().items():
                self.schedule_weight(name, weight, schedule)
        self.seed = seed_or_none("seed", seed)
        self.training_noise, self.evaluation_noise = of_training_and_evaluation(self.seed, number=2)
        takes_probabilities = not getattr(self.likelihood, "from_logits", True)
        self.final_sigmoid = final_sigmoid(self.decoder) if takes_probabilities else None
        self.__dict__["misfit"] = Misfit(self.decoder, self.likelihood)  # past Keras' tracking
        self.latent_dim = self.latent_shape = self.event_shape = self.target_shape = None

    def default_prior(self) -> priors.Prior:
        """Return the prior that None stands for."""
        return priors.get("mixture_of_gaussians")

    # The way of one batch: what a subclass changes. y is the target, unless a subclass says otherwise.

    def encoded(self, x: Tensor, y: Tensor | None = None, training: bool | None = False) -> list[Tensor]:
        """Return what the encoder gives for x, as a list of float32 tensors."""
        outputs = self.encoder(self.with_condition(x, y), training=training)
        # Not keras.tree, which takes longer than the cast on PyTorch.
        return [ops.cast(part, "float32") for part in (outputs if isinstance(outputs, (list, tuple)) else [outputs])]

    def point(self, encoded: list[Tensor]) -> Tensor:
        """Return the code that stands for each example."""
        return encoded[0]

    def decoded(self, z: Tensor, y: Tensor | None = None, training: bool | None = False) -> dict[str, Tensor]:
        """Return the decoder's output for z, the likelihood's `parameters`.

        Where the likelihood takes probabilities and the decoder ends in a sigmoid that can be left out, the `logits`
        before it come with them.
        """
        inputs = self.with_condition(z, y)
        if self.final_sigmoid is None:
            return {"parameters": self.decoder(inputs, training=training)}
        with self.final_sigmoid.left_out():
            logits = self.decoder(inputs, training=training)
        return {"logits": logits, "parameters": ops.sigmoid(logits)}

    def condition(self, y: Tensor | None) -> Tensor | None:
        """Return what encoder and decoder are given beside x and z, of a batch's y: here nothing."""
        return None

    def with_condition(self, values: Tensor, y: Tensor | None) -> Tensor | list[Tensor]:
        """Return the inputs of the encoder, of x, or of the decoder, of z: here without a condition."""
        return values

    def split(self, inputs: Tensor | Sequence[Tensor]) -> Sequence[Tensor | None]:
        """Return x and the condition of what `call` takes."""
        return inputs, None

    def joined(self, x: Tensor, y: Tensor | None) -> Tensor | list[Tensor]:
        """Return what `call` takes of a batch."""
        return x

    def target(self, x: Tensor, y: Tensor | None) -> Tensor:
        """Return what the decoder's output is compared with: y, the target of a denoising model, or x."""
        return checks.target(x, y, self.target_shape)

    def call(
        self, inputs: Tensor | Sequence[Tensor], sample_weight: Tensor | None = None, training: bool | None = None
    ) -> dict[str, Tensor]:
        """Pass a batch through the model.

        Args:
            inputs: x, a tensor of shape `(batch, ...)`; of a conditional model `[x, y]`.
            sample_weight: None or tensor of shape `(batch,)`; an autoencoder makes no use of it.
            training: Bool.

        Returns:
            Dict: the code `z`, and `parameters`, the decoder's output for z, with `logits` where `decoded` gives them.
        """
        x, y = self.split(inputs)
        z = self.point(self.encoded(batch_of("x", x, self.event_shape), y, training))
        return by_name({"z": z, **self.decoded(z, y, training)})

    def losses_of(
        self, x: Tensor, y: Tensor | None, sample_weight: Tensor | None, training: bool
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Return the losses of a batch, a dict of scalars, and the outputs of `call`."""
        outputs = self(self.joined(x, y), sample_weight=sample_weight, training=training)
        return self.losses_of_outputs(x, y, outputs, sample_weight, training), outputs

    def losses_of_outputs(
        self,
        x: Tensor,
        y: Tensor | None,
        outputs: dict[str, Tensor],
        sample_weight: Tensor | None = None,
        training: bool = True,
    ) -> dict[str, Tensor]:
        """Return the loss and its parts, in nats per example, averaged over the batch."""
        target = self.target(x, y)
        losses = self.parts_of_loss(target, outputs, sample_weight)
        return self.completed(losses, target, outputs, sample_weight, training)

    def parts_of_loss(
        self, target: Tensor, outputs: dict[str, Tensor], sample_weight: Tensor | None
    ) -> dict[str, Tensor]:
        """Return the loss without penalties, and what it consists of."""
        reconstruction_loss = -batch.mean(self.likelihood.log_prob(target, **of_decoder(outputs)), sample_weight)
        # `self.losses` holds beta * KL from the KL layer, and the networks' regularizers, if any.
        loss = reconstruction_loss + sum(ops.cast(part, "float32") for part in self.losses)
        return {"loss": loss, "reconstruction_loss": reconstruction_loss}

    def completed(
        self,
        losses: dict[str, Tensor],
        target: Tensor,
        outputs: dict[str, Tensor],
        sample_weight: Tensor | None,
        training: bool,
    ) -> dict[str, Tensor]:
        """Return the losses with the penalties, and whether the target is outside the likelihood's support."""
        noise = self.noise(training)
        penalties = {
            penalty.name: penalty(outputs, prior=self.prior, noise=noise, sample_weight=sample_weight)
            for penalty in self.penalties
        }
        loss = losses["loss"] + sum(penalty.weight * penalties[penalty.name] for penalty in self.penalties)
        outside_support = self.likelihood.outside_support(ops.cast(target, "float32"))
        return {**losses, **penalties, "loss": loss, "outside_support": outside_support}

    def noise(self, training: bool) -> keras.random.SeedGenerator:
        """Return the model's own noise, of training or of evaluation."""
        return self.training_noise if training else self.evaluation_noise

    def regularization(self) -> Tensor:
        """Return what the layers of the parts add to the loss, where the model itself was not called."""
        layers = [layer for name in self.PARTS for layer in self._layers_of(name)]
        return sum(ops.cast(loss, "float32") for layer in layers for loss in layer.losses)

    def compute_loss(
        self,
        x: Tensor | None = None,
        y: Tensor | None = None,
        y_pred: dict[str, Tensor] | Any = None,
        sample_weight: Tensor | None = None,
        training: bool = True,
    ) -> Tensor:
        """Return what `fit` minimises, given the outputs of `call`; see `keras.Model.compute_loss`."""
        return self.losses_of_outputs(x, y, y_pred, sample_weight, training)["loss"]

    def compute_metrics(
        self, x: Tensor, y: Tensor | None, y_pred: dict[str, Tensor], sample_weight: Tensor | None = None
    ) -> dict[str, Tensor]:
        """Update the metrics given to `compile`: they compare the target with the mean of p(x|z)."""
        mean = self.likelihood.mean(**of_decoder(y_pred))
        return super().compute_metrics(x, self.target(x, y), mean, sample_weight)

    def phases(self) -> list[Phase]:
        """Return the one phase of the training step: the prior is fitted afterwards, to the codes."""
        return [Phase(self.losses_of, self.trained_without(self.prior), self.optimizer)]

    def trained_without(self, layer: keras.layers.Layer) -> list[keras.Variable]:
        """Return the model's trainable variables but those of one of its layers."""
        others = {id(variable) for variable in layer.trainable_variables}
        return [variable for variable in self.trainable_variables if id(variable) not in others]

    def adapt(self, x: ArrayLike, y: ArrayLike | None = None, batch_size: int = 256) -> None:
        """Fit the prior to the codes of data, after the training; `sample` draws from it.

        An autoencoder's prior is fitted to the code of each example, that of a model with a posterior to a draw from
        each q(z|x): the law of these draws is the prior with the best ELBO. The same x gives the same prior. A further
        `fit` of an autoencoder moves its codes and not the prior, and warns: call `adapt` again after it.

        Args:
            x: Array of shape `(n, ...)`.
            y: Array of n conditions, or None. Default None.
            batch_size: Int of at least 1; draws come in blocks of 128 whatever it is. Default 256.

        Raises:
            ValueError: If x has the wrong shape or no rows, or the prior has nothing to fit.

        Example:
        >>> autoencoder.adapt(x)
        """
        self.prior.adapt(self.codes_of_prior(x, y, batch_size))

    def codes_of_prior(self, x: ArrayLike, y: ArrayLike | None, batch_size: int) -> np.ndarray:
        """Return the codes of data that `adapt` fits the prior to: here the code of each example."""
        return self.codes(x, y, batch_size)

    # Shapes.

    def known_input_shape(self) -> tuple | list[tuple] | None:
        """Return the shape of x with the batch axis, or None while the encoder does not know it."""
        return checks.input_shape(self.encoder) if self.event_shape is None else (None, *self.event_shape)

    def target_shape_of_metrics(self) -> tuple[int, ...]:
        """Return the shape of the target and of the mean of p(x|z)."""
        return self.target_shape

    def shapes_of_inputs(self, input_shape: Sequence[Any]) -> list[tuple]:
        """Return the shapes of the encoder's inputs with the batch axis, from that of what `call` takes."""
        return [(None, *input_shape[1:])]

    def shape_of_codes(self, shapes: list[tuple]) -> tuple:
        """Return the shape of z with the batch axis, given those of what the encoder returns."""
        if len(shapes) != 1 or len(shapes[0]) < 2 or not all(shapes[0][1:]):
            raise ValueError(
                "`encoder` must return the code, one tensor of shape (batch, latent_dim) or (batch, height, width, "
                f"channels), for an Autoencoder. Received: tensors of the shapes {', '.join(map(shape_text, shapes))}"
            )
        return shapes[0]

    def build(self, input_shape: Sequence[Any]) -> None:
        """Build the parts and check that they fit each other, from the shape `(batch, ...)` of what `call` takes."""
        x_shape, *condition = self.shapes_of_inputs(input_shape)
        encoded = checks.shapes_of_outputs(checks.call_symbolically("encoder", self.encoder, x_shape, *condition))
        codes = self.shape_of_codes(encoded)
        parameters = checks.parameters(checks.call_symbolically("decoder", self.decoder, codes, *condition))
        self.latent_shape, self.latent_dim = codes[1:], math.prod(codes[1:])
        self.event_shape = x_shape[1:]
        self.target_shape = self.likelihood.event_shape(parameters)
        for layer, shape in self.shapes_of_parts(encoded, codes, parameters):
            if not layer.built:
                layer.build(shape)
        self.built = True
        if self.misfit.shows_without_numbers():  # else it shows in numbers, and there are none yet
            self.check_networks(training=False)

    def shapes_of_parts(
        self, encoded: list[tuple], codes: tuple, parameters: tuple
    ) -> list[tuple[keras.layers.Layer, Any]]:
        """Return the layers to build, each with its shape, in the order in which they are built."""
        self.connect(None)
        return [(self.prior, codes), (self.likelihood, parameters)]

    def connect(self, posterior: posteriors.Posterior | None) -> None:
        """Tell the prior and the penalties what they must know of the model, before they are built."""
        self.prior.belong_to(self)
        self.prior.connect(self.encoded, posterior, self.event_shape)
        for penalty in self.penalties:
            penalty.connect(posterior)

    # Checks.

    def check_networks(self, training: bool) -> None:
        """Say if the decoder's last activation does not fit the likelihood, or training will leave the prior behind.

        See `Misfit.check`. A prior that the codes are pressed towards is not left behind.
        """
        self.misfit.check(self.latent_shape if self.built else None, training)
        if training and self.prior.is_adapted and not any(penalty.needs_prior for penalty in self.penalties):
            warnings.warn(
                "The prior was fitted to the codes before this training, which moves the codes and not the prior: call "
                "adapt(x) again after it.",
                stacklevel=3,
            )

    def check_batch(self, x: Any, y: Any) -> None:
        """Raise a ValueError if x or the target y has the wrong shape."""
        batch_of("x", x, self.event_shape)
        self.target(x, y)

    def without_labels(self, y: Any) -> Any:
        """Return y if it is a target, else None: labels are left out, which is said once in a call of `fit`."""
        if y is None or not checks.is_label(y, self.target_shape):
            return y
        if not self._told_of_labels:
            self._told_of_labels = True
            warnings.warn(
                f"`y` of shape {shape_text(checks.shape_of(y))} is left out: labels are not used by "
                f"{'an' if type(self).__name__[0] in 'AEIO' else 'a'} {type(self).__name__}. The target of a denoising "
                f"model has the shape {shape_text((None, *self.target_shape))}.",
                stacklevel=2,
            )
        return None

    def check_first_batch(self, x: Any, y: Any, sample_weight: Any) -> bool:
        """Warn if a first batch does not fit the likelihood; return whether its values are known at all."""
        return data_warnings.warn_of_values(self.likelihood, self.target(x, y), sample_weight)

    def check_means(self, means: dict[str, Tensor]) -> None:
        """Warn if an epoch's data were outside the likelihood's support."""
        data_warnings.warn_of_support(self.likelihood, means["outside_support"])

    @classmethod
    def like(cls, vae: "VAE", prior: str | priors.Prior | None = None) -> Self:
        """Return an autoencoder of a VAE's networks, with new weights: its encoder's first output is the code.

        Args:
            vae: A built `keras_vae.VAE` of one input, whose posterior is the Gaussian; it is left as it is.
            prior: As for `Autoencoder`. Default None.

        Raises:
            ValueError: If it is none: a model of x given y, say, or one with another posterior.

        Example:
        >>> autoencoder = keras_vae.Autoencoder.like(vae)
        >>> autoencoder.compile("adam")
        >>> autoencoder.fit(x, epochs=1)
        >>> autoencoder.adapt(x)
        >>> images = autoencoder.sample(16)
        """
        able("vae", vae, ("require_built", "known_input_shape", "event_shape", "posterior"), "a keras_vae.VAE")
        vae.require_built()
        if isinstance(vae.known_input_shape(), list) or not isinstance(vae.posterior, posteriors.Gaussian):
            raise ValueError(
                "`vae` must be a keras_vae.VAE of one input, x alone, whose posterior is Gaussian. Received: a "
                f"{type(vae).__name__} with the posterior {type(vae.posterior).__name__}"
            )
        new = type(vae).from_config(vae.get_config())
        if getattr(new.encoder, "outputs", None):  # a functional model: without the layers of its other outputs
            return cls(keras.Model(new.encoder.inputs, new.encoder.outputs[0]), new.decoder, new.likelihood, prior)
        x = keras.Input(vae.event_shape)
        return cls(keras.Model(x, keras.tree.flatten(new.encoder(x))[0]), new.decoder, new.likelihood, prior)

    # Files.

    def noise_states(self) -> dict[str, keras.Variable]:
        """Return the model's noise, and that of the networks: a dropout layer of the user's does not save its own."""
        states = {"training_noise": self.training_noise.state, "evaluation_noise": self.evaluation_noise.state}
        for name in self.PARTS:
            layers = self._layers_of(name)
            weights = {id(weight) for layer in layers for weight in layer.weights}
            noise = [v for layer in layers for v in layer.non_trainable_variables if id(v) not in weights]
            states |= {f"{name}_noise_{i}": state for i, state in enumerate(noise)}
        return states

    def _layers_of(self, part: str) -> list[keras.layers.Layer]:
        return [one for one in keras.tree.flatten(getattr(self, part)) if isinstance(one, keras.layers.Layer)]

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        parts = {name: keras.saving.serialize_keras_object(getattr(self, name)) for name in self.PARTS}
        return {**super().get_config(), **parts, "skip_threshold": self.skip_threshold, "seed": self.seed}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Make the model from its config; files of older versions lack some parts."""
        parts = {name: keras.saving.deserialize_keras_object(config[name]) for name in cls.PARTS if name in config}
        return cls(**{**config, **parts})


def of_decoder(outputs: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return what the decoder gave among the outputs of a model's `call`."""
    return {name: outputs[name] for name in ("logits", "parameters") if name in outputs}


def by_name(outputs: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return outputs in the order of their names: JAX sorts them anyway."""
    return dict(sorted(outputs.items()))
