"""Figures: what is drawn is what was given, nothing is cut off, and bad arrays are refused."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from keras_vae import plots

pytestmark = pytest.mark.plain

IMAGES = np.random.default_rng(0).random((12, 8, 6, 1)).astype("float32")
LOGS = {name: [3.0, 2.0, 1.0] for name in ("reconstruction_loss", "kl_loss", "elbo", "beta")}
VALIDATION = {f"val_{name}": [4.0, 3.0, 2.0] for name in ("reconstruction_loss", "kl_loss", "elbo", "beta")}

MEANS, LOG_VARS = np.random.default_rng(1).normal(size=(2, 40, 3)) - [[[0.0]], [[2.0]]]
GRID = np.linspace(-3, 3, 21)
PRIOR = np.exp(-0.5 * (GRID[None, :] ** 2 + GRID[:, None] ** 2)) / (2 * np.pi)

FIGURES = {
    "kl_per_dimension": lambda: plots.kl_per_dimension([0.1, 3.0, 0.5]),
    "kl_per_dimension of 128": lambda: plots.kl_per_dimension(np.arange(128.0)),
    "active_units": lambda: plots.active_units([0.9, 0.0, 0.004]),
    "posterior_blobs": lambda: plots.posterior_blobs(MEANS, LOG_VARS, np.arange(40) % 4),
    "posterior_blobs without labels": lambda: plots.posterior_blobs(MEANS, LOG_VARS, dimensions=(0, 2)),
    "prior_holes": lambda: plots.prior_holes(GRID, PRIOR, np.roll(PRIOR, 5, axis=1)),
    "code_factors": lambda: plots.code_factors(np.eye(10)[:, :5], ["shape", "scale", "orientation", "x", "y"]),
    "rate_distortion": lambda: plots.rate_distortion([1.0, 5.0, 20.0], [90.0, 80.0, 70.0], ["beta = 4", "2", "1"]),
    "rate_distortion with its knee": lambda: plots.rate_distortion([1.0, 5.0, 20.0], [90.0, 70.0, 65.0], knee=1),
    "search_map": lambda: plots.search_map(
        [2, 8, 16], [0.1, 1.0, 10.0], [-30.0, -25.0, np.nan], [True, False, True], name="ELBO, nats per example"
    ),
    "seed_spread": lambda: plots.seed_spread([[-25.0, -25.4], [-24.0, -26.0]], ["8, 1", "16, 0.25"], "ELBO"),
    "history": lambda: plots.history({**LOGS, **VALIDATION}),
    "history without validation": lambda: plots.history(LOGS, title="A run"),
    "history of a FactorVAE": lambda: plots.history(OF_A_FACTOR_VAE, title="A run"),
    "reconstructions": lambda: plots.reconstructions(IMAGES[:5], IMAGES[5:10]),
    "samples": lambda: plots.samples(IMAGES),
    "samples in colour": lambda: plots.samples(np.repeat(IMAGES, 3, axis=-1), columns=5),
    "latent_space": lambda: plots.latent_space(IMAGES[:, :2, 0, 0], np.arange(12) % 3),
    "latent_space of 5": lambda: plots.latent_space(IMAGES[:, :5, 0, 0], np.arange(12) % 3),
    "latent_space of a collapsed model": lambda: plots.latent_space(np.zeros((12, 4))),
    "posterior_blobs of a collapsed model": lambda: plots.posterior_blobs(np.zeros((9, 2)), np.zeros((9, 2))),
    "kl_per_dimension of a collapsed model": lambda: plots.kl_per_dimension(np.zeros(3)),
    "active_units of a collapsed model": lambda: plots.active_units(np.zeros(3)),
    "latent_space of 1": lambda: plots.latent_space(IMAGES[:, :1, 0, 0]),
    "latent_space with many labels": lambda: plots.latent_space(np.random.rand(60, 2), np.arange(60)),
    "code_factors of one": lambda: plots.code_factors([[1.0]], ["orientation"]),
    "code_factors with long names": lambda: plots.code_factors(
        np.eye(3), ["background colour", "shape", "orientation"]
    ),
    "rate_distortion with long names": lambda: plots.rate_distortion(
        [1.0, 5.0, 20.0], [90.0, 80.0, 70.0], ["the first model, beta 4", "the second model, beta 2", "the third model"]
    ),
    "seed_spread with long names": lambda: plots.seed_spread([[-25.0, -25.4]], ["width 512, beta 0.25, annealed"]),
    "reconstructions of one": lambda: plots.reconstructions(IMAGES[:1], IMAGES[:1]),
    "samples of one": lambda: plots.samples(IMAGES[:1]),
    "interpolation of the ends": lambda: plots.interpolation(IMAGES[:2]),
    "traversals of one": lambda: plots.traversals(IMAGES[None, :1], [0.0], dimensions=[127]),
    "manifold": lambda: plots.manifold(IMAGES[:9].reshape(3, 3, 8, 6)),
    "interpolation": lambda: plots.interpolation(IMAGES),
    "interpolations": lambda: plots.interpolation(IMAGES.reshape(2, 6, 8, 6, 1)),
    "traversals": lambda: plots.traversals(IMAGES.reshape(2, 6, 8, 6, 1), np.linspace(-3, 3, 6), dimensions=[4, 1]),
}


@pytest.mark.parametrize("name", FIGURES)
def test_every_text_is_within_the_figure(name, tmp_path):
    figure = FIGURES[name]()
    assert isinstance(figure, Figure)
    figure.savefig(tmp_path / "figure.png")
    box = figure.bbox
    for axes in figure.axes:
        texts = [axes.title, axes.xaxis.label, axes.yaxis.label, *axes.get_xticklabels(), *axes.get_yticklabels()]
        always = [axes.title, axes.xaxis.label, axes.yaxis.label, *axes.texts]
        texts += axes.texts
        legend = axes.get_legend()
        texts += legend.get_texts() if legend else []
        for text in texts:
            extent = text.get_window_extent()
            if not text.get_text() or not extent.width:
                continue
            if axes.get_images() or text in always:
                assert box.x0 - 1 <= extent.x0 and extent.x1 <= box.x1 + 1, text.get_text()
                assert box.y0 - 1 <= extent.y0 and extent.y1 <= box.y1 + 1, text.get_text()


def test_history_draws_the_logs():
    panels = plots.history({**LOGS, **VALIDATION}).axes
    assert [axes.get_title() for axes in panels] == ["Reconstruction", "KL divergence", "ELBO (beta = 1)", "beta"]
    assert [len(axes.lines) for axes in panels] == [2, 2, 2, 1]
    np.testing.assert_array_equal(panels[0].lines[0].get_data(), [[1, 2, 3], [3.0, 2.0, 1.0]])
    np.testing.assert_array_equal(panels[0].lines[1].get_ydata(), [4.0, 3.0, 2.0])


OF_A_FACTOR_VAE = {
    **{name: [3.0, 2.0, 1.0] for name in ("loss", "total_correlation", "critic_loss", "gamma", "mmd", "mmd_weight")},
    **LOGS,
    "skipped_updates": [0.0, 0.0, 1.0],
    "val_total_correlation": [2.0, 2.0, 2.0],
}


def test_history_draws_what_a_model_logs_besides():
    panels = plots.history(OF_A_FACTOR_VAE).axes
    titles = ["Loss", "Reconstruction", "KL divergence", "ELBO (beta = 1)", "beta"]
    assert [axes.get_title() for axes in panels] == [
        *titles,
        *("Total correlation", "Critic loss", "gamma", "mmd", "mmd_weight"),
    ]
    assert [len(axes.lines) for axes in panels] == [1, 1, 1, 1, 1, 2, 1, 1, 1, 1]
    of_an_autoencoder = plots.history({"loss": [2.0], "reconstruction_loss": [1.5], "mmd": [0.5]}).axes
    assert [axes.get_title() for axes in of_an_autoencoder] == ["Loss", "Reconstruction", "mmd"]


def test_grids_show_the_pixels_where_they_belong():
    picture = plots.samples(IMAGES[:3], columns=2).axes[0].get_images()[0].get_array()
    height, width = 8, 6
    np.testing.assert_allclose(picture[:height, :width], IMAGES[0, ..., 0])
    np.testing.assert_allclose(picture[:height, -width:], IMAGES[1, ..., 0])
    np.testing.assert_allclose(picture[-height:, :width], IMAGES[2, ..., 0])
    assert np.all(picture[-height:, -width:] == 1.0)  # no fourth image: white
    picture = plots.reconstructions(IMAGES[:2], IMAGES[2:4]).axes[0].get_images()[0].get_array()
    np.testing.assert_allclose(picture[-height:, -width:], IMAGES[3, ..., 0])


def test_the_manifold_is_a_map():
    codes = plots.manifold_codes(3, extent=2.0).reshape(3, 3, 2)
    np.testing.assert_allclose(codes[0, 0], [-2.0, 2.0])  # top left: small z[0], large z[1]
    np.testing.assert_allclose(codes[2, 1], [0.0, -2.0])
    axes = plots.manifold(IMAGES[:9].reshape(3, 3, 8, 6), extent=2.0).axes[0]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["2", "0", "-2"]
    assert [t.get_text() for t in axes.get_xticklabels()] == ["-2", "0", "2"]


def test_the_latent_space_of_many_dimensions_is_its_principal_plane():
    random = np.random.default_rng(1)
    codes = random.normal(size=(200, 5)) * [5.0, 0.1, 3.0, 0.1, 0.1]
    axes = plots.latent_space(codes).axes[0]
    assert axes.get_xlabel().startswith("component 1 (7") and axes.get_ylabel().startswith("component 2 (2")
    points = axes.collections[0].get_offsets()
    assert abs(np.corrcoef(points[:, 0], codes[:, 0])[0, 1]) > 0.999


def test_bars_are_in_order_and_named():
    axes = plots.kl_per_dimension([0.1, 3.0, 0.5]).axes[0]
    assert [bar.get_height() for bar in axes.patches] == [3.0, 0.5, 0.1]
    assert [text.get_text() for text in axes.get_xticklabels()] == ["1", "2", "0"]
    assert axes.get_title() == "KL per dimension: 3.60 nats in all"
    axes = plots.active_units([0.9, 0.0, 0.004]).axes[0]
    assert axes.get_title() == "Active units: 1 of 3 above 0.01"
    np.testing.assert_allclose([bar.get_y() + bar.get_height() for bar in axes.patches][:2], [0.9, 0.004])


def test_blobs_are_the_posteriors():
    axes = plots.posterior_blobs(MEANS, LOG_VARS, dimensions=(2, 0)).axes[0]
    blobs = axes.collections[0]
    np.testing.assert_allclose(blobs.get_offsets(), MEANS[:, [2, 0]])
    np.testing.assert_allclose(blobs.get_widths(), 2 * np.exp(LOG_VARS[:, 2] / 2))
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("z[2]", "z[0]")
    assert sorted(patch.radius for patch in axes.patches) == [1.0, 2.0, 3.0]


def test_holes_are_measured_by_the_priors_mass():
    codes = np.where(GRID[None, :] < 0.05, PRIOR, 0.0)  # codes on the left only: half of the prior is a hole
    axes = plots.prior_holes(GRID, PRIOR, codes).axes[0]
    right = PRIOR[:, GRID >= 0.05].sum() / PRIOR.sum()
    assert axes.get_title() == f"Prior holes: {right:.1%} of the prior's mass"


def test_the_front_joins_the_models_that_no_other_beats():
    axes = plots.rate_distortion([1.0, 2.0, 3.0, 4.0], [9.0, 9.5, 7.0, 8.0], list("abcd")).axes[0]
    np.testing.assert_array_equal(axes.lines[0].get_data(), [[1.0, 3.0], [9.0, 7.0]])


def test_the_search_map_rings_the_best_and_crosses_the_failed():
    axes = plots.search_map([2, 8, 16], [0.1, 1.0, 10.0], [-30.0, -25.0, np.nan], [True, False, True]).axes[0]
    drawn = {c.get_label(): c.get_offsets().tolist() for c in axes.collections}
    assert drawn["best"] == [[8.0, 1.0]] and drawn["failed"] == [[16.0, 10.0]]
    assert drawn["annealed"] == [[2.0, 0.1]] and drawn["not annealed"] == [[8.0, 1.0]]
    assert axes.get_yscale() == "log"
    assert plots.search_map([2, 8], [0.0, 1.0], [-30.0, -25.0]).axes[0].get_yscale() == "linear"


def test_the_spread_shows_the_best_trials_first():
    axes = plots.seed_spread([[-25.0, -27.0], [-24.0, -24.5]], ["a", "b"]).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["b", "a"]
    assert [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "|"] == [-24.25, -26.0]


def test_bad_input():
    cases = {
        "`kl` must be a list of finite numbers": lambda: plots.kl_per_dimension([]),
        "`variance_of_mean` must be a list of finite": lambda: plots.active_units([np.nan]),
        "`mean` and `log_var` must be finite, of one shape": lambda: plots.posterior_blobs(MEANS[:, :1], MEANS[:, :1]),
        "`labels` must have the shape .40,.": lambda: plots.posterior_blobs(MEANS, LOG_VARS, [1, 2]),
        "`prior` and `aggregate_posterior` must have the shape": lambda: plots.prior_holes(GRID, PRIOR, PRIOR[:3]),
        "`matrix` must be finite": lambda: plots.code_factors([1.0]),
        "`factor_names` must be 2 names": lambda: plots.code_factors(np.eye(2), ["a"]),
        "`rate`, `distortion` and `labels` must be of one length": lambda: plots.rate_distortion([1.0], [1.0, 2.0]),
        "`knee` must be the number of one of the 1 models": lambda: plots.rate_distortion([1.0], [1.0], knee=1),
        "`latent_dim`, `beta`, `score` and `annealing` must": lambda: plots.search_map(
            [1, 2], [1.0, 1.0], [np.nan] * 2
        ),
        "`scores` and `labels` must be of one length": lambda: plots.seed_spread([[1.0]], []),
        "a list of images": lambda: plots.manifold(IMAGES),
        "`history` must hold the logs .* without": lambda: plots.history({"loss": [1.0]}),
        "`x` must be images": lambda: plots.reconstructions(IMAGES[0, 0], IMAGES[0, 0]),
        "`x_hat` must have the shape of x": lambda: plots.reconstructions(IMAGES[:2], IMAGES[:3]),
        "`images` must be images .* or": lambda: plots.samples(IMAGES[..., [0, 0]]),
        "`columns` must be a whole number": lambda: plots.samples(IMAGES, columns=0),
        "`codes` must be finite": lambda: plots.latent_space(np.full((3, 2), np.nan)),
        "`labels` must have the shape": lambda: plots.latent_space(np.zeros((3, 2)), [1, 2]),
        "`extent` must be a number above 0": lambda: plots.manifold(IMAGES[:9].reshape(3, 3, 8, 6), extent=0),
        "`n` must be a whole number": lambda: plots.manifold_codes(0),
        "`images` must be of shape": lambda: plots.traversals(IMAGES.reshape(2, 6, 8, 6, 1), [0.0]),
    }
    for message, call in cases.items():
        with pytest.raises(ValueError, match=message):
            call()
