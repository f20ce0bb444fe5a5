"""The private names of Keras and keras-tuner that are used.

These names have no promise: a new Keras may drop or change them. That is why setup.cfg bounds Keras below 4, and why a
new version is tried with these tests first.
"""

import ast
import importlib
import inspect
import pathlib
import pkgutil
import re

import keras
import pytest

import keras_vae
import keras_vae.tuning

ROOT = pathlib.Path(__file__).parents[1]
TRAINER = "keras.src.trainers.trainer.Trainer"
ORACLE = "keras_tuner.src.engine.oracle.Oracle"

# name: (who has it, the backend on which it is there (None: on all), why it is used)
PRIVATE_NAMES = {
    "_compile_metrics": (TRAINER, None, "metrics given to compile are updated only where there are any"),
    "_loss_tracker": (TRAINER, None, "the loss is logged by our own measure, for whole batches"),
    "_symbolic_build": (TRAINER, None, "Keras would draw a batch and call the model on its x, without y"),
    "_initial_epoch": (
        "keras.src.backend.{backend}.trainer.{Backend}Trainer",
        None,
        "BackupAndRestore leaves it set, and the next fit(epochs=1) would run no epoch",
    ),
    "_use_cached_eval_dataset": (
        "keras.src.backend.{backend}.trainer.{Backend}Trainer",
        None,
        "evaluate within fit: the data are in hand, and no batch may be drawn from them",
    ),
    "_maybe_symbolic_build": (
        "keras.src.backend.tensorflow.trainer.TensorFlowTrainer",
        "tensorflow",
        "on several replicas it would draw a batch out of turn; fit has built the model",
    ),
    "_all_reduce_sum_gradients": (
        "keras.src.backend.tensorflow.optimizer.TFOptimizer",
        "tensorflow",
        "the gradients are sums over the replicas already",
    ),
    "_parallel_update_step": (
        "keras.src.backend.torch.optimizers.torch_adam.Adam",
        "torch",
        "one call of PyTorch's kernel updates all the variables",
    ),
    "_get_variable_index": (
        "keras.src.optimizers.base_optimizer.BaseOptimizer",
        None,
        "the slots of a weight, for a backend's kernel",
    ),
    "_momentums": ("keras.src.optimizers.adam.Adam", None, "the slots of a weight, for a backend's kernel"),
    "_velocities": ("keras.src.optimizers.adam.Adam", None, "the slots of a weight, for a backend's kernel"),
    "_fused_adam_": (
        "torch.optim.adam._fused_adam",
        "torch",
        "PyTorch's kernel, which its own Adam calls with fused=True",
    ),
    "jax_state_sync": ("keras.src.backend.jax.trainer.JAXTrainer", "jax", "after an error the weights are put back"),
    "_make_function": ("keras.src.backend.jax.trainer.JAXTrainer", "jax", "an interrupt finds each step's new state"),
    "_jax_state": (
        "keras.src.backend.jax.trainer.JAXTrainer",
        "jax",
        "the new state of a step, for an interrupt to find",
    ),
    "_get_jax_state": ("keras.src.backend.jax.trainer.JAXTrainer", "jax", "the variables keep their values in a step"),
    "_nodes_by_depth": ("keras.src.ops.function.Function", None, "how often a decoder uses its last layer"),
    "_keras_history": ("keras.src.ops.node.Node", None, "a decoder's layers from its output backwards"),
    "_inbound_nodes": ("keras.src.ops.operation.Operation", None, "a decoder's layers from its output backwards"),
    "_get_oracle_fname": (ORACLE, None, "where the oracle's state is, to replace it at once"),
    "_get_trial_dir": (ORACLE, None, "where a trial's state is, to replace it at once"),
    "_save_trial": (ORACLE, None, "to replace a trial's state at once"),
    "_retry_queue": (ORACLE, None, "a restarted chief must not hand out the trials of live workers"),
    "_display": (ORACLE, None, "the display must know the trials of a restarted chief"),
    "_duplicate": (ORACLE, None, "our grid search skips what has been tried"),
}
# module: what is imported from it
PRIVATE_MODULES = {
    "keras_tuner.src.engine.tuner_utils": ("SaveBestEpoch", "TunerCallback"),  # the tuner's own callbacks, by type
    "keras_tuner.src": ("config",),  # tuning/search.py: config.DEBUG prints every failed trial's traceback
}
FILES = [p for room in ("keras_vae", "tuning", "examples", "benchmarks") for p in (ROOT / room).rglob("*.py")]
TREES = [ast.parse(path.read_text()) for path in FILES]


def nodes(*kinds):
    return (node for tree in TREES for node in ast.walk(tree) if isinstance(node, kinds))


def texts_used_as_names():
    """Yield (text, function) of `x["text"]` and of calls such as `getattr(x, "text")`."""
    for node in nodes(ast.Subscript, ast.Call):
        if isinstance(node, ast.Subscript):
            named, function = [node.slice], "[]"
        else:
            named, function = node.args, getattr(node.func, "attr", getattr(node.func, "id", ""))
        if function in ("[]", "get", "pop", "setdefault", "getattr", "hasattr", "setattr"):
            yield from ((c.value, function) for c in named if isinstance(c, ast.Constant) and isinstance(c.value, str))


def names_of_ours():
    """Return the private names that our own code defines: functions, classes, variables, attributes of self."""
    defined = {node.name for node in nodes(ast.FunctionDef, ast.ClassDef)}
    defined |= {node.id for node in nodes(ast.Name) if isinstance(node.ctx, ast.Store)}
    defined |= {text for text, function in texts_used_as_names() if function == "setdefault"}
    for node in nodes(ast.Attribute):
        if isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name) and node.value.id == "self":
            defined.add(node.attr)
    return defined


def names_asked_for():
    """Return the private names that are read or set on any object, by attribute, keyword or text."""
    asked = {node.attr for node in nodes(ast.Attribute) if getattr(node.value, "id", "") != "os"} | {
        node.arg or "" for node in nodes(ast.keyword)
    }
    asked |= {text for text, _ in texts_used_as_names()}
    return {name for name in asked if re.fullmatch(r"_[a-z]\w*", name)}


def classes_of_ours():
    for module in pkgutil.walk_packages(keras_vae.__path__, "keras_vae."):
        try:
            room = importlib.import_module(module.name)
        except ImportError:  # another backend's steps
            continue
        yield from (c for c in vars(room).values() if inspect.isclass(c) and c.__module__ == module.name)


def defined_by(owner):
    """Return the private names that a class's source defines, as methods or as attributes of its instances."""
    return set(re.findall(r"(?:\bdef |\bself\.)(_[a-z]\w*)(?=\(self|\s=\s)", inspect.getsource(owner)))


def test_every_private_name_that_is_used_is_listed():
    assert names_asked_for() - names_of_ours() <= set(PRIVATE_NAMES)


def test_no_class_replaces_a_private_name_of_keras_unawares():
    for ours in classes_of_ours():
        rooms = [(c.__module__.split(".")[0], c) for c in ours.__mro__]
        above = [defined_by(c) for room, c in rooms if room in ("keras", "keras_tuner")]
        here = [defined_by(c) for room, c in rooms if room == "keras_vae"]
        assert set().union(*here) & set().union(*above) <= set(PRIVATE_NAMES), ours


def test_every_private_module_that_is_used_is_listed():
    used = {alias.name for node in nodes(ast.Import) for alias in node.names}
    used |= {f"{node.module}.{alias.name}" for node in nodes(ast.ImportFrom) for alias in node.names}
    used = {name for name in used if re.match(r"keras(_tuner)?\.src\b", name)}
    listed = {f"{module}.{name}" for module, names in PRIVATE_MODULES.items() for name in names}
    assert used == listed
    for module, names in PRIVATE_MODULES.items():
        for name in names:
            assert hasattr(importlib.import_module(module), name), f"{module} has no {name} any more"


@pytest.mark.parametrize("name", PRIVATE_NAMES)
def test_what_is_listed_is_used_and_there(name):
    owner, only_on, _ = PRIVATE_NAMES[name]
    text = "\n".join(path.read_text() for path in FILES)
    assert re.search(rf"\b{name}\b", text), f"{name} is not used any more: take it from the list"
    backend = keras.backend.backend()
    if only_on not in (None, backend):
        pytest.skip(f"is there on {only_on} only")
    title = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "Torch"}[backend]
    module, _, owner = owner.format(backend=backend, Backend=title).rpartition(".")
    source = inspect.getsource(getattr(importlib.import_module(module), owner))
    assert re.search(rf"(\bdef |\b(self|tensor|torch)\.|\"){name}\b", source), f"{owner} has no {name} any more"
