"""Contracts: one call in each class's test."""

import json
import math
import pathlib
import tempfile

import keras
import numpy as np
from gradients import gradients

import keras_vae


def config_round_trip(thing, package="keras_vae"):
    """Make a copy from the config, through JSON, and assert that it has the same config, arguments and package."""
    written = json.loads(json.dumps(keras.saving.serialize_keras_object(thing)))
    copy = keras.saving.deserialize_keras_object(written)
    assert type(copy) is type(thing)
    assert json.dumps(copy.get_config(), sort_keys=True) == json.dumps(thing.get_config(), sort_keys=True)
    assert written["registered_name"] == f"{package}>{type(thing).__name__}"
    return copy


def schedule_contract(schedule):
    """A schedule is serializable, gives a float32 scalar, and takes numbers and tensors of any integer type."""
    copy = config_round_trip(schedule)
    for step in (0, 1, 7, 10**6):
        value = schedule(step)
        assert keras.ops.shape(value) == () and keras.backend.standardize_dtype(value.dtype) == "float32"
        tensor = keras.ops.convert_to_tensor(step, dtype="int32")
        assert float(copy(tensor)) == float(value) >= 0.0


def gaussian_layer_contract(layer, outputs):
    """A layer on [mean, log_var] round-trips, builds symbolically, trains a functional model, saves and loads."""
    config_round_trip(layer)
    x = keras.Input((6,))
    mean, log_var = keras.layers.Dense(3)(x), keras.layers.Dense(3)(x)
    result = layer([mean, log_var])
    assert [tuple(r.shape) for r in keras.tree.flatten(result)] == outputs
    head = keras.layers.Dense(6)(keras.tree.flatten(result)[0])
    model = keras.Model(x, head)
    model.compile("adam", "mse")
    data = np.random.default_rng(0).normal(size=(8, 6)).astype("float32")
    history = model.fit(data, data, verbose=0)
    assert np.isfinite(history.history["loss"][0])
    assert_saved_file_is_equal(model, lambda m: [keras.ops.convert_to_numpy(w) for w in m.weights])
    for policy in ("mixed_float16", "mixed_bfloat16"):
        keras.config.set_dtype_policy(policy)
        mixed = type(layer).from_config({**layer.get_config(), "dtype": "float32"})
        half = keras.ops.convert_to_tensor(np.full((2, 3), 12.0), dtype=policy.removeprefix("mixed_"))
        for part in keras.tree.flatten(mixed([half, half])):
            assert keras.backend.standardize_dtype(part.dtype) == "float32"
            assert np.all(np.isfinite(keras.ops.convert_to_numpy(part)))
    keras.config.set_dtype_policy("float32")


def likelihood_contract(likelihood, x):
    """A likelihood round-trips, sums events in float32, has a mean and draws of the data's shape, and trains a VAE."""
    config_round_trip(likelihood)
    k = likelihood.num_parameters
    parameters = keras.ops.convert_to_tensor(np.random.default_rng(0).normal(size=(len(x), 64 * k)), dtype="float32")
    assert likelihood.event_shape((None, 64 * k)) == (64,)
    log_prob = keras.ops.convert_to_numpy(likelihood.log_prob(x, parameters))
    assert log_prob.shape == (len(x),) and log_prob.dtype == np.float32
    half = keras.ops.cast(parameters, "float16")
    assert keras.backend.standardize_dtype(likelihood.log_prob(x, half).dtype) == "float32"
    assert tuple(likelihood.mean(parameters).shape) == tuple(likelihood.sample(parameters, seed=1).shape) == x.shape

    encoder, decoder = keras_vae.networks.mlp((64,), 2, hidden=(8,), num_parameters=k)
    vae = keras_vae.VAE(encoder, decoder, likelihood=likelihood)
    vae.compile("adam")
    assert np.isfinite(vae.fit(x, epochs=1, verbose=0).history["loss"][0])
    assert_saved_file_is_equal(vae, lambda model: model.elbo(x, seed=1))


def model_contract(make, x, y=None, package="keras_vae.models"):
    """A model round-trips, is called symbolically, is trained with validation, skips, is saved and goes on, and mixes.

    Args:
        make: Function that returns a new model, not compiled.
        x: Array of 64 rows.
        y: Array of 64 conditions, or None.
    """
    given = (x,) if y is None else (x, y)
    model = make()
    config_round_trip(model, package)
    symbols = [keras.KerasTensor((None, *part.shape[1:]), dtype=part.dtype) for part in given]
    symbolic = model(symbols if len(given) > 1 else symbols[0])
    assert list(symbolic) == sorted(symbolic)  # JAX sorts them anyway
    outputs = model(list(given) if len(given) > 1 else x)
    shapes = {name: tuple(part.shape[1:]) for name, part in outputs.items()}
    assert {name: tuple(part.shape) for name, part in symbolic.items()} == {n: (None, *s) for n, s in shapes.items()}

    model.compile(keras.optimizers.Adam(1e-2), metrics=["mse"], **further_optimizers(model))
    moved = [variable for phase in model.phases() for variable in phase.variables]
    fitted_later = {id(weight) for weight in model.prior.weights}
    assert {id(weight) for weight in model.trainable_variables} <= {id(weight) for weight in moved} | fitted_later
    before = values(moved)
    history = model.fit(*given, epochs=2, batch_size=32, validation_data=given, verbose=0).history
    for old, new, variable in zip(before, values(moved), moved, strict=True):
        assert np.any(old != new), f"no gradient reaches {variable.path}"
    logged = {name for name in history if not name.startswith(("val_", "skipped_updates"))}
    assert {"loss", "reconstruction_loss", "mse"} <= logged
    assert {name for name in history if name.startswith("val_")} == {f"val_{name}" for name in logged}
    assert set(model.evaluate(*given, verbose=0, return_dict=True)) == logged
    assert np.isfinite([history[name] for name in history]).all()

    spoilt = x[:32].copy()
    spoilt[3] = np.nan
    goes_on = {id(model.step), *(id(weight.variable) for weight in model.scheduled.values())}
    stays = [*(weight for weight in model.weights if id(weight) not in goes_on), *slots(model)]
    before = values(stays)
    logs = model.train_on_batch(spoilt, *(part[:32] for part in given[1:]), return_dict=True)
    assert float(logs["skipped_updates"]) == len(model.phases())
    for old, new, variable in zip(before, values(stays), stays, strict=True):
        np.testing.assert_array_equal(new, old, err_msg=variable.path)

    loaded = assert_saved_file_is_equal(model, lambda m: m.evaluate(*given, verbose=0, return_dict=True))
    for ours, theirs in zip(model.phases(), loaded.phases(), strict=True):
        assert type(ours.optimizer) is type(theirs.optimizer)
    for ours, theirs in zip(values(slots(model)), values(slots(loaded)), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    going_on = [m.fit(*given, batch_size=32, shuffle=False, verbose=0).history for m in (model, loaded)]
    for name in going_on[0]:
        np.testing.assert_allclose(going_on[0][name], going_on[1][name], rtol=1e-5, err_msg=name)

    keras.config.set_dtype_policy("mixed_float16")
    mixed = make()
    mixed.compile(keras.optimizers.Adam(1e-3), **further_optimizers(mixed))
    logs = mixed.train_on_batch(*(part[:32] for part in given), return_dict=True)
    keras.config.set_dtype_policy("float32")
    assert float(logs["skipped_updates"]) == 0.0 and np.isfinite([float(value) for value in logs.values()]).all()
    for phase in mixed.phases():
        assert isinstance(phase.optimizer, keras.optimizers.LossScaleOptimizer)


def further_optimizers(model):
    """Return an optimizer for each phase of a model but the first, as arguments of `compile`."""
    return {name: keras.optimizers.Adam(1e-3) for name in model.FURTHER_OPTIMIZERS}


def slots(model):
    """Return the variables of all optimizers of a model."""
    return [variable for phase in model.phases() for variable in phase.optimizer.variables]


def values(variables):
    """Return copies of variables as arrays."""
    return [np.array(keras.ops.convert_to_numpy(variable)) for variable in variables]


def assert_saved_file_is_equal(model, outputs):
    """Save, load, and assert that the outputs are the same."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "model.keras"
        model.save(path)
        loaded = keras.models.load_model(path)
    before, after = outputs(model), outputs(loaded)
    for ours, theirs in zip(keras.tree.flatten(before), keras.tree.flatten(after), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-7)
    return loaded


def prior_contract(prior, package="keras_vae.priors"):
    """A prior round-trips, has draws and densities of codes of any shape, trains in a VAE, and goes on from a file."""
    config_round_trip(prior, package)
    for shape in ((2,), (2, 2, 3)):
        vae = vae_with(fresh(prior), shape)
        z = vae.prior.sample(5, seed=1)
        assert tuple(z.shape) == (5, *shape) and tuple(vae.prior.log_prob(z).shape) == (5,)
    generator = keras.random.SeedGenerator(1)
    draws = [keras.ops.convert_to_numpy(vae.prior.sample(5, generator)) for _ in range(2)]
    assert not np.any(draws[0] == draws[1])

    x = np.random.default_rng(0).random((16, 64)).astype("float32")
    before = [keras.ops.convert_to_numpy(w).copy() for w in vae.prior.trainable_variables]
    assert np.isfinite(vae.fit(x, verbose=0).history["loss"][0])
    for old, new in zip(before, vae.prior.trainable_variables, strict=True):
        assert np.any(old != keras.ops.convert_to_numpy(new)), f"no gradient reaches {new.path}"
    config_round_trip(vae.prior, package)
    loaded = assert_saved_file_is_equal(vae, lambda model: model.elbo(x, seed=1))
    histories = [model.fit(x, epochs=2, shuffle=False, verbose=0).history["loss"] for model in (vae, loaded)]
    np.testing.assert_allclose(*histories, rtol=1e-6)

    keras.config.set_dtype_policy("mixed_float16")
    mixed = vae_with(fresh(prior), (2,)).prior
    z = mixed.sample(3, seed=1)
    for part in (z, mixed.log_prob(z), *mixed.trainable_weights):
        assert keras.backend.standardize_dtype(part.dtype) == "float32"
        assert np.all(np.isfinite(keras.ops.convert_to_numpy(part)))
    keras.config.set_dtype_policy("float32")


def fresh(thing):
    """Return a copy that is not built."""
    return type(thing).from_config(json.loads(json.dumps(thing.get_config())))


def vae_with(prior, latent_shape, **arguments):
    """Return a small compiled VAE for rows of 64 pixels, whose codes have some shape."""
    x, z = keras.Input((64,)), keras.Input(latent_shape)
    heads = [keras.layers.Dense(math.prod(latent_shape))(x) for _ in range(2)]
    encoder = keras.Model(x, [keras.layers.Reshape(latent_shape, dtype="float32")(head) for head in heads])
    decoder = keras.Model(z, keras.layers.Dense(64)(keras.layers.Flatten()(z)))
    vae = keras_vae.VAE(encoder, decoder, prior=prior, seed=1, **arguments)
    vae.compile("adam")
    return vae


def penalty_contract(penalty, package="keras_vae.penalties"):
    """A penalty round-trips, is a float32 scalar that padding leaves as it is, and says what a model lacks."""
    copy = config_round_trip(penalty, package)
    random = np.random.default_rng(0)
    mean, log_var, z = (random.normal(size=(8, 2)).astype("float32") for _ in range(3))
    outputs = {"z": z, "mean": mean, "log_var": log_var, "kl": np.abs(z[:, 0]), "parameters": random.random((8, 3))}
    outputs = {name: keras.ops.convert_to_tensor(part, dtype="float32") for name, part in outputs.items()}
    arguments = {"prior": FixedDraws(random.normal(size=(8, 2))), "noise": keras.random.SeedGenerator(1)}

    value = penalty(outputs, **arguments)
    assert tuple(value.shape) == () and keras.backend.standardize_dtype(value.dtype) == "float32"
    assert np.isfinite(float(value)) and float(copy(outputs, **arguments)) == float(value)
    padded = {
        name: keras.ops.concatenate([part, keras.ops.zeros_like(part[:3]) + 7.0]) for name, part in outputs.items()
    }
    weight = np.array([1.0] * 8 + [0.0] * 3, "float32")
    prior = FixedDraws(np.concatenate([keras.ops.convert_to_numpy(arguments["prior"].draws), np.full((3, 2), 9.0)]))
    np.testing.assert_allclose(penalty(padded, **{**arguments, "prior": prior}, sample_weight=weight), value, rtol=1e-5)
    one = np.array([1.0] + [0.0] * 7, "float32")
    assert np.isfinite(float(penalty(outputs, **arguments, sample_weight=one)))
    used = names_of_needed(penalty, outputs, arguments)

    def of_arrays(*parts):
        given = {**padded, **dict(zip(used, parts, strict=True))}
        return penalty(given, **{**arguments, "prior": prior}, sample_weight=weight)

    for gradient in gradients(of_arrays, *(keras.ops.convert_to_numpy(padded[name]) for name in used)):
        assert np.all(np.isfinite(gradient)) and not np.any(gradient[8:]) and np.any(gradient[:8])
    spatial = {
        name: keras.ops.reshape(part, (8, 1, 2, 1)) for name, part in outputs.items() if name in "z mean log_var"
    }
    prior = FixedDraws(keras.ops.convert_to_numpy(arguments["prior"].draws).reshape(8, 1, 2, 1))
    np.testing.assert_allclose(penalty({**outputs, **spatial}, **{**arguments, "prior": prior}), value, rtol=1e-5)
    half = {name: keras.ops.cast(part, "float16") for name, part in outputs.items()}
    assert keras.backend.standardize_dtype(penalty(half, **arguments).dtype) == "float32"

    schedule = keras.saving.serialize_keras_object(keras_vae.schedules.Linear(10, start=2.0, end=4.0))
    scheduled = config_round_trip(type(penalty).from_config({**penalty.get_config(), "weight": schedule}), package)
    ((variable, moved_by),) = (part for name, part in scheduled.schedules().items() if name == f"{penalty.name}_weight")
    assert variable is scheduled.weight and float(variable) == 2.0 and float(moved_by(10)) == 4.0
    assert not scheduled.trainable_variables and penalty.name not in penalty.schedules()

    x = random.random((16, 64)).astype("float32")
    vae = vae_with(None, (2,), penalties=[fresh(scheduled)])
    history = vae.fit(x, validation_data=x, verbose=0).history
    assert np.isfinite([history[f"{split}{name}"] for split in ("", "val_") for name in ("loss", penalty.name)]).all()
    added = history["loss"][0] - history["reconstruction_loss"][0] - history["kl_loss"][0]
    expected = history[f"{penalty.name}_weight"][0] * history[penalty.name][0]
    np.testing.assert_allclose(added, expected, rtol=1e-3, atol=1e-3)
    loaded = assert_saved_file_is_equal(vae, lambda model: model.evaluate(x, verbose=0, return_dict=True))
    histories = [model.fit(x, epochs=2, shuffle=False, verbose=0).history["loss"] for model in (vae, loaded)]
    np.testing.assert_allclose(*histories, rtol=1e-6)


def names_of_needed(penalty, outputs, arguments):
    """Return the outputs that a penalty needs, and assert that its error names the penalty and what is missing."""
    needed = []
    for missing in ("z", "mean", "log_var", "kl"):
        try:
            penalty({name: part for name, part in outputs.items() if name != missing}, **arguments)
        except ValueError as error:
            assert type(penalty).__name__ in str(error) and f"without {missing}" in str(error)
            needed.append(missing)
    return needed


class FixedDraws(keras_vae.priors.Prior):
    """A prior whose draws are known, to say what a penalty makes of them."""

    def __init__(self, draws):
        super().__init__()
        self.draws = keras.ops.convert_to_tensor(draws, dtype="float32")

    def sample(self, n, seed):
        return self.draws


def posterior_contract(posterior, latent_dim):
    """A posterior round-trips, is called symbolically, computes in float32, trains in a VAE, is saved and goes on."""
    copy = config_round_trip(posterior, package=type(posterior).__module__.rpartition(".")[0])
    heads = posterior.heads(latent_dim)
    assert tuple(heads) == copy.names == posterior.names and copy.has_log_prob == posterior.has_log_prob
    z, log_q = copy([keras.KerasTensor((None, width)) for width in heads.values()], seed=1)
    assert tuple(z.shape) == (None, latent_dim) and tuple(log_q.shape) == (None,)
    assert copy.latent_dim == latent_dim and copy.latent_shape == (latent_dim,)
    for policy in ("mixed_float16", "mixed_bfloat16"):
        keras.config.set_dtype_policy(policy)
        mixed = type(posterior).from_config(posterior.get_config())
        parameters = [keras.ops.full((2, width), 12.0, dtype=policy.removeprefix("mixed_")) for width in heads.values()]
        for part in (*mixed(parameters, seed=1), mixed.mean([keras.ops.cast(part, "float32") for part in parameters])):
            assert keras.backend.standardize_dtype(part.dtype) == "float32"
            assert np.all(np.isfinite(keras.ops.convert_to_numpy(part)))
    keras.config.set_dtype_policy("float32")

    x = np.random.default_rng(0).random((32, 16)).astype("float32")
    encoder, decoder = keras_vae.networks.mlp((16,), latent_dim, hidden=(8,), activation="tanh", heads=heads)
    vae = keras_vae.VAE(encoder, decoder, posterior=posterior, seed=1)
    vae.compile(keras.optimizers.Adam(1e-2))
    before = [keras.ops.convert_to_numpy(weight).copy() for weight in vae.trainable_weights]
    assert np.all(np.isfinite(vae.fit(x, epochs=3, batch_size=16, verbose=0).history["loss"]))
    for old, weight in zip(before, vae.trainable_weights, strict=True):
        assert not np.array_equal(old, keras.ops.convert_to_numpy(weight)), f"no gradient reaches {weight.path}"
    loaded = assert_saved_file_is_equal(vae, lambda model: model.elbo(x, seed=1))
    further = [model.fit(x, batch_size=16, shuffle=False, verbose=0).history["loss"] for model in (vae, loaded)]
    np.testing.assert_allclose(*further, rtol=1e-6)


def flow_contract(flow):
    """A flow round-trips, is called symbolically, starts as the identity, and its posterior fulfils the contract."""
    copy = config_round_trip(flow, package="keras_vae.flows")
    assert flow.get_config()["dtype"]["config"]["name"] == "float32"
    z, log_det = copy(keras.KerasTensor((None, 3)), context=keras.KerasTensor((None, 2)))
    assert tuple(z.shape) == (None, 3) and tuple(log_det.shape) == (None,)
    u = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
    z, log_det = map(keras.ops.convert_to_numpy, copy(u, context=u[:, :2]))
    np.testing.assert_array_equal(np.sort(z, axis=1), np.sort(u, axis=1))
    np.testing.assert_array_equal(log_det, np.zeros(5))
    posterior_contract(keras_vae.posteriors.Flow([flow], context_dim=2), latent_dim=3)
