"""The report as text."""

import textwrap

SAMPLE_SCORES = ("frechet_distance", "kernel_distance", "precision", "recall", "density", "coverage")
WIDTH = 24
LENGTH = 116


def text(result: dict) -> str:
    """Return the report's table."""
    writers = {
        "protocol": _protocol,
        "density": _density,
        "code": _code,
        "representation": lambda section: _representation(section, result["protocol"]["codes"]),
        "disentanglement": lambda section: _disentanglement(section, result["protocol"]["codes"]),
        "samples": _samples,
    }
    lines = []
    for name, write in writers.items():
        if name in result:
            lines += [*write(result[name]), ""]
    if "samples" not in result:
        lines += ["SAMPLES  none: call adapt(x) first", ""]
    return "\n".join(["", *lines, *_baselines(result)])


def _row(name, value, note=""):
    return f"  {name:<{WIDTH}} {value:<20} {note}".rstrip()


def _with_error(section, name, digits=2, scale=1.0, unit=""):
    value, error = section[name] * scale, section[f"{name}_standard_error"] * scale
    return f"{value:.{digits}f} +- {_error(error, digits)}{unit}"


def _error(error, digits):
    """Return an error with as many digits as its figure, or the first one that is not 0."""
    return f"{error:.{digits}f}" if error == 0.0 or error >= 0.5 * 10.0**-digits else f"{error:.1g}"


def _protocol(section):
    beta = "" if section["beta"] is None else f"beta {section['beta']:g}, "
    roles = [
        section[role]
        for role, usual in (("model", "VAE"), ("posterior", "Gaussian"), ("prior", "StandardNormal"))
        if section[role] not in (usual, None)
    ]
    return [
        f"REPORT  {section['data']}: {section['num_test']:,} test examples; {section['likelihood']} likelihood, "
        f"latent size {section['latent_dim']}, {beta}seed {section['seed']}, {section['backend']}",
        *([f"  {', '.join(roles)}"] if roles else []),
        "  (+- is one standard error over fresh data, of accuracies over the test examples)",
    ]


def _density(section):
    elbo, bound = section["elbo"], section["marginal_likelihood"]
    draws = f"{bound['num_samples']} draws, {bound['effective_sample_size']:.0f} effective"
    lines = [
        "DENSITY  nats per example, beta = 1",
        _row("ELBO", _with_error(elbo, "elbo"), f"{elbo['num_samples']} draws"),
        _row("reconstruction", _with_error(elbo, "reconstruction_loss")),
        _row("KL", _with_error(elbo, "kl_loss")),
        _row(f"log p(x), L_{bound['num_samples']}", _with_error(bound, "marginal_likelihood"), draws),
    ]
    if "bits_per_dimension" in section:
        bits = section["bits_per_dimension"]["bits_per_dimension"]
        lines.append(_row("bits per dimension", f"{bits:.4f}", "at most"))
    return lines


def _code(section):
    smoothness = _row("path / chord", _with_error(section["smoothness"], "path_ratio"), "1 is a straight interpolation")
    if "diagnosis" not in section:
        return ["CODE", smoothness]
    diagnosis, holes, nats = section["diagnosis"], section["prior_holes"], section["mutual_information"]
    lines = ["CODE", _row("active units", f"{diagnosis['active_units']} of {diagnosis['latent_dim']}")]
    if diagnosis["kl_per_dimension"] is None:
        lines.append(_row("KL", f"{diagnosis['kl']:.2f}", "nats; it does not split into dimensions"))
    else:
        kl = sorted(diagnosis["kl_per_dimension"], reverse=True)
        lines.append(_row("KL per dimension", " ".join(f"{value:.2f}" for value in kl[:12]) + " ..." * (len(kl) > 12)))
    lines += _of_mixture(nats, holes, diagnosis["not_defined"])
    lines += [smoothness, _row("verdict", diagnosis["verdict"])]
    for sentence in (diagnosis["explanation"], *(f"try: {fix}" for fix in diagnosis["fixes"])):
        lines += textwrap.wrap(sentence, LENGTH, initial_indent="    ", subsequent_indent="      ")
    return lines


def _of_mixture(nats, holes, not_defined):
    """Return the rows of the mixture of all posteriors, or why there is none."""
    if nats is None:
        return [_row(name, not_defined) for name in ("mutual information", "aggregate KL", "prior holes")]
    most = f"nats, at most log n = {nats['largest_possible']:.2f}"
    identity = f"their sum minus the KL: {_with_error(nats, 'identity_gap')}" if "identity_gap" in nats else "nats"
    hole = f"of mass, q < {holes['threshold']} p, of {holes['num_examples']:,} codes"
    return [
        _row("mutual information", _with_error(nats, "mutual_information"), most),
        _row("aggregate KL", _with_error(nats, "aggregate_kl"), identity),
        _row("prior holes", _with_error(holes, "prior_holes", 1, 100.0, " %"), hole),
    ]


def _representation(section, codes):
    lines = [f"REPRESENTATION  labels read from the {codes}"]
    for name, title in (("linear_probe", "linear probe"), ("nearest_neighbours", "nearest neighbours")):
        chance = f"accuracy; chance {100 * section[name]['chance']:.1f} %"
        lines.append(_row(title, _with_error(section[name], "accuracy", 1, 100.0, " %"), chance))
    if "k_means" in section:
        score = section["k_means"]["normalized_mutual_information"]
        lines.append(_row("k-means", f"{score:.2f}", "normalized mutual information"))
    return lines


def _disentanglement(section, codes):
    lines = [f"DISENTANGLEMENT  of the {codes}, from 0 to 1"]
    for name, scores in section.items():
        for key in (name,) if name in scores else ("modularity", "explicitness"):
            error = f" +- {_error(scores[f'{key}_standard_error'], 2)}" if f"{key}_standard_error" in scores else ""
            chance = f"chance {scores['chance']:.2f}; +- over the test points" if "chance" in scores else ""
            lines.append(_row(key.replace("_", " "), f"{scores[key]:.2f}{error}", chance))
    return lines


def _samples(section):
    table = section["samplers"]
    number = table["prior"]["num_generated"]
    accuracy = f" of {100 * section['classifier_accuracy']:.0f} % accuracy" if "classifier_accuracy" in section else ""
    head = f"SAMPLES  {number:,} each, in the features of a {section['features']}{accuracy}"
    if section["features"] != "classifier":
        head = f"SAMPLES  {number:,} each, in their principal components"
    titles = ("Frechet", "kernel", "precision", "recall", "density", "coverage")
    lines = [head, f"  {'codes from':<{WIDTH}}" + "".join(f"{title:>15}" for title in titles)]
    for name, scores in table.items():
        cells = (f"{scores[s]:.2f}+-{_error(scores[f'{s}_standard_error'], 2)}" for s in SAMPLE_SCORES)
        lines.append(f"  {name:<{WIDTH}}" + "".join(f"{cell:>15}" for cell in cells))
    return lines


def _baselines(result):
    section, likelihood = result["baselines"], result["protocol"]["likelihood"]
    rows = [("this autoencoder", section["vae"], None, "")]
    if "density" in result:
        bound = result["density"]["marginal_likelihood"]
        rows = [("this VAE", section["vae"], bound["marginal_likelihood"], f"{likelihood}, L_{bound['num_samples']}")]
    mean = section["mean_image"]
    has_loss = "bernoulli_loss" in mean and likelihood == "Bernoulli"
    rows.append(("mean image", mean, -mean["bernoulli_loss"] if has_loss else None, "Bernoulli" if has_loss else ""))
    rows.append((f"PCA, {section['pca']['num_components']}", section["pca"], None, ""))
    if "autoencoder" in section:
        rows.append(("autoencoder", section["autoencoder"], None, ""))
    if "probabilistic_pca" in section:
        exact, mixture = section["probabilistic_pca"], section["pixel_mixture"]
        rows.append((f"probabilistic PCA, {exact['num_components']}", {}, exact["log_likelihood"], "density, exact"))
        note = f"density, sigma >= {mixture['smallest_sigma']:g}"
        rows.append((f"mixture of {mixture['num_components']} Gaussians", {}, mixture["log_likelihood"], note))
    lines = [
        "BASELINES  squared error a value; log-likelihood in nats per example (compare it within one kind only)",
        f"  {'':<{WIDTH}} {'squared error':>14} {'log-likelihood':>15}",
    ]
    for name, scores, log_likelihood, kind in rows:
        error = f"{scores['mean_squared_error']:.4f}" if "mean_squared_error" in scores else ""
        value = "" if log_likelihood is None else f"{log_likelihood:.2f}"
        lines.append(f"  {name:<{WIDTH}} {error:>14} {value:>15}  {kind}".rstrip())
    return lines
