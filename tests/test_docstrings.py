"""The examples in the docstrings of all public classes and functions."""

import doctest
import functools
import inspect

import keras
import keras_tuner
import numpy as np
import pytest
from PIL import Image

import keras_vae
from keras_vae import tuning
from keras_vae.datasets import Batches

pytestmark = pytest.mark.plain(why="what the examples show is of the manual; tests of the rooms run it on each backend")

ROOMS = (
    "bounds",
    "callbacks",
    "datasets",
    "evaluation",
    "flows",
    "layers",
    "likelihoods",
    "networks",
    "penalties",
    "plots",
    "posteriors",
    "priors",
    "samplers",
    "schedules",
    "tuning",
)
BASES = {
    "bounds.Bound",
    "flows.Flow",
    "likelihoods.Likelihood",
    "penalties.Penalty",
    "posteriors.Posterior",
    "priors.Prior",
    "schedules.Schedule",
    "tuning.Objective",
}
NEEDS_A_DOWNLOAD = {"tensorflow_datasets"}


def public():
    """Return the public functions, classes and their own public methods by name."""
    found = {"data_parallel": keras_vae.data_parallel}
    for name in keras_vae.models.__all__:
        found[name if hasattr(keras_vae, name) else f"models.{name}"] = getattr(keras_vae.models, name)
    for room in ROOMS:
        module = getattr(keras_vae, room)
        found |= {f"{room}.{name}": getattr(module, name) for name in module.__all__}
    for name, thing in list(found.items()):
        if inspect.ismodule(thing):  # a set of functions, such as the samplers
            found |= {f"{name}.{function}": getattr(thing, function) for function in thing.__all__}
            del found[name]
    for name, thing in list(found.items()):
        if inspect.isclass(thing):
            methods = {m: f for m, f in inspect.getmembers(thing, inspect.isfunction) if not m.startswith("_")}
            found |= {f"{name}.{m}": f for m, f in methods.items() if f.__module__.startswith("keras_vae")}
    return found


EXAMPLES = {name: doctest.DocTestParser().get_examples(thing.__doc__ or "") for name, thing in public().items()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("manual")
    images = np.random.default_rng(0).integers(0, 256, size=(20, 28, 28), dtype="uint8")
    np.savez(folder / "mnist.npz", x_train=images, x_test=images)
    (folder / "faces").mkdir()
    for i in range(3):
        Image.new("RGB", (70, 80)).save(folder / "faces" / f"{i}.png")
    return folder


@functools.cache
def shared(size, channels, latent_dim):
    """Return images, and a VAE for them whose compiled functions the examples share."""
    x = np.random.default_rng(0).random((24, size, size, channels)).astype("float32")
    encoder, decoder = keras_vae.networks.mlp(x.shape[1:], latent_dim, hidden=(8,))
    vae = keras_vae.VAE(encoder, decoder)
    vae.compile("adam")
    autoencoder = keras_vae.Autoencoder.like(vae)
    autoencoder.compile("adam")
    names = {"x": x, "x_train": x, "x_test": x, "encoder": encoder, "decoder": decoder, "vae": vae}
    return {**names, "autoencoder": autoencoder, "y": np.arange(24) % 10, "y_test": np.arange(24) % 3}


@functools.cache
def conditional():
    """Return a conditional VAE for images of digits."""
    networks = keras_vae.networks.mlp((28, 28, 1), 4, hidden=(8,), condition_shape=(10,))
    vae = keras_vae.ConditionalVAE(*networks, num_classes=10)
    vae.compile("adam")
    return vae


@pytest.fixture(scope="module")
def search(tmp_path_factory):
    """Return a small search that has ended."""
    data = keras_vae.datasets.digits()
    space = tuning.SearchSpace(latent_dim=[2, 3], beta=1.0, annealing=False, width=8)
    hypermodel = tuning.VAEHyperModel(data, space, seeds=1, epochs=1)
    tuner = tuning.make_tuner("grid", hypermodel, 2, tmp_path_factory.mktemp("search"))
    tuner.search(verbose=0)
    return {"data": data, "hypermodel": hypermodel, "tuner": tuner, "rows": tuning.trials(tuner, hypermodel)}


@pytest.mark.parametrize("name", [n for n, e in EXAMPLES.items() if e and n.split(".")[-1] not in NEEDS_A_DOWNLOAD])
@pytest.mark.filterwarnings("ignore:The warm-up of beta takes:UserWarning")
def test_the_example_runs(name, folder, monkeypatch, request):
    monkeypatch.chdir(folder)
    size, channels = (64, 3) if "faces64" in name else (28, 1)
    names = shared(size, channels, 2 if "manifold" in name else 4) | {"keras": keras}
    names |= {"np": np, "keras_vae": keras_vae, "Batches": Batches}
    if name == "ConditionalVAE.given":
        names["vae"] = conditional()
    if name.startswith("tuning."):
        names |= request.getfixturevalue("search") | {"keras_tuner": keras_tuner}
    for example in EXAMPLES[name]:
        exec(compile(example.source, f"<the example of {name}>", "single"), names)


def test_every_public_class_and_function_has_an_example():
    in_a_room = {name for name in EXAMPLES if name.split(".")[0] in ROOMS and name.count(".") == 1}
    results = {"datasets.Dataset"}
    without = {name for name in in_a_room | {"VAE"} if not EXAMPLES[name] and not name.endswith(".get")}
    assert without == BASES | results | {"plots.manifold_codes"}
