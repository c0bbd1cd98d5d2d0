# Every command sets up what it needs in .venv and node_modules, and is quick when nothing changed.
PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(CURDIR)/node_modules/.bin:$(PATH)
READY := .venv/.ready

.PHONY: book test test-gpu lab bench notebooks format repository clean

book: $(READY)  ## execute the chapters that changed, build _build/html, print the path to open
	@python -m tools.build

test: $(READY) .venv/.colab-ready  ## every check
	ruff check .
	ruff format --check .
	biome ci --error-on-warnings
	mypy
	python -m tools.notebooks --check
	python -m tools.build
	pytest --numprocesses 2 --dist loadfile

# With WHEELS=folder it needs no network: that Python's own PyTorch, and what the folder holds.
test-gpu: $(if $(WHEELS),,$(READY))  ## every notebook on this machine's GPU; RECORD=1 stores what they measure
	@$(if $(WHEELS),$(PYTHON),python) -m tools.gpu $(if $(WHEELS),--wheels "$(WHEELS)") $(if $(RECORD),--record)

lab: $(READY)  ## JupyterLab on the chapters
	@jupyter lab book

bench: $(READY)  ## measure the budgets of the design and print them as a table
	@python -m tools.bench

notebooks: $(READY)  ## execute the notebooks and bring them into their stored form
	@python -m tools.notebooks --write

format: $(READY)  ## format the code, notebooks included
	ruff check --fix .
	ruff format .
	biome check --write
	python -m tools.notebooks --tidy
	python -m tools.links

repository: $(READY)  ## make repository URL=https://... : set the book's address everywhere
	@python -m tools.repository "$(URL)"

$(READY): requirements.txt package.json pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "The book needs Python 3.11 or newer, this is %d.%d: name one with make PYTHON=python3.11" % sys.version_info[:2])'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Setting up .venv and node_modules (once, a few minutes) ..."
	@python -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
	@PYTHONWARNINGS=ignore python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@npm install --no-package-lock --no-fund --no-audit --no-update-notifier --loglevel=error
	@touch $@

# What Google Colab has, for the test that runs the chapters as Colab does.
.venv/.colab-ready: requirements-colab.txt $(READY)
	@rm -rf .venv-colab
	@$(BIN)/python -m venv .venv-colab
	@.venv-colab/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --requirement requirements-colab.txt
	@touch $@

clean:  ## remove everything derived
	rm -rf .venv .venv-colab _build node_modules helpers.egg-info .mypy_cache .ruff_cache .hypothesis .pytest_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
