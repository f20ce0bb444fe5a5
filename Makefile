# make train | make search | make search-distributed | make test | make test-quick | make test-all
# make lint | make format | make benchmark | make kills | make models | make clean
# Each target makes its own .venv and installs what it needs; a second call uses them again.

PYTHON ?= python3
KERAS_BACKEND ?= tensorflow
BACKENDS ?= tensorflow jax torch
RUN := .venv/bin/python
INSTALL := $(RUN) -m pip install --quiet --disable-pip-version-check --progress-bar off

# A small search; make search SEARCH="--dataset mnist.npz ..." runs another.
SEARCH ?= --dataset digits --latent-dim 2:16:2 --beta 0.1:10 --max-trials 8 --seeds 2 --epochs 50
WORKERS ?= 2

# Processes of the tests, and the backend of `make test-quick`.
TEST_WORKERS ?= 2
BACKEND ?= torch

.PHONY: train search search-distributed test test-all test-quick lint format benchmark kills models clean

train: .venv/$(KERAS_BACKEND).installed
	KERAS_BACKEND=$(KERAS_BACKEND) $(RUN) examples/train_vae.py

search: .venv/$(KERAS_BACKEND).installed .venv/tuning.installed
	KERAS_BACKEND=$(KERAS_BACKEND) $(RUN) tuning/search.py --directory runs/search $(SEARCH)

# A chief and WORKERS workers on this machine.
search-distributed: .venv/$(KERAS_BACKEND).installed .venv/tuning.installed
	KERAS_BACKEND=$(KERAS_BACKEND) $(RUN) tuning/workers.py --workers $(WORKERS) --directory runs/search-distributed $(SEARCH)

# The tiers (plain, of the backend, processes): tests/tiers.py. The stages come one after the other, since two at once
# would share the machine's cores, and exchange files in a folder; each has TEST_WORKERS processes of one thread.
STAGE = stage() { \
  echo "== tests on $$1: $${2:-all}"; \
  KERAS_BACKEND=$$1 OMP_NUM_THREADS=1 TF_NUM_INTRAOP_THREADS=1 TF_NUM_INTEROP_THREADS=1 \
    $(RUN) -m pytest -n $(TEST_WORKERS) --dist loadfile --no-loadscope-reorder -m "$$2" || exit 1; \
  }; \
  export KERAS_VAE_TEST_FILES=$$(mktemp -d); trap 'rm -rf "$$KERAS_VAE_TEST_FILES"' EXIT

test: .venv/test.installed
	@$(STAGE); stage tensorflow "not plain"; stage jax "not plain and not processes"; stage torch "not processes"

test-all: .venv/test.installed
	@$(STAGE); for backend in $(BACKENDS); do stage $$backend ""; done

# For a developer: one backend, no processes.
test-quick: .venv/test.installed
	@$(STAGE); stage $(BACKEND) "not processes"

lint: .venv/test.installed
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy

format: .venv/test.installed
	$(RUN) -m ruff check --fix .
	$(RUN) -m ruff format .

# MNIST=PATH.npz names the data.
benchmark: .venv/test.installed
	@for backend in $(BACKENDS); do for script in throughput importance_sampling; do \
	  KERAS_BACKEND=$$backend $(RUN) benchmarks/$$script.py $(MNIST) --out docs/evidence/speed.json \
	    --page docs/speed.md || exit 1; \
	done; done

# 100 kills at random moments on each backend; the result is stored in docs/evidence/kills.json.
kills: .venv/test.installed
	@for backend in $(BACKENDS); do KERAS_BACKEND=$$backend $(RUN) benchmarks/kills.py || exit 1; done

# The figures of docs/models.md on JAX, half an hour on one core; MNIST=PATH.npz, and ROWS="priors bounds" for some.
ROWS ?=
models: .venv/test.installed
	KERAS_BACKEND=jax $(RUN) benchmarks/models.py $(MNIST) $(ROWS:%=--row %)

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/%.installed: setup.cfg pyproject.toml | .venv/bin/python
	@printf "Installing keras_vae with its extra '$*' into .venv; the first time takes some minutes "
	@$(INSTALL) --editable '.[$*]' & pid=$$!; trap "kill $$pid" INT TERM; \
	while kill -0 $$pid 2>/dev/null; do printf .; sleep 2; done; echo; wait $$pid
	@touch $@

clean:
	rm -rf .venv build *.egg-info .mypy_cache .pytest_cache .ruff_cache
