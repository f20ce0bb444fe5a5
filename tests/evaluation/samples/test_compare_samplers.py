"""The samplers side by side."""

import pytest

from keras_vae import evaluation, samplers


def test_the_table_has_a_row_for_each_sampler(make_vae, digits):
    vae = make_vae()
    few = digits[:50]
    table = evaluation.compare_samplers(vae, few, few, lambda x: x[:, 20:30], num_components=2)
    assert set(table) == {"prior", "temperature", "truncated", "gaussian mixture", "aggregate posterior", "real"}
    assert table["real"]["frechet_distance"] == pytest.approx(0.0, abs=1e-6)
    generated = vae.decode(samplers.prior(vae, 50, seed=0))
    expected = evaluation.frechet_distance(few[:, 20:30], generated[:, 20:30])["frechet_distance"]
    assert table["prior"]["frechet_distance"] == pytest.approx(expected, rel=1e-6)
