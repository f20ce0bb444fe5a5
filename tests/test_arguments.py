import decimal
import fractions

import keras
import numpy as np
import pytest

from keras_vae.arguments import at_least, one_of, seed_or_none, share, shown, whole_number

NO_NUMBERS = [
    None, "1", b"1", True, np.True_, [], [1], {}, object(), int, float, np.ndarray, 1 + 2j, np.complex64(1),
    np.array(1 + 2j), np.zeros((2, 2)), np.ones(1), np.array("1"), np.array(True), np.array(None), np.ma.masked,
    np.ma.array(1.0), np.array([]), [[1, 2], [3]], len, float("nan"), np.float32("nan"), np.array(np.nan),
    decimal.Decimal("NaN"), np.datetime64("2020"),
]  # fmt: skip


@pytest.mark.parametrize("value", NO_NUMBERS, ids=lambda value: shown(value).split(" at 0x")[0])
def test_no_number_of_any_kind(value):
    for check in (
        lambda: at_least("beta", value, 0.0),
        lambda: at_least("beta", value, 0.0, strict=True),
        lambda: share("beta", value),
        lambda: whole_number("beta", value),
        lambda: whole_number("beta", value, low=0),
        lambda: one_of("beta", value, ("a", "b")),
    ):
        with pytest.raises(ValueError, match=r"^`beta` must be .*\. Received: beta="):
            check()
    if value is not None:
        with pytest.raises(ValueError, match="`beta` must be an int or None. Received: beta="):
            seed_or_none("beta", value)


@pytest.mark.filterwarnings("ignore:The `__array_wrap__`:DeprecationWarning")
def test_single_numbers_of_every_kind():
    tensor = keras.ops.convert_to_tensor
    for half in (
        0.5,
        np.float32(0.5),
        np.float16(0.5),
        np.array(0.5),
        fractions.Fraction(1, 2),
        decimal.Decimal("0.5"),
    ):
        assert at_least("beta", half, 0.5) == 0.5 and share("beta", half) == 0.5
        assert isinstance(at_least("beta", half, 0.0), float)
    assert at_least("beta", tensor(0.5), 0.0) == 0.5
    assert at_least("beta", keras.Variable(0.5), 0.0) == 0.5
    for three in (3, np.int8(3), np.uint64(3), np.array(3), tensor(3)):
        number = whole_number("n", three, low=3)
        assert number == 3 and type(number) is int and at_least("beta", three, 0.0) == 3
        assert seed_or_none("seed", three) == 3
    assert type(at_least("beta", 3, 0)) is int
    assert seed_or_none("seed", None) is None and seed_or_none("seed", -3) == -3
    assert at_least("beta", 0, 0.0) == 0 and at_least("beta", -0.0, 0.0) == 0 and share("rise", 1) == 1.0


def test_what_is_too_large_for_float32_and_what_is_too_small():
    assert at_least("beta", 3.4e38, 0.0) == 3.4e38
    for value in (1e300, 3.5e38, 10**39, 10**400, float("inf"), np.inf, decimal.Decimal("1e500")):
        with pytest.raises(ValueError, match=r"`beta` must be a number of at least 0.0 in float32, at most 3.4e\+38"):
            at_least("beta", value, 0.0)
    with pytest.raises(ValueError, match="`sigma` must be a number above 0.0 in float32.* Received: sigma=1e-300"):
        at_least("sigma", 1e-300, 0.0, strict=True)
    assert at_least("sigma", 1e-40, 0.0, strict=True) == 1e-40  # a denormal number of float32
    for value in (-1e300, -1e-300, -float("inf")):
        with pytest.raises(ValueError, match="`beta` must be a number of at least 0.0. Received: beta=-"):
            at_least("beta", value, 0.0)


def test_whole_numbers_have_bounds():
    for value in (2.0, np.float32(2.0), 2.5, 1e300, -1, 0, np.array(2.0), fractions.Fraction(2)):
        with pytest.raises(ValueError, match="`n` must be a whole number of at least 1. Received: n="):
            whole_number("n", value)
    for value in (10**30, 2**63, 10**5000):
        with pytest.raises(ValueError, match=f"`n` must be a whole number of at least 1 and at most {2**63 - 1}. Rec"):
            whole_number("n", value)
        with pytest.raises(ValueError, match="`seed` must be an int or None. Received: seed="):
            seed_or_none("seed", value)
    with pytest.raises(ValueError, match="`n` must be a whole number of at least 0 and at most 3. Received: n=4"):
        whole_number("n", 4, low=0, high=3)


def test_shares_are_above_0_and_at_most_1():
    for value in (0, 0.0, -0.1, 1.0001, 1.5, 1e30, float("inf"), 10**400):
        with pytest.raises(ValueError, match="`rise` must be above 0 and at most 1. Received: rise="):
            share("rise", value)


def test_names():
    assert one_of("kind", "a", ("a", "b")) == "a"
    for value in ("c", "", ["a"], ("a", "b"), np.array(["a"])):
        with pytest.raises(ValueError, match=r"`kind` must be one of 'a', 'b'. Received: kind="):
            one_of("kind", value, ("a", "b"))


def test_what_an_error_shows_is_short():
    class Stranger:
        def __repr__(self):
            raise KeyError("no")

    assert shown(1.5) == "1.5" and shown("x") == "'x'"
    assert shown(np.zeros((2, 2))) == "array([[0., 0.], [0., 0.]])"
    assert shown(Stranger()) == "a Stranger" and shown(10**5000) == "a int"
    assert len(shown(list(range(10**4)))) < 250
