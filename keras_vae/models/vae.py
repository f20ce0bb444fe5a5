"""The variational autoencoder."""

import math
import warnings

import keras
import numpy as np
from keras import ops

from keras_vae import batch, likelihoods, posteriors, priors
from keras_vae.arguments import shape_text
from keras_vae.layers import KLDivergence, Sampling
from keras_vae.models import checks
from keras_vae.models.density_methods import DensityMethods, of_decoder
from keras_vae.models.final_sigmoid import final_sigmoid
from keras_vae.models.last_activation import last_activation
from keras_vae.models.latent_methods import LatentMethods
from keras_vae.noise import SavesNoise
from keras_vae.schedules import Schedule
from keras_vae.training import Phase, Trainer


@keras.saving.register_keras_serializable(package="keras_vae")
class VAE(LatentMethods, DensityMethods, SavesNoise, Trainer):
    """A variational autoencoder: p(x) = integral of p(x|z) p(z) over z, with a posterior q(z|x).

    `fit` minimises `reconstruction_loss + beta * sum_j max(free_bits, KL_j)`. It logs `loss`,
    `reconstruction_loss` (minus the expected log-likelihood), `kl_loss` (without beta and free bits), `elbo` (with
    beta = 1, whatever beta is) and `beta`: all in nats per example, summed over the pixels and latent dimensions and
    averaged over the batch, with the likelihood's constant in. Rows with a `sample_weight` count by it in every
    average; a row of weight 0 does not count at all.

    Args:
        encoder: Any Keras model from x to the posterior's parameters: for the Gaussian `(mean, log_var)`, two tensors
            of shape `(batch, latent_dim)` or `(batch, height, width, channels)`; `log_var` is the natural log of the
            variance.
        decoder: Any Keras model from z to the likelihood's parameters: for "bernoulli" logits of the data's shape,
            without an activation at the end; a decoder that ends in a sigmoid goes with `Bernoulli(from_logits=False)`.
        likelihood: Name or `keras_vae.likelihoods.Likelihood`. Default "bernoulli".
        prior: None (the standard normal), a name or a `keras_vae.priors.Prior`. Default None.
        beta: Float of at least 0, the weight of the KL, or a `keras_vae.schedules.Schedule` of the training step.
            The weight `vae.beta` holds the current value. Default 1.0.
        free_bits: Float of at least 0, nats per latent dimension or channel; see `KLDivergence`. Default 0.0.
        posterior: None (the Gaussian), a name or a `keras_vae.posteriors.Posterior`. Default None.
        skip_threshold: None, or the norm of the gradient above which an update is skipped. Default None. Updates
            that are not finite are always skipped.
        seed: Int or None, the seed of the noise; see `Sampling`. Default None.
        **kwargs: `name`, `dtype`, `trainable`, as for every Keras model.

    Raises:
        ValueError: If an argument is out of its range, the encoder does not return the posterior's parameters, or the
            decoder's output does not fit the data.

    Example:
    >>> encoder, decoder = keras_vae.networks.mlp((28, 28, 1), latent_dim=2)
    >>> vae = keras_vae.VAE(encoder, decoder)
    >>> vae.compile(optimizer=keras.optimizers.Adam(1e-3))
    >>> vae.fit(x, epochs=10, batch_size=128)
    >>> vae.save("vae.keras")

    References: Kingma and Welling 2014, "Auto-encoding variational Bayes", equation 10; Higgins et al. 2017,
    "beta-VAE", equation 4.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        likelihood="bernoulli",
        prior=None,
        beta=1.0,
        free_bits: float = 0.0,
        posterior=None,
        skip_threshold: float | None = None,
        seed: int | None = None,
        **kwargs,
    ):
        schedule = beta if isinstance(beta, Schedule) else None
        super().__init__(schedule=schedule, skip_threshold=skip_threshold, **kwargs)
        self.encoder = checks.model("encoder", encoder)
        self.decoder = checks.model("decoder", decoder)
        self.likelihood = likelihoods.get(likelihood)
        self.prior = priors.get(prior)
        takes_probabilities = not getattr(self.likelihood, "from_logits", True)
        self.final_sigmoid = final_sigmoid(self.decoder) if takes_probabilities else None
        self._misfit = None
        self._told_of_misfit = False
        # The first value of a schedule is known before the first step, for whoever looks at beta then.
        initial_beta = beta if schedule is None else float(ops.convert_to_numpy(schedule(0)))
        self.posterior = posteriors.get(posterior)
        self.kl_divergence = KLDivergence(initial_beta, free_bits, self.prior, self.posterior)
        self.free_bits = self.kl_divergence.free_bits
        self.sampling = Sampling(seed, self.posterior)
        self.seed = seed
        self.latent_dim = None
        self.latent_shape = None
        self.event_shape = None
        self.target_shape = None
        self._told_of_labels = False
        self._loaded = False

    @property
    def beta(self):
        """The weight of the KL: a scalar `keras.Variable`, which may be assigned."""
        return self.kl_divergence.beta

    def input_shape_of_encoder(self):
        """Return the shape of x with the batch axis, or None while the encoder does not know it."""
        return checks.input_shape(self.encoder)

    def build(self, input_shape):
        """Build the parts and check that they fit each other, from the shape `(batch, ...)` of x."""
        input_shape = (None, *input_shape[1:])
        encoded = checks.shapes_of_outputs(checks.call_symbolically("encoder", self.encoder, input_shape))
        codes = self.posterior.shape_of_codes(encoded, "`encoder` must return")
        parameters = checks.parameters(checks.call_symbolically("decoder", self.decoder, codes))
        self.latent_shape, self.latent_dim = codes[1:], math.prod(codes[1:])
        self.event_shape = input_shape[1:]
        self.target_shape = self.likelihood.event_shape(parameters)
        self.prior.connect(self.encoded, self.posterior, self.event_shape)
        shapes = {self.posterior: encoded, self.prior: codes, self.likelihood: parameters}
        shapes |= {self.kl_divergence: encoded, self.sampling: encoded}
        for layer, shape in shapes.items():
            if not layer.built:
                layer.build(shape)
        self.built = True
        if last_activation(self.decoder) is not None:  # else it shows in numbers, and there are none yet
            self.check_networks(training=False)

    def check_networks(self, training: bool):
        """Say if the decoder's last activation does not fit the likelihood.

        Args:
            training: Bool; True refuses what is certain to be a mistake, False only warns, once for each model.

        Raises:
            ValueError: If `training`, and the decoder gives probabilities where the likelihood takes logits, or the
                other way round.
        """
        activation = last_activation(self.decoder)
        if self._misfit is None and (self.built or activation is not None):
            self._misfit = self.likelihood.misfit(activation, self._decoded_at_random)
        words, certain = self._misfit or (None, False)
        if words and certain and training:
            raise ValueError(words)
        if words and not self._told_of_misfit:
            self._told_of_misfit = True
            warnings.warn(words, stacklevel=3)

    def _decoded_at_random(self):
        z = np.random.default_rng(0).normal(size=(64, *self.latent_shape)).astype("float32")
        return ops.convert_to_numpy(self.decoder(ops.convert_to_tensor(z), training=False))

    def encoded(self, x, training=False) -> list:
        """Return the posterior's parameters, what the encoder gives for x, as a list of float32 tensors."""
        return [ops.cast(part, "float32") for part in keras.tree.flatten(self.encoder(x, training=training))]

    def decoded(self, z, training=False) -> dict:
        """Return the decoder's output for z, the likelihood's `parameters`.

        Where the likelihood takes probabilities and the decoder ends in a sigmoid that can be left out, the `logits`
        before it come with them.
        """
        if self.final_sigmoid is None:
            return {"parameters": self.decoder(z, training=training)}
        with self.final_sigmoid.left_out():
            logits = self.decoder(z, training=training)
        return {"logits": logits, "parameters": ops.sigmoid(logits)}

    def call(self, x, sample_weight=None, training=None):
        """Pass a batch through the model.

        Args:
            x: Tensor of shape `(batch, ...)`.
            sample_weight: None or tensor of shape `(batch,)`: how much each row counts in the KL that is added to
                the loss.
            training: Bool.

        Returns:
            Dict: `kl` of shape `(batch,)`, in nats, the posterior's parameters by their names (`log_var`, `mean`), the
            code `z`, and `parameters`, the decoder's output for z, with `logits` where `decoded` gives them.
        """
        checks.batch_of("x", x, self.event_shape)
        encoded = self.encoded(x, training)
        z, log_q = self.sampling.draw(encoded, training)
        *encoded, kl = self.kl_divergence(encoded, z=z, log_q=log_q, sample_weight=sample_weight, training=training)
        named = dict(zip(self.posterior.names, encoded, strict=True))
        outputs = {"kl": kl, "z": z, **named, **self.decoded(z, training)}
        return {name: outputs[name] for name in sorted(outputs)}  # JAX sorts them anyway

    def losses_of(self, x, y, sample_weight, training):
        """Return the losses of a batch, a dict of scalars, and the outputs of `call`."""
        outputs = self(x, sample_weight=sample_weight, training=training)
        return self.compute_losses(x, y, outputs, sample_weight), outputs

    def check_batch(self, x, y):
        """Raise a ValueError if x or the target y has the wrong shape."""
        checks.batch_of("x", x, self.event_shape)
        checks.target(x, y, self.target_shape)

    def without_labels(self, y):
        """Return y if it is a target, else None: labels are left out, which is said once in a call of `fit`."""
        if y is None or not checks.is_label(y, self.target_shape):
            return y
        if not self._told_of_labels:
            self._told_of_labels = True
            warnings.warn(
                f"`y` of shape {shape_text(checks.shape_of(y))} is left out: labels are not used by a VAE. The target "
                f"of a denoising model has the shape {shape_text((None, *self.target_shape))}.",
                stacklevel=2,
            )
        return None

    def is_valid(self, values):
        """Say of each value of the data whether it can be computed with: NaN and infinite ones cannot."""
        return values - values == 0  # in NumPy and on every backend

    def check_loaded_weights(self):
        """Warn if the weights were loaded from a file and some are not finite."""
        if self._loaded:
            self._loaded = False
            bad = [w.path for w in self.weights if not np.all(np.isfinite(ops.convert_to_numpy(w)))]
            if bad:
                warnings.warn(
                    f"The file's weights hold NaN or infinite values: {', '.join(bad[:5])}"
                    + (f" and {len(bad) - 5} more." if len(bad) > 5 else "."),
                    stacklevel=3,
                )

    def load_own_variables(self, store):
        """Load the weights and the noise."""
        super().load_own_variables(store)
        self._loaded = True

    def compute_losses(self, x, y, outputs, sample_weight=None) -> dict:
        """Return the loss and its parts, in nats per example, averaged over the batch."""
        target = ops.cast(checks.target(x, y, self.target_shape), "float32")
        log_likelihood = self.likelihood.log_prob(target, **of_decoder(outputs))
        reconstruction_loss = -batch.mean(log_likelihood, sample_weight)
        kl_loss = batch.mean(outputs["kl"], sample_weight)
        losses = {
            # `self.losses` holds beta * KL from the KL layer, and the networks' regularizers, if any.
            "loss": reconstruction_loss + sum(ops.cast(loss, "float32") for loss in self.losses),
            "reconstruction_loss": reconstruction_loss,
            "kl_loss": kl_loss,
            "elbo": -(reconstruction_loss + kl_loss),
        }
        invalid_rows = batch.num_rows_with(ops.logical_not(self.is_valid(ops.cast(x, "float32"))))
        # TensorFlow's relu makes 0 of NaN: a loss may look as if the data were whole.
        losses = {name: ops.where(invalid_rows > 0.0, float("nan"), loss) for name, loss in losses.items()}
        return {**losses, "outside_support": self.likelihood.outside_support(target), "invalid_rows": invalid_rows}

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Return what `fit` minimises, given the outputs of `call`; see `keras.Model.compute_loss`."""
        return self.compute_losses(x, y, y_pred, sample_weight)["loss"]

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        """Update the metrics given to `compile`: they compare the target with the mean of p(x|z)."""
        target = checks.target(x, y, self.target_shape)
        return super().compute_metrics(x, target, self.likelihood.mean(**of_decoder(y_pred)), sample_weight)

    def phases(self):
        """Return the one phase of a VAE's training step."""

        def loss(x, y, sample_weight):
            return self.losses_of(x, y, sample_weight, training=True)

        return [Phase(loss, self.trainable_variables, self.optimizer)]

    def noise_states(self):
        """Return the noise of the networks: a dropout layer of the user's does not save its own."""
        states = {}
        for name in ("encoder", "decoder", "likelihood", "prior", "posterior"):
            part = getattr(self, name)
            weights = {id(weight) for weight in part.weights}
            noise = [variable for variable in part.non_trainable_variables if id(variable) not in weights]
            states |= {f"{name}_noise_{i}": state for i, state in enumerate(noise)}
        return states

    def get_config(self):
        """Return the constructor's arguments; a `beta` that was assigned is in the weights."""
        names = ("encoder", "decoder", "likelihood", "prior", "posterior")
        return {
            **super().get_config(),
            **{name: keras.saving.serialize_keras_object(getattr(self, name)) for name in names},
            "beta": keras.saving.serialize_keras_object(self.schedule or self.kl_divergence.initial_beta),
            "free_bits": self.free_bits,
            "skip_threshold": self.skip_threshold,
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config):
        """Make the model from its config."""
        names = ("encoder", "decoder", "likelihood", "prior", "posterior", "beta")  # files of 0.2.0 have no posterior
        parts = {name: keras.saving.deserialize_keras_object(config[name]) for name in names if name in config}
        return cls(**{**config, **parts})
