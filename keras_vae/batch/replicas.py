"""Replicas: the devices that share a batch.

Where one program is sharded over the devices (`keras.distribution` on JAX) nothing is: tensors are the whole batch's.
"""

import contextlib
import contextvars
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import keras
from keras import ops

from keras_vae.types import Seed, Tensor


@dataclass(frozen=True)
class Replica:
    """One of the devices that share a batch.

    Args:
        number: Int tensor from 0 to `count - 1`: the rows of replica 0 are the batch's first ones.
        count: Int, how many there are.
        total: Function from a tensor to its sum over all replicas, differentiable.
    """

    number: Any = 0
    count: int = 1
    total: Callable = staticmethod(lambda tensor: tensor)


ALONE = Replica()
_present = contextvars.ContextVar("replica", default=ALONE)


def present() -> Replica:
    """Return the replica whose step is being computed: a lone one, unless the trainer says otherwise."""
    return _present.get()


@contextlib.contextmanager
def running(replica: Replica) -> Iterator[Replica]:
    """Let the block be the step of one replica."""
    token = _present.set(replica)
    try:
        yield replica
    finally:
        _present.reset(token)


def standard_normal(shape: Sequence[Any], dtype: str, seed: Seed) -> Tensor:
    """Draw N(0, 1) for this replica's rows: of the draw that one device would make for the whole batch, its share.

    Args:
        shape: Shape of the replica's own tensor, the rows first.
        dtype: Name of the type.
        seed: `keras.random.SeedGenerator` or int, in the same state on every replica.
    """
    replica = present()
    if replica.count == 1:
        return keras.random.normal(shape, dtype=dtype, seed=seed)
    rows = replica.total(shape[0] * ops.one_hot(replica.number, replica.count, dtype="int32"))
    start = ops.sum(rows[: replica.number])
    return keras.random.normal((ops.sum(rows), *shape[1:]), dtype=dtype, seed=seed)[start : start + shape[0]]
