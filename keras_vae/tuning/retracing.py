"""TensorFlow's retracing warning."""

import contextlib
import logging
from collections.abc import Iterator


@contextlib.contextmanager
def retracing_is_expected() -> Iterator[None]:
    """Keep TensorFlow from warning that each new model is traced anew."""
    logger = logging.getLogger("tensorflow")

    def expected(record):
        return "triggered tf.function retracing" not in record.getMessage()

    logger.addFilter(expected)
    try:
        yield
    finally:
        logger.removeFilter(expected)
