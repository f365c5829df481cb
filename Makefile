# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
# A file of tests stays in one process, because its tests share a crawled web. Many wait for a host
# or a clock, so there are two processes more than processors.
SIDE_BY_SIDE := --numprocesses $(shell echo $$(($$(nproc) + 2))) --maxprocesses 4 --dist loadfile --no-loadscope-reorder
CHECKED := ingest spiders scheduler tests benchmarks
# Where it is set, every crawl of every test would compile all of our modules anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test check slow soak bench alpha clean
.DELETE_ON_ERROR:

demo: $(VENV)/.run-installed  ## crawl the bundled news web into a corpus, and show what came of it
	$(BIN)/seedbed demo

test: $(VENV)/.test-installed check  ## every check, fast to slow
	$(BIN)/python -m pytest $(SIDE_BY_SIDE)

slow: $(VENV)/.test-installed  ## the tests that take minutes
	$(BIN)/python -m pytest --slow $(SIDE_BY_SIDE)

soak: $(VENV)/.test-installed  ## hours: kills, jobs in a row, a large corpus with readers
	$(BIN)/python -m benchmarks.soak

bench: $(VENV)/.test-installed  ## an hour: every figure of speed beside its peers, into docs/benchmarks.md
	$(BIN)/python -m benchmarks.speed --write
	$(BIN)/python -m benchmarks.reading --write
	$(BIN)/python -m benchmarks.exports --write

alpha:  ## our pages on the newest alpha of Datasette 1.0; no check, what fails is for us to read
	test -x $(VENV)-alpha/bin/python || $(PYTHON) -m venv $(VENV)-alpha
	$(VENV)-alpha/bin/python -m pip install --quiet --constraint constraints.txt --editable . \
		hypothesis pytest pytest-randomly pytest-timeout
	$(VENV)-alpha/bin/python -m pip install --quiet --upgrade --pre 'datasette>=1.0a0,<2'
	-$(VENV)-alpha/bin/python -m pytest tests/test_web*.py

check: $(VENV)/.test-installed
	$(BIN)/ruff format --check $(CHECKED)
	$(BIN)/ruff check $(CHECKED)
	$(BIN)/lint-imports
	$(BIN)/mypy

$(VENV)/.run-installed: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --constraint constraints.txt --editable '.[web]'
	touch $@

$(VENV)/.test-installed: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --constraint constraints.txt --editable '.[web,test]'
	touch $(VENV)/.run-installed $@

clean:
	rm -rf $(VENV) $(VENV)-alpha build dist *.egg-info
