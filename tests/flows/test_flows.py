import keras
import numpy as np
import pytest
from contracts import flow_contract

from keras_vae import flows
from keras_vae.flows.masked_dense import MaskedDense

# JAX computes in float32 unless it is told otherwise when it starts.
DTYPE, STEP, TOLERANCE = ("float32", 3e-2, 1e-3) if keras.backend.backend() == "jax" else ("float64", 1e-4, 1e-6)
# tanh and not relu: a central difference across a kink is none.
FLOWS = {
    "coupling": lambda **k: flows.Coupling(hidden=(8, 6), activation="tanh", **k),
    "inverse_autoregressive": lambda **k: flows.InverseAutoregressive(hidden=(8, 6), activation="tanh", **k),
    "planar": lambda **k: flows.Planar(**k),
}
CONTEXT_DIM = 3


def made(name, dim, context_dim=CONTEXT_DIM, scale=0.5, dtype=DTYPE, seed=0):
    """Return a flow with weights drawn at random."""
    flow = FLOWS[name](dtype=dtype)
    flow.build((None, dim), (None, context_dim) if context_dim else None)
    random = np.random.default_rng(seed)
    for weight in flow.weights:
        weight.assign(random.normal(scale=scale, size=weight.shape))
    return flow


def rows(n, width, seed=1):
    return np.random.default_rng(seed).normal(size=(n, width)).astype(DTYPE)


def applied(function, u, context):
    tensors = [keras.ops.convert_to_tensor(array, dtype=DTYPE) for array in (u, context)]
    return [keras.ops.convert_to_numpy(part).astype("float64") for part in function(tensors[0], context=tensors[1])]


def jacobians(function, u, context):
    """Return dz_i/du_j by central differences of fourth order, `(batch, i, j)`."""
    columns = []
    for j in range(u.shape[1]):
        step = np.zeros_like(u)
        step[:, j] = STEP
        one, two = (
            applied(function, u + n * step, context)[0] - applied(function, u - n * step, context)[0] for n in (1, 2)
        )
        columns.append((8.0 * one - two) / (12.0 * STEP))
    return np.stack(columns, axis=2)


@pytest.mark.parametrize("name", FLOWS)
def test_contract(name):
    flow_contract(FLOWS[name]())
    assert type(flows.get(name)) is type(FLOWS[name]())


@pytest.mark.parametrize("dim", [2, 5])
@pytest.mark.parametrize("name", FLOWS)
def test_the_log_determinant_is_that_of_the_numerical_jacobian(name, dim):
    flow, u, context = made(name, dim), rows(7, dim), rows(7, CONTEXT_DIM, seed=2)
    _, log_det = applied(flow, u, context)
    sign, expected = np.linalg.slogdet(jacobians(flow, u, context))
    assert np.all(sign != 0) and np.ptp(log_det) > 0.01
    np.testing.assert_allclose(log_det, expected, rtol=TOLERANCE, atol=TOLERANCE)


@pytest.mark.parametrize("dim", [2, 5])
@pytest.mark.parametrize("name", [name for name in FLOWS if FLOWS[name]().has_inverse])
def test_the_inverse_undoes_the_map(name, dim):
    flow, u, context = made(name, dim), rows(7, dim), rows(7, CONTEXT_DIM, seed=2)
    z, log_det = applied(flow, u, context)
    assert np.abs(np.sort(z) - np.sort(u)).max() > 0.1
    back, inverse_log_det = applied(flow.inverse, z, context)
    np.testing.assert_allclose(back, u, rtol=TOLERANCE, atol=0.1 * TOLERANCE)
    np.testing.assert_allclose(inverse_log_det, -log_det, rtol=TOLERANCE, atol=0.1 * TOLERANCE)


@pytest.mark.parametrize("name", FLOWS)
def test_the_context_counts(name):
    flow, u = made(name, 4), rows(1, 4)
    one, other = (applied(flow, u, rows(1, CONTEXT_DIM, seed=seed))[0] for seed in (3, 4))
    assert np.all(one != other) if name != "coupling" else np.sum(one != other) == 2


@pytest.mark.parametrize("context_dim", [0, CONTEXT_DIM])
def test_a_number_of_an_autoregressive_flow_depends_on_those_before_it_alone(context_dim):
    flow, u = made("inverse_autoregressive", 5, context_dim), rows(3, 5)
    context = rows(3, context_dim) if context_dim else None

    def before_the_reversal(u, context):
        z, log_det = flow(u, context=context if context_dim else None)
        return keras.ops.flip(z, axis=-1), log_det

    jacobian = jacobians(before_the_reversal, u, np.zeros((3, 1)) if context is None else context)
    np.testing.assert_array_equal(jacobian[:, *np.triu_indices(5, 1)], 0.0)
    assert np.all(jacobian[:, *np.tril_indices(5)] != 0.0)


def test_the_first_number_of_an_autoregressive_flow_depends_on_the_context():
    # Without units that see the context alone, the law of the first number could not depend on it.
    flow, u = made("inverse_autoregressive", 2), rows(1, 2)
    first = [applied(flow, u, rows(1, CONTEXT_DIM, seed=seed))[0][0, -1] for seed in (3, 4)]
    assert first[0] != first[1]


def test_masked_dense_is_a_dense_layer_with_a_mask():
    layer = MaskedDense([1, 2, 0], [1, 2], strict=True)
    layer.build((None, 3))
    kernel, bias = rows(3, 2), rows(1, 2)[0]
    layer.kernel.assign(kernel)
    layer.bias.assign(bias)
    x = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")
    mask = np.array([[0, 1], [0, 0], [1, 1]])
    np.testing.assert_allclose(keras.ops.convert_to_numpy(layer(x)), x @ (kernel * mask) + bias, rtol=1e-5)
    assert type(layer).from_config(layer.get_config()).output_degrees == [1, 2]


def test_a_planar_flow_stays_invertible_whatever_its_weights_are():
    for seed in range(5):
        flow = made("planar", 1, context_dim=0, scale=5.0, dtype="float32", seed=seed)
        flow.v.assign(-np.abs(keras.ops.convert_to_numpy(flow.v)) * np.sign(keras.ops.convert_to_numpy(flow.w)))
        u = np.linspace(-6.0, 6.0, 2001, dtype="float32")[:, None]
        z, log_det = map(keras.ops.convert_to_numpy, flow(u))
        assert np.all(np.diff(z[:, 0]) > 0) and np.all(np.isfinite(log_det))


def test_the_log_scales_are_bounded():
    flow = flows.Coupling(hidden=(4,), max_log_scale=0.5)
    flow.build((None, 2))
    for weight in flow.weights:
        weight.assign(np.full(weight.shape, 50.0))
    _, log_det = flow(np.ones((1, 2), "float32"))
    assert float(keras.ops.convert_to_numpy(log_det)[0]) == pytest.approx(0.5)


def test_bad_arguments():
    with pytest.raises(
        ValueError, match=r"`u` must have the shape \(batch, n\) with n of at least 1 .* Received: u of"
    ):
        flows.Planar()(np.zeros((2, 3, 3, 1), "float32"))
    with pytest.raises(ValueError, match="`u` must have .* at least 2 for the flow Coupling"):
        flows.Coupling()(np.zeros((2, 1), "float32"))
    with pytest.raises(ValueError, match="`context` must have the shape"):
        flows.Coupling()(np.zeros((2, 2), "float32"), context=np.zeros((2, 2, 2), "float32"))
    with pytest.raises(ValueError, match="`hidden` must be a whole number of at least 1. Received: hidden=0"):
        flows.InverseAutoregressive(hidden=(0,))
    with pytest.raises(ValueError, match="`hidden` must be a list of ints of at least 1. Received: hidden=8"):
        flows.Coupling(hidden=8)
    with pytest.raises(ValueError, match="`max_log_scale` must be a number above 0.0"):
        flows.Coupling(max_log_scale=0)
    with pytest.raises(ValueError, match="The inverse is not defined for the flow Planar"):
        flows.Planar().inverse(np.zeros((2, 2)))
    with pytest.raises(ValueError, match="`flow` must be one of 'coupling', 'inverse_autoregressive', 'planar'"):
        flows.get("spline")
