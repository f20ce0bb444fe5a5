"""Train a beta-VAE on sprites whose factors are known, and score how disentangled its code is.

    python examples/disentangle_sprites.py
    python examples/disentangle_sprites.py --beta 1 --epochs 30

The protocols are those of Locatello et al. 2019, on the codes of 10,000 images instead of a generator of images.
"""

import argparse
import pathlib
import time

import numpy as np
from quietly import quietly

with quietly():
    import keras

    import keras_vae
    from keras_vae import callbacks, datasets, evaluation, networks, plots, schedules


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--beta", type=float, default=4.0, help="weight of the KL; default %(default)s")
    parser.add_argument("--latent-dim", type=int, default=10, help="default %(default)s")
    parser.add_argument("--epochs", type=int, default=20, help="default %(default)s")
    parser.add_argument("--num-images", type=int, default=10_000, help="default %(default)s")
    parser.add_argument("--seed", type=int, default=0, help="default %(default)s")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("runs/sprites"), help="default %(default)s")
    return parser.parse_args(arguments)


# %% Shape and scale are classes; orientation, x and y are numbers. The scores take either, and say how: a tree
# classifier of 40 orientations would take 40 times as long as one regression.

DISCRETE = (True, True, False, False, False)


def train(data, options):
    encoder, decoder = networks.convolutional(data.x_train.shape[1:], options.latent_dim)
    vae = keras_vae.VAE(encoder, decoder, beta=options.beta)
    vae.compile(keras.optimizers.Adam(1e-3))
    warm_up = schedules.Linear(duration=max(1, options.epochs // 4), end=options.beta)
    vae.fit(
        datasets.Batches(data.x_train, batch_size=64, seed=options.seed),
        epochs=options.epochs,
        callbacks=[
            callbacks.BetaAnnealing(warm_up),
            callbacks.CollapseMonitor(data.x_test[:500]),
            callbacks.Progress(names=("loss", "elbo", "active_units", "beta")),
        ],
        verbose=0,
    )
    return vae


def score(codes, factors, seed):
    """Return every score and the seconds that it took."""
    functions = {
        "beta-VAE score": (evaluation.beta_vae_score, "beta_vae_score"),
        "FactorVAE score": (evaluation.factor_vae_score, "factor_vae_score"),
        "MIG": (evaluation.mutual_information_gap, "mutual_information_gap"),
        "SAP": (evaluation.sap, "sap"),
        "DCI disentanglement": (evaluation.dci, "disentanglement"),
        "DCI completeness": (evaluation.dci, "completeness"),
        "DCI informativeness": (evaluation.dci, "informativeness"),
        "modularity": (evaluation.modularity_explicitness, "modularity"),
        "explicitness": (evaluation.modularity_explicitness, "explicitness"),
        "IRS": (evaluation.interventional_robustness, "interventional_robustness"),
    }
    results, rows = {}, []
    for name, (function, key) in functions.items():
        start = time.perf_counter()
        if function not in results:
            results[function] = function(codes, factors, DISCRETE, seed=seed)
        rows.append((name, results[function][key], time.perf_counter() - start))
    return rows


def main(arguments: list[str] | None = None) -> None:
    options = parse_arguments(arguments)
    with quietly():
        keras.utils.set_random_seed(options.seed)
    num_test = max(20, options.num_images // 5)
    try:
        data = datasets.sprites(options.num_images - num_test, num_test, options.seed)
        vae = train(data, options)
    except ValueError as error:
        raise SystemExit(f"error: {error}") from error
    options.out.mkdir(parents=True, exist_ok=True)
    vae.save(options.out / "vae.keras")

    # %% The posterior means of all the images, and the factors that made them. What a random code scores is what to
    # compare with: IRS and modularity are far from 0 there.

    codes = np.concatenate([vae.encode(x)[0] for x in (data.x_train, data.x_test)])
    factors = np.concatenate([data.factors_train, data.factors_test])
    scores = score(codes, factors, options.seed)
    random = score(np.random.default_rng(options.seed).standard_normal(codes.shape), factors, options.seed)
    elbo = evaluation.elbo(vae, data.x_test, seed=options.seed)
    print(
        f"\nbeta {options.beta:g}, {len(codes):,} codes, test ELBO {elbo['elbo']:.1f} nats, KL {elbo['kl_loss']:.1f}\n"
    )
    print(f"{'':<22} {'this code':>10} {'random code':>12} {'seconds':>8}")
    for (name, value, seconds), (_, chance, _) in zip(scores, random, strict=True):
        print(f"{name:<22} {value:>10.3f} {chance:>12.3f} {seconds:>8.1f}")
    information = evaluation.code_factor_information(codes, factors, DISCRETE)["information"]
    plots.code_factors(information, data.factor_names).savefig(options.out / "code_factors.png")
    print(f"\nSAVED  {options.out}/: vae.keras, code_factors.png")


if __name__ == "__main__":
    main()
