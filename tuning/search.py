"""Search a latent size and a beta for your data with keras-tuner.

    python tuning/search.py --dataset digits --max-trials 12 --seeds 2
    python tuning/search.py --dataset mnist.npz --latent-dim 4:32:4 --beta 0.25:4 --epochs 10 --directory runs/mnist
    python tuning/search.py --tuner grid --objective rate_distortion --latent-dim 8 --beta 0.3,1,3 --annealing on

A value is held (8), taken from a list (2,4,8), or from a range: LOW:HIGH or LOW:HIGH:STEP for whole numbers, LOW:HIGH
on a log scale for others. The same command goes on where a killed one stopped. With keras-tuner's environment variables
it is the chief or a worker of many processes; see workers.py, slurm.sh and kubernetes.yaml beside it.
"""

# %% Keras chooses its backend when it is imported: TensorFlow, or what KERAS_BACKEND says.

import argparse
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "examples"))  # for quietly.py
from quietly import quietly

with quietly():
    import keras
    import keras_tuner
    from keras_tuner.src import config

    from keras_vae import datasets, plots, tuning
    from keras_vae.replacing import replacing

    keras.utils.set_random_seed(0)  # it loads TensorFlow where that is installed

config.DEBUG = False  # of a failed trial the reason is printed; its traceback is in the trial's failure.txt


# %% What is searched, over which data, and for what.


def numbers(kind):
    """Return a parser of one value, a list a,b,c, or a range low:high[:step]."""

    def parse(text):
        if ":" in text:
            return tuple(kind(part) for part in text.split(":"))
        return [kind(part) for part in text.split(",")] if "," in text else kind(text)

    parse.__name__ = f"{kind.__name__}, list or range"  # argparse puts it into its error
    return parse


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--dataset", default="digits", help="digits (embedded, the default), sprites, mnist, PATH.npz, or a folder")
    add("--tuner", default="random", help="random (the default), bayesian, hyperband or grid")
    add(
        "--objective",
        default="elbo",
        help="elbo (the default), marginal_likelihood, rate_distortion, udr; with factors (sprites) also "
        "mutual_information_gap, sap, dci, beta_vae_score, factor_vae_score, modularity",
    )
    add("--max-trials", type=int, default=20, help="default %(default)s; with more, a finished search goes on")
    add("--seeds", type=int, default=3, help="trainings a trial; default %(default)s")
    add("--epochs", type=int, default=30, help="of each training; default %(default)s")
    add("--latent-dim", type=numbers(int), default=(2, 32), help="default 2:32")
    add("--beta", type=numbers(float), default=(0.1, 10.0), help="default 0.1:10")
    add("--annealing", choices=["on", "off", "both"], default="both", help="warm-up of beta; default %(default)s")
    add("--width", type=numbers(int), help="of the networks' hidden layers; default: their own")
    add("--learning-rate", type=numbers(float), default=1e-3, help="default %(default)s")
    add("--batch-size", type=int, default=128, help="over all devices together; default %(default)s")
    add(
        "--network",
        choices=["mlp", "conv", "s0", "lenet"],
        default="mlp",
        help="default %(default)s; s0 and lenet: 28x28",
    )
    add("--likelihood", default="bernoulli", help="default %(default)s")
    add("--seed", type=int, default=0, help="default %(default)s")
    add("--directory", type=pathlib.Path, default=pathlib.Path("runs/search"), help="default %(default)s")
    return parser.parse_args(arguments)


def make_hypermodel(options):
    space = tuning.SearchSpace(
        latent_dim=options.latent_dim,
        beta=options.beta,
        annealing={"on": True, "off": False, "both": "both"}[options.annealing],
        width=options.width,
        learning_rate=options.learning_rate,
    )
    return tuning.VAEHyperModel(
        datasets.load(options.dataset),
        space,
        objective=options.objective,
        seeds=options.seeds,
        epochs=options.epochs,
        batch_size=options.batch_size,
        network=options.network,
        likelihood=options.likelihood,
        seed=options.seed,
    )


# %% keras-tuner's environment variables say which process this is. A worker only runs trials; the chief, or the only
# process, writes the results.


def this_process():
    """Return this process's name among those of the search, and whether it is a worker."""
    name = os.environ.get("KERASTUNER_TUNER_ID", "") if tuning.is_distributed() else ""
    is_worker = bool(name) and "chief" not in name
    return name if is_worker else "search", is_worker


def run(options, hypermodel):
    process, is_worker = this_process()
    # Before the directory is taken: the tuner's arguments, and that the network fits the data.
    tuning.check_tuner(options.tuner, hypermodel, options.max_trials, options.seed)
    hypermodel.build(keras_tuner.HyperParameters())
    identity = {**hypermodel.get_config(), "tuner": options.tuner}
    directory = tuning.SearchDirectory(options.directory, identity, process)
    with directory as folder:
        if is_worker and directory.is_finished(options.max_trials):
            print(f"{process}: the search has ended already")
            return
        tuner = tuning.make_tuner(options.tuner, hypermodel, options.max_trials, folder, options.seed)
        print(f"{process} (process {os.getpid()}): {len(hypermodel.x_train):,} training and", end=" ")
        print(f"{len(hypermodel.x_validation):,} validation rows of {options.dataset}; up to {options.max_trials}")
        print(f"trials of {options.seeds} seeds, objective {options.objective}, in {folder}", flush=True)
        tuner.search(verbose=1)
        if is_worker:
            print(f"{process}: no trial is left")
            return
        write_results(tuner, hypermodel, folder)
        directory.mark_finished(options.max_trials)


# %% The results: all figures are of the validation split at the end of training, in nats per example, means over the
# seeds; the ELBO has beta = 1, whatever beta the trial had.


def write_results(tuner, hypermodel, folder):
    objective = hypermodel.objective
    rows = tuning.trials(tuner, hypermodel)
    tuning.write_csv(rows, folder / "trials.csv")
    print(f"\n{tuning.table(rows, objective)}\n")
    completed = [row for row in rows if row["status"] == "completed"]
    if not completed:
        reasons = "; ".join(sorted({row["reason"] for row in rows}))
        raise SystemExit(f"error: all {len(rows)} trials failed: {reasons}")
    chosen = rows[tuning.best(rows, objective)]
    save_best(tuner, chosen, folder / "best.keras")
    draw(rows, completed, objective, folder)
    print(tuning.advice(rows, objective))
    print(f"\nSAVED  {folder}/: trials.csv, best.keras (of the chosen trial's best seed), rate_distortion.png,")
    print("  search_map.png, seed_spread.png")


def save_best(tuner, chosen, path):
    model = tuner.load_model(tuner.oracle.trials[chosen["trial"]])
    with replacing(path) as new:
        model.save(new)


def draw(rows, completed, objective, folder):
    def column(name, of=completed):
        return [row[name] for row in of]

    names = {"elbo": "ELBO, nats per example", "marginal_likelihood": "L_k, nats per example"}
    name = names.get(objective.name, objective.name.replace("_", " "))
    labels = [f"{row['latent_dim']}, {row['beta']:.2g}" for row in completed]
    front = set(tuning.pareto_front(column("kl_loss"), column("reconstruction_loss")).tolist())
    figures = {
        "rate_distortion": plots.rate_distortion(
            column("kl_loss"),
            column("reconstruction_loss"),
            [label if i in front else "" for i, label in enumerate(labels)],
            knee=tuning.knee(column("kl_loss"), column("reconstruction_loss")),
            title="Rate and distortion (latent size, beta)",
        ),
        "search_map": plots.search_map(
            *(column(key, rows) for key in ("latent_dim", "beta", "objective", "annealing")), name=name
        ),
        "seed_spread": plots.seed_spread(column("seeds"), labels, name, "Spread over the seeds (latent size, beta)"),
    }
    for file, figure in figures.items():
        figure.savefig(folder / f"{file}.png")


def main(arguments: list[str] | None = None) -> None:
    options = parse_arguments(arguments)
    try:
        run(options, make_hypermodel(options))
    except ValueError as error:
        raise SystemExit(f"error: {error}") from error
    except KeyboardInterrupt:
        raise SystemExit("\nstopped: the same command goes on with the trial that was interrupted") from None


if __name__ == "__main__":
    main()
