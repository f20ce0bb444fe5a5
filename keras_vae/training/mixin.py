"""The base of the classes from which `Trainer` is mixed and whose `super()` reaches Keras' model."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keras import Model as Mixin
else:
    Mixin = object
