"""An average over examples, with the standard error that belongs to it."""

import numpy as np


def mean_with_error(name: str, values) -> dict:
    """Return the mean of independent values under `name`, and its standard error; NaN where there are too few."""
    values = np.asarray(values, dtype="float64")
    mean = values.mean() if len(values) else np.nan
    error = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan
    return {name: float(mean), f"{name}_standard_error": float(error)}


def share_with_error(name: str, hits) -> dict:
    """Return the share of true values among independent ones, with its binomial standard error."""
    hits = np.asarray(hits, dtype="float64")
    share = hits.mean()
    return {name: float(share), f"{name}_standard_error": float(np.sqrt(share * (1.0 - share) / len(hits)))}
