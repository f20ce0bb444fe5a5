import numpy as np
import pytest

from keras_vae.rows import as_rows, take

X = np.arange(12.0).reshape(6, 2)
ORDER = np.array([4, 0, 4, 3])


def test_rows_are_taken_by_position_in_any_order(tmp_path):
    memmap = np.memmap(tmp_path / "x.bin", dtype=X.dtype, mode="w+", shape=X.shape)
    memmap[:] = X
    for array in (X, memmap, X.tolist(), tuple(X), np.asfortranarray(X)):
        np.testing.assert_array_equal(take(as_rows("x", array), ORDER), [[8, 9], [0, 1], [8, 9], [6, 7]])
        np.testing.assert_array_equal(take(as_rows("x", array), slice(1, 3)), X[1:3])
    assert np.shares_memory(as_rows("x", memmap), memmap)


def test_pandas_labels_are_no_positions():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, index=[5, 4, 3, 2, 1, 0])
    np.testing.assert_array_equal(take(as_rows("x", frame), ORDER), X[ORDER])
    np.testing.assert_array_equal(take(as_rows("x", frame[1]), ORDER), X[ORDER, 1])
    mixed = pandas.DataFrame({"a": [1, 2], "b": [0.5, 1.5], "c": [True, False]})
    with pytest.raises(ValueError, match="`x` must be an array .* pandas.*DataFrame with values of type object"):
        as_rows("x", mixed)
    np.testing.assert_array_equal(as_rows("x", mixed[["a", "b"]]), [[1, 0.5], [2, 1.5]])


def test_an_hdf5_data_set_stays_on_the_disk(tmp_path):
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "x.h5", "w") as file:
        array = as_rows("x", file.create_dataset("x", data=X))
        assert isinstance(array, h5py.Dataset) and array.shape == (6, 2)
        np.testing.assert_array_equal(take(array, ORDER), X[ORDER])
        np.testing.assert_array_equal(take(array, np.array([2])), X[[2]])
        np.testing.assert_array_equal(take(array, slice(1, 3)), X[1:3])
        for name, data in (("text", ["a", "b"]), ("complex", [1j]), ("empty", h5py.Empty("f4"))):
            with pytest.raises(ValueError, match="`y` must be an array of real numbers .* Received: y of type h5py"):
                as_rows("y", file.create_dataset(name, data=data))
        with pytest.raises(ValueError, match="`x` must be an array"):
            as_rows("x", file)
    with pytest.raises(ValueError, match="`x` must be an array"):
        as_rows("x", array)  # its file is closed


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "int32", "bool"])
def test_tensors(dtype):
    import keras

    values = np.array([[1, 0], [0, 1], [1, 1]])
    tensor = keras.ops.cast(keras.ops.convert_to_tensor(values), dtype)
    rows = as_rows("x", tensor)
    assert rows.dtype == {"bfloat16": "float32"}.get(dtype, dtype)
    np.testing.assert_array_equal(take(rows, np.array([2, 0])), values[[2, 0]])


def test_a_tensor_with_a_gradient():
    torch = pytest.importorskip("torch")
    np.testing.assert_array_equal(as_rows("x", torch.tensor(X, requires_grad=True)), X)
    np.testing.assert_array_equal(as_rows("x", torch.ones(2, dtype=torch.bfloat16)), [1, 1])


class Foreign:
    """An array of a library that is not known by name."""

    def __array__(self, dtype=None, copy=None):
        return X


def test_what_numpy_can_read_is_taken():
    np.testing.assert_array_equal(as_rows("x", Foreign()), X)


def scipy_sparse():
    return pytest.importorskip("scipy.sparse").csr_matrix(X)


@pytest.mark.parametrize(
    ("make", "received"),
    [
        (lambda: {"x": X}, "x of type dict"),
        (lambda: ["a", "b"], "x of type list with values of type <U1"),
        (lambda: "text", "x of type str"),
        (lambda: None, "x of type NoneType"),
        (lambda: [[1], [2, 3]], "x of type list"),
        (lambda: np.array([X, None], dtype=object), "x of type numpy.ndarray with values of type object"),
        (lambda: np.array(["a"]), "x of type numpy.ndarray with values of type <U1"),
        (
            lambda: np.array(["2020-01-01"], dtype="datetime64[D]"),
            "x of type numpy.ndarray with values of type datetime64",
        ),
        (lambda: np.zeros(3, dtype=[("a", "f4")]), "x of type numpy.ndarray with values of type"),
        (lambda: X + 1j, "x of type numpy.ndarray with values of type complex128"),
        (lambda: np.ma.masked_less(X, 3), "x with a mask"),
        (lambda: 3.0, r"x of type float and shape \(\)"),
        (lambda: (row for row in X), "x of type generator"),
        (scipy_sparse, r"x of type scipy\.sparse"),
    ],
)
def test_what_has_no_rows_of_real_numbers_is_refused_by_name(make, received):
    with pytest.raises(ValueError, match=f"`x` must be an array of real numbers with rows .* Received: {received}"):
        as_rows("x", make())
