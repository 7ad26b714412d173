# Two commands do everything: `make run` shows EmotiGram at work, `make test` proves it.
PYTHON ?= python3
BIN := .venv/bin
# A real photograph that comes with a dependency; any other: make run PHOTO=path
EXAMPLE = $(firstword $(wildcard .venv/lib/python3*/site-packages/gradio/media_assets/images/lion.jpg))
PHOTO ?= $(EXAMPLE)

# Tests in two processes; torch's own threads would only wait for one another
WORKERS ?= 2
SUITE = OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

.PHONY: run serve test nightly check train docs lock clean

run: .venv/.run ## caption a photo in Chinese and English
	@$(BIN)/emotigram --interface zh caption "$(PHOTO)" --language zh
	@$(BIN)/emotigram --interface en caption "$(PHOTO)" --language en
	@echo "Your own photo: make run PHOTO=path   The web page: make serve   (网页: make serve)"

serve: .venv/.run ## open the web page on 127.0.0.1
	@$(BIN)/emotigram serve

test: .venv/.test chromium typescript check ## install what tests need and run them
	@$(SUITE)

nightly: .venv/.test chromium typescript check ## also what takes long and rarely fails, and properties on many examples
	@$(SUITE) -m '' --hypothesis-profile nightly

check: .venv/.test ## lint, format and types
	@$(BIN)/ruff check src tests benchmarks
	@$(BIN)/ruff format --check --quiet src tests benchmarks
	@$(BIN)/mypy

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "EmotiGram needs Python 3.11 or newer: make PYTHON=python3.12 run")'
	$(PYTHON) -m venv .venv

.venv/.run: requirements/run.txt pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

.venv/.test: requirements/test.txt pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/test.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

# The page is tested in a real browser; without one, and without the right to install it, that test is skipped.
.PHONY: chromium
chromium:
	@command -v chromium >/dev/null || test "$$(id -u)" != 0 || ! command -v apt-get >/dev/null \
	  || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk >/dev/null; }

# That the shipped widget is what its TypeScript compiles to is tested where node is; elsewhere that test is skipped.
.PHONY: typescript
typescript:
	@test -d widget/node_modules || ! command -v npm >/dev/null \
	  || npm ci --prefix widget --silent --no-audit --no-fund || echo "TypeScript cannot be installed: one test is skipped"

.PHONY: widget
widget: ## build the widget for other sites from its TypeScript (needs node); the result is committed
	@cd widget && npm ci --no-audit --no-fund && npm run build

# Hours of work: stops and resumes anywhere. DATA is a folder of parquet files, see docs/training.md.
train: .venv/.test ## train the embedded models again and write their figures
	@test -n "$(DATA)" || { echo "make train DATA=folder   (see docs/training.md)"; exit 2; }
	$(BIN)/python -m emotigram.training --data "$(DATA)" --document README.md --document README.zh-CN.md

docs: .venv/.run ## write the pages that come from the code
	$(BIN)/python -m emotigram.apps.configuration > docs/configuration.md
	$(BIN)/python -m emotigram.apps.configuration --language zh > docs/configuration.zh-CN.md

lock: .venv/.test ## resolve the versions that `make run` and `make test` install
	$(BIN)/python -m pip install --quiet pip-tools
	sh requirements/lock.sh $(BIN)/pip-compile

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache
