"""The conditional variational autoencoder."""

from collections.abc import Iterable, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae import likelihoods, posteriors
from keras_vae.arguments import shape_text, shown, whole_number, whole_numbers
from keras_vae.arrays.checks import batch_of, fits
from keras_vae.models import checks
from keras_vae.models.given import Given
from keras_vae.models.vae import VAE
from keras_vae.rows import as_rows
from keras_vae.training import given_data
from keras_vae.types import ArrayLike, Tensor


@keras.saving.register_keras_serializable(package="keras_vae.models")
class ConditionalVAE(VAE):
    """A variational autoencoder of x given y: p(x|y) = integral of p(x|z, y) p(z) over z, with q(z|x, y).

    `fit(x, y)`, `evaluate(x, y)`, and all methods of arrays take y, labels or attributes: `encode(x, y)`,
    `decode(z, y)`, `sample(n, y)`, `elbo(x, y)`; `predict` takes what `call` does, `[x, y]`, or a data set of `(x, y)`.
    The prior of z does not know y.

    Args:
        encoder: Keras model from `[x, y]` to the posterior's parameters; y is of shape `(batch, num_classes)`, one-hot,
            or `(batch, *condition_shape)`.
        decoder: Keras model from `[z, y]` to the likelihood's parameters.
        likelihood: As for `VAE`. Default "bernoulli".
        num_classes: Int of at least 1, where y are labels from 0 to num_classes - 1, an int array of shape `(n,)`; or
            None. A batch with another label is skipped and counted, as one with NaN. Default None.
        condition_shape: Tuple of ints, the shape of an example's attributes, where y are numbers, or an int, their
            number; or None. One of the two must be given. Default None.
        **kwargs: The other arguments of `VAE`.

    Raises:
        ValueError: If both or none of `num_classes` and `condition_shape` are given, or as for `VAE`.

    Example:
    >>> encoder, decoder = keras_vae.networks.mlp((28, 28, 1), latent_dim=2, condition_shape=(10,))
    >>> vae = keras_vae.ConditionalVAE(encoder, decoder, num_classes=10)
    >>> vae.compile(optimizer="adam")
    >>> vae.fit(x, y, epochs=1)
    >>> threes = vae.sample(16, np.full(16, 3))

    Reference: Sohn et al. 2015, "Learning structured output representation using deep conditional generative models",
    equation 4; Kingma et al. 2014, "Semi-supervised learning with deep generative models".
    """

    takes_condition = True

    condition_shape: tuple

    def __init__(
        self,
        encoder: keras.layers.Layer,
        decoder: keras.layers.Layer,
        likelihood: str | likelihoods.Likelihood = "bernoulli",
        num_classes: int | None = None,
        condition_shape: Sequence[int] | int | None = None,
        **kwargs: Any,
    ):
        super().__init__(encoder, decoder, likelihood, **kwargs)
        if (num_classes is None) == (condition_shape is None):
            raise ValueError(
                "`num_classes`, of labels, or `condition_shape`, of attributes, must be given, and not both. Received: "
                f"num_classes={num_classes}, condition_shape={condition_shape}"
            )
        self.num_classes = None if num_classes is None else whole_number("num_classes", num_classes)
        if num_classes is not None:
            self.INVALID_VALUES = "NaN, infinite values or labels of no class"
            condition_shape = self.num_classes
        axes = condition_shape if isinstance(condition_shape, Iterable) else (condition_shape,)
        self.condition_shape = tuple(whole_numbers("condition_shape", axes))

    def condition(self, y: Tensor | None) -> Tensor | None:
        """Return y."""
        return y

    def split(self, inputs: Tensor | Sequence[Tensor]) -> Sequence[Tensor]:
        """Return x and y of `[x, y]`."""
        if not isinstance(inputs, (list, tuple)) or len(inputs) != 2:
            received = f"{len(inputs)} tensors" if isinstance(inputs, (list, tuple)) else "one tensor"
            raise ValueError(
                "A ConditionalVAE must be called on [x, y], and `predict` be given [x, y] or a data set of (x, y). "
                f"Received: {received}"
            )
        return inputs

    def joined(self, x: Tensor, y: Tensor) -> list[Tensor]:
        """Return `[x, y]`."""
        return [x, y]

    def with_condition(self, values: Tensor, y: Tensor) -> list[Tensor]:
        """Return `[x, y]` or `[z, y]`, labels one-hot."""
        if self.num_classes is None:
            return [values, ops.cast(y, "float32")]
        # Others are refused where they are given, or skipped in training: PyTorch would stop.
        labels = ops.clip(ops.cast(ops.reshape(y, (-1,)), "int32"), 0, self.num_classes - 1)
        return [values, ops.one_hot(labels, self.num_classes, dtype="float32")]

    def target(self, x: Tensor, y: Tensor | None) -> Tensor:
        """Return x: y is the condition."""
        return checks.target(x, None, self.target_shape)

    def given(self, y: Any) -> Given:
        """Return the model of x at one condition, which the scores of `keras_vae.evaluation` take as a model.

        Args:
            y: A label, or the attributes of one example.

        Raises:
            ValueError: If it is no condition of this model.

        Example:
        >>> vae.given(3).sample(16)
        """
        self.checked_condition([y])
        return Given(self, y)

    def prepare_inputs(self, x: Any) -> Any:
        """Return what `predict` was given, `[x, y]` or a data set, checked."""
        if given_data.is_stream(x):
            return super().prepare_inputs(x)
        x, y = self.split(x)
        given = self._prepare(x, y)
        rows = self.rows_of(x=given.x, y=given.y)
        return self.joined(rows["x"], rows["y"])

    def predict_step(self, *arguments: Any) -> Any:
        """Return what `call` returns for a batch, `(x, y)` or `([x, y],)`; the arguments are those of `train_step`."""
        *state, data = arguments
        x, y, _ = keras.utils.unpack_x_y_sample_weight(data)
        return super().predict_step(*state, (x if y is None else self.joined(x, self.without_labels(y)),))

    # Shapes and checks.

    def known_input_shape(self) -> list[tuple] | None:
        """Return the shapes of x and of y, or None while the encoder does not know them."""
        shape = getattr(self.encoder, "input_shape", None)
        if self.event_shape is not None:
            x_shape = (None, *self.event_shape)
        elif isinstance(shape, list) and len(shape) == 2:
            x_shape = (None, *shape[0][1:])
        else:
            return None
        return [x_shape, (None, *self.shape_of_rows("y"))]

    def build_from(self, x: Any, y: Any) -> None:
        """Build the model, if it is not built, for a first batch like x and y."""
        if not self.built:
            self.build(self.known_input_shape() or [tuple(x.shape), (None, *self.shape_of_rows("y"))])
            self.build_optimizers()

    def check_batch(self, x: Any, y: Any) -> None:
        """Raise a ValueError if x or the condition y is wrong, of which a `tf.data.Dataset` tells the shapes alone."""
        batch_of("x", x, self.event_shape)
        self.target(x, None)
        if hasattr(y, "__getitem__"):
            self.checked_condition(y)

    def num_invalid_rows(self, x: Tensor, y: Tensor | None) -> Tensor:
        """Return in how many rows of a batch something is not valid; a label that is none of the classes is not."""
        if self.num_classes is None:
            return super().num_invalid_rows(x, y)
        labels = ops.cast(ops.reshape(y, (-1,)), "float32")
        known = ops.logical_and(labels == ops.floor(labels), ops.logical_and(labels >= 0, labels < self.num_classes))
        return super().num_invalid_rows(x, ops.where(known, labels, float("nan")))

    def without_labels(self, y: Any) -> Any:
        """Return y, which the model needs, if its shape is that of conditions; in a step as well."""
        self._require_given(y)
        if hasattr(y, "shape") and checks.shape_of(y) is not None:
            self.check_shape_of_condition(y)
        return y

    def check_shape_of_condition(self, y: Any) -> None:
        """Raise a ValueError if y, an array or a tensor, has not the shape of conditions."""
        if self.num_classes is None:
            batch_of("y", y, self.condition_shape)
        elif not fits(y.shape, ()) and not fits(y.shape, (1,)):
            received = shape_text(tuple(y.shape))
            raise ValueError(f"{self._must_be_labels()}, of shape (batch,). Received: y of shape {received}")

    def connect(self, posterior: posteriors.Posterior | None) -> None:
        """Refuse a prior that encodes inputs of its own, which would need a condition each."""
        if self.prior.needs_encoder:
            name = type(self.prior).__name__
            raise ValueError(
                f"`prior` must not be {name} in a ConditionalVAE: its pseudo-inputs have no condition. Received: "
                f"prior={name}"
            )
        super().connect(posterior)

    def shapes_of_inputs(self, input_shape: Sequence[Any]) -> list[tuple]:
        """Return the shapes of x and of the condition."""
        return [(None, *input_shape[0][1:]), (None, *self.condition_shape)]

    def shape_of_rows(self, name: str) -> tuple[int, ...]:
        """Return the shape of a row of the argument with a name, for the methods of arrays."""
        if name == "y":
            return () if self.num_classes is not None else self.condition_shape
        return super().shape_of_rows(name)

    def rows_of(self, **arrays: ArrayLike | None) -> dict[str, Any]:
        """Return what was given under arguments' names as arrays of rows; y must be among them."""
        if "y" in arrays:
            arrays["y"] = self.checked_condition(arrays["y"])
        return super().rows_of(**arrays)

    def checked_condition(self, y: ArrayLike | None) -> Any:
        """Return y as an array of rows if it is a condition, labels as `(n,)`; raise a ValueError otherwise."""
        self._require_given(y)
        try:
            rows = as_rows("y", y)
        except ValueError as error:
            if self.num_classes is None:
                raise
            raise ValueError(f"{self._must_be_labels()}, one for each row. Received: y={shown(y)}") from error
        self.check_shape_of_condition(rows)
        if self.num_classes is None:
            return rows
        labels = np.asarray(rows)
        labels = labels[:, 0] if labels.ndim == 2 else labels
        bad = np.unique(labels[~np.isin(labels, np.arange(self.num_classes))])
        if len(bad):
            raise ValueError(f"{self._must_be_labels()}. Received: {', '.join(map(str, bad[:5]))}")
        return labels

    def _require_given(self, y):
        if y is None:
            raise ValueError("`y` must be given: a ConditionalVAE is a model of x given y. Received: y=None")

    def _must_be_labels(self):
        return f"`y` must be labels from 0 to {self.condition_shape[0] - 1}"

    def check_networks(self, training: bool) -> None:
        """Say if the decoder's last activation does not fit the likelihood; see `Misfit.check`."""
        self.misfit.check(self.latent_shape if self.built else None, training, (self.condition_shape,))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        of_attributes = self.condition_shape if self.num_classes is None else None
        return {**super().get_config(), "num_classes": self.num_classes, "condition_shape": of_attributes}
