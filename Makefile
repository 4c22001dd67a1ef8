# Two commands: `make demo` and `make test`. Each makes .venv when it is missing.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PTB_TIMEDELTA = 1
# Compiled files are kept, whatever the shell says: the tests start the program hundreds of times.
export PYTHONDONTWRITEBYTECODE =

.PHONY: demo test lint lock clean

demo: $(VENV)/.run
	$(BIN)/python -m monitor demo $(if $(FAST),--fast)

# Coverage costs a fifth of the time, so it is reckoned where the peers are switched on too (.ci/run).
test: $(VENV)/.dev lint
ifdef SIAGA_E2E
	rm -f .coverage .coverage.*
	$(BIN)/coverage run -m $(PYTEST)
	$(BIN)/coverage combine -q
	$(BIN)/coverage report --fail-under=95
	$(BIN)/coverage report --fail-under=100 --include='monitor/records/*,monitor/errors.py,monitor/text/*,monitor/spikes/*,monitor/incidents/*,monitor/replies/*,monitor/messages/*,monitor/store/*,monitor/steps/*,monitor/pipeline.py'
else
	$(BIN)/python -m $(PYTEST)
endif

PYTEST := pytest -n 3 --dist loadfile --no-loadscope-reorder

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --disable-pip-version-check -q --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --disable-pip-version-check -q --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	$(BIN)/python -m pip install --disable-pip-version-check -q --require-hashes -r requirements-dev.lock
	touch $@

# Rewrites both lock files; they hold hashes and no address of any registry.
lock:
	$(BIN)/python -m pip install --disable-pip-version-check -q uv
	$(BIN)/uv pip compile -q $(LOCK) pyproject.toml --extra embed --group build -o requirements.lock
	$(BIN)/uv pip compile -q $(LOCK) pyproject.toml --extra embed --group build --group dev -c requirements.lock -o requirements-dev.lock

LOCK := --universal --generate-hashes --python-version 3.11 --no-annotate --no-header --no-emit-index-url --no-emit-find-links

clean:
	rm -rf $(VENV) .coverage .coverage.* .mypy_cache .ruff_cache
