"""What README shows runs, and what it points to exists."""

import os
import pathlib
import re
import subprocess
import sys

import keras

ROOT = pathlib.Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def test_the_code_runs_from_top_to_bottom(tmp_path):
    code = "\n".join(re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL))
    assert code.count("import keras") >= 2
    process = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=tmp_path,
        env={**os.environ, "KERAS_BACKEND": keras.backend.backend(), "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert process.returncode == 0, process.stderr[-3000:]
    assert "elbo" in process.stdout
    assert {"history.png", "samples.png", "vae.keras"} <= {f.name for f in tmp_path.iterdir()}


def test_links_and_names_exist():
    for target in re.findall(r"\]\(([^)#h][^)]*)\)", README):
        assert (ROOT / target).is_file(), target
    import keras_vae
    import keras_vae.tuning

    unsaid = {"get", "Likelihood", "Prior", "Schedule", "Objective", "manifold_codes"}  # base classes and helpers
    for room in ("layers", "likelihoods", "priors", "schedules", "callbacks", "networks", "plots", "tuning"):
        (row,) = re.findall(rf"^\| `{room}` \| (.*) \|$", README, flags=re.MULTILINE)
        named = set(re.findall(r"`([A-Za-z_0-9]+)[`(]", row))
        assert set(getattr(keras_vae, room).__all__) - unsaid <= named
    rows = re.findall(r"^\| `evaluation`: \w+ \| (.*) \|$", README, flags=re.MULTILINE)
    assert set(keras_vae.evaluation.__all__) <= set(re.findall(r"`(\w+)[`(]", " ".join(rows)))
