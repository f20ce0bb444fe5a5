"""The code and the links of README and docs."""

import json
import os
import pathlib
import re
import subprocess
import sys

import keras
import pytest

ROOT = pathlib.Path(__file__).parents[1]
PAGES = {path.relative_to(ROOT).as_posix(): path.read_text() for path in (ROOT / "README.md", *ROOT.glob("docs/*.md"))}
CONTENTS = PAGES["docs/contents.md"]

# One process for all pages: each starts with no names, as a reader does.
RUN = """
import json, sys
for page, code in json.load(sys.stdin).items():
    print("page:", page, flush=True)
    exec(compile(code, page, "exec"), {"__name__": page})
"""


@pytest.mark.processes
def test_the_code_of_each_page_runs_from_top_to_bottom(tmp_path):
    codes = {page: "\n".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL)) for page, text in PAGES.items()}
    codes = {page: code for page, code in codes.items() if code}
    assert len(codes) >= 6
    process = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", RUN],
        cwd=tmp_path,
        env={**os.environ, "KERAS_BACKEND": keras.backend.backend(), "TF_CPP_MIN_LOG_LEVEL": "3"},
        input=json.dumps(codes),
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert process.returncode == 0, f"{process.stdout[-500:]}\n{process.stderr[-3000:]}"
    assert "elbo" in process.stdout
    assert {"history.png", "samples.png", "vae.keras"} <= {f.name for f in tmp_path.iterdir()}


def headings(text):
    """Return the anchors that GitHub makes of a page's headings."""
    outside_code = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    titles = re.findall(r"^#+ (.*)$", outside_code, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.plain
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)]+)\)", PAGES[page]):
        if re.match(r"https?:", target):
            continue
        file, _, anchor = target.partition("#")
        path = (ROOT / page).parent / file if file else ROOT / page
        assert path.is_file(), target
        if anchor:
            assert anchor in headings(path.read_text()), target


@pytest.mark.plain
def test_readme_is_a_front_page():
    readme = PAGES["README.md"]
    assert len(readme.splitlines()) <= 200
    for page in PAGES:
        if page != "README.md":
            assert f"]({page})" in readme, f"README does not lead to {page}"
            assert "](../README.md)" in PAGES[page], f"{page} does not lead back"
    for script in (ROOT / "examples").glob("*.py"):
        assert script.name == "quietly.py" or f"](examples/{script.name})" in readme


@pytest.mark.plain
def test_every_public_name_is_in_the_contents():
    import keras_vae
    import keras_vae.tuning

    bases = {"Bound", "Likelihood", "Objective", "Penalty", "Posterior", "Prior", "Schedule"}
    unsaid = {*bases, "Flow", "get", "manifold_codes"}  # base classes and helpers
    rooms = ("bounds", "flows", "layers", "likelihoods", "penalties", "posteriors", "priors", "samplers", "schedules")
    for room in (*rooms, "callbacks", "networks", "plots", "tuning"):
        (row,) = re.findall(rf"^\| `{room}` \| (.*) \|$", CONTENTS, flags=re.MULTILINE)
        named = set(re.findall(r"`([A-Za-z_0-9]+)[`(]", row))
        assert set(getattr(keras_vae, room).__all__) - unsaid <= named
    rows = re.findall(r"^\| `evaluation`: \w+ \| (.*) \|$", CONTENTS, flags=re.MULTILINE)
    assert set(keras_vae.evaluation.__all__) <= set(re.findall(r"`(\w+)[`(]", " ".join(rows)))


@pytest.mark.plain
def test_settings_of_scripts_that_the_pages_name_exist():
    """Each `--option` stands in a script, so that a renamed one does not stay in the pages."""
    scripts = "\n".join(p.read_text() for room in ("examples", "tuning") for p in (ROOT / room).glob("*.py"))
    for page, text in PAGES.items():
        for option in set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)) - {"--help", "--kill-on-bad-exit"}:
            assert f'"{option}"' in scripts, f"{page}: {option}"
