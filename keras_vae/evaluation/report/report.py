"""The report on a trained model: one dict and one table."""

from typing import Any

from keras_vae.arguments import whole_number
from keras_vae.evaluation.report import sections, table
from keras_vae.models.autoencoder import Autoencoder
from keras_vae.progress import progress, verbosity


def report(
    vae: Autoencoder,
    data: Any,
    autoencoder: Autoencoder | None = None,
    num_samples: int = 500,
    num_generated: int = 1000,
    max_examples: int = 10_000,
    batch_size: int = 4096,
    seed: int | None = 0,
    verbose: int = 1,
) -> dict:
    """Measure a trained VAE on a data set's test split, and print the figures as a table.

    Args:
        vae: A model of `keras_vae.models`, with any prior and posterior: what is not defined for it says so in its row.
            Of an `Autoencoder` there is no density, and no samples before `adapt`; a `ConditionalVAE` takes the labels
            of `data` as its conditions.
        data: `keras_vae.datasets.Dataset`, or any object with `x_train` and `x_test`, arrays of shape `(n, ...)`,
            and, if known, `y_train` and `y_test` (labels) and `factors_test`.
        autoencoder: `keras_vae.Autoencoder` of the same networks (`Autoencoder.like(vae)`), trained and adapted, or
            None; with it, its prior is among the samplers, and its squared error among the baselines. Default None.
        num_samples: Int of at least 1, draws of z for each example in the importance-weighted bound, which is over
            the whole test split. Default 500 (the field's tables have 5000, in ten times the time).
        num_generated: Int of at least 10, samples from each sampler. Default 1000.
        max_examples: Int of at least 20; scores whose time grows with the square of the examples, and the fits on
            training codes, take so many at random. Default 10,000.
        batch_size: Int of at least 1, codes decoded at once; see `marginal_likelihood`. Default 4096.
        seed: Int or None. Default 0.
        verbose: 0 prints nothing; 1 prints the table, and a progress bar where it takes long. Default 1.

    Returns:
        Dict of dicts: `protocol`; `density` with `elbo`, `marginal_likelihood` and, of discrete data,
        `bits_per_dimension`; `code` with `diagnosis`, `mutual_information`, `prior_holes` and `smoothness`; with labels
        `representation`; with factors `disentanglement`; `samples` with a dict for each sampler; `baselines`. Each
        holds what the score of `keras_vae.evaluation` of that name returns, with its own protocol.

    Raises:
        ValueError: If the data do not fit the model, or are empty.

    Example:
    >>> from types import SimpleNamespace
    >>> data = SimpleNamespace(x_train=x_train, x_test=x_test)
    >>> result = keras_vae.evaluation.report(vae, data, num_samples=20, num_generated=20)
    >>> result["density"]["marginal_likelihood"]["effective_sample_size"]
    """
    max_examples = whole_number("max_examples", max_examples, low=20)
    num_generated = whole_number("num_generated", num_generated, low=10)
    num_samples, batch_size = whole_number("num_samples", num_samples), whole_number("batch_size", batch_size)
    verbosity(verbose)
    measured = sections.Measured(vae, data, autoencoder, max_examples, seed)
    steps = {
        "protocol": lambda: sections.protocol(measured, seed),
        "density": lambda: sections.density(measured, num_samples, batch_size, seed, verbose),
        "code": lambda: sections.code(measured, seed),
        "representation": lambda: sections.representation(measured),
        "disentanglement": lambda: sections.disentanglement(measured, seed),
        "samples": lambda: sections.samples(measured, num_generated, seed),
        "baselines": lambda: sections.baselines(measured, seed),
    }
    result = {name: steps[name]() for name in progress(list(steps), "report", verbose)}
    result = {name: section for name, section in result.items() if section}
    if verbose:
        print(table.text(result), flush=True)
    return result
