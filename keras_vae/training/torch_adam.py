"""PyTorch's fused kernel of Adam, on the slots of Keras' Adam."""

import functools
import math
from collections.abc import Sequence

import keras
import torch

from keras_vae.training import optimizers
from keras_vae.types import Tensor


def fuse(optimizer: keras.optimizers.Optimizer) -> None:
    """Let each Adam and AdamW within an optimizer update all its variables by one call of PyTorch's kernel.

    Only the update itself changes: clipping, weight decay, averages, accumulation and scaling stay Keras', as do the
    slots. AMSGrad, variables of other types than float32 and other optimizers are updated as Keras does it.

    Args:
        optimizer: `keras.optimizers.Optimizer`.
    """
    for adam in optimizers.plain_adams(optimizer):
        vars(adam)["_parallel_update_step"] = functools.partial(_update, adam)


def _update(
    adam: keras.optimizers.Adam, gradients: Sequence[Tensor], variables: Sequence[keras.Variable], learning_rate: Tensor
) -> None:
    weights = [variable.value for variable in variables]
    if not all(weight.dtype == torch.float32 and weight.is_contiguous() for weight in weights):
        type(adam)._parallel_update_step(adam, gradients, variables, learning_rate)
        return
    places = [adam._get_variable_index(variable) for variable in variables]
    step = int(keras.ops.convert_to_tensor(adam.iterations)) + 1
    torch._fused_adam_(
        weights,
        [gradient.contiguous() for gradient in gradients],
        [adam._momentums[place].value for place in places],
        [adam._velocities[place].value for place in places],
        [],
        [torch.tensor(float(step), device=weights[0].device)] * len(weights),
        lr=float(learning_rate),
        beta1=adam.beta_1,
        beta2=adam.beta_2,
        weight_decay=0.0,
        # Keras adds epsilon to the root of the velocity before its bias is corrected, PyTorch after.
        eps=adam.epsilon / math.sqrt(1.0 - adam.beta_2**step),
        amsgrad=False,
        maximize=False,
    )
