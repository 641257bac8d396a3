# On Record: `make` alone lists what there is. Every target sets itself up.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TESTS ?=
RESET ?=
PORT ?=
# What a program started from here needs to run on this machine; production sets its own.
MANAGE = DEBUG=1 $(BIN)/python manage.py

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev test faults soak hostile lint types docs-check lock clean demo demo-check bench browser score

help: ## List the targets
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | sort | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "On Record needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1). Try make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing. On Debian and Ubuntu: apt install python3-venv"; exit 1; }

# A stamp holds the checksum of the lock it was installed from: nothing is done twice.
setup: $(BIN)/python ## Make the virtual environment with the locked packages
	@sum=$$(sha256sum requirements.txt config/requirements/dev.txt | cut -c1-64 | tr -d '\n'); \
	if ! grep -qsx "$${sum:0:64}" $(VENV)/.runtime && ! grep -qsx "$${sum:64}" $(VENV)/.dev; then \
		echo "Installing the locked packages …"; \
		$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt && echo "$${sum:0:64}" > $(VENV)/.runtime; \
	fi

setup-dev: $(BIN)/python ## The same, with what the tests and checks need
	@sum=$$(sha256sum config/requirements/dev.txt | cut -c1-64); \
	if ! grep -qsx "$$sum" $(VENV)/.dev; then \
		echo "Installing the locked packages, with those of the checks …"; \
		$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r config/requirements/dev.txt && echo "$$sum" > $(VENV)/.dev; \
	fi

demo: setup ## Run the whole product on sample data (RESET=1 starts over, PORT=8080 puts it there)
	@$(MANAGE) demo $(if $(RESET),--reset) $(if $(PORT),--port $(PORT))

demo-check: setup ## The same, watched by nobody, in a folder of its own: exits 0 if everything is as it should be
	@$(MANAGE) demo_check

test: setup-dev ## Run the tests on SQLite
	@$(BIN)/pytest -q --ignore=tests/browser $(TESTS)

faults: setup-dev ## Kill, freeze and empty everything while reports come in, on SQLite and PostgreSQL (minutes)
	@$(BIN)/python -m tests.faults short

soak: setup-dev ## The same at length: a thousand reports, every step (an hour)
	@$(BIN)/python -m tests.faults long

hostile: setup-dev ## Try hostile addresses, servers and feeds in a network namespace (needs root or user namespaces)
	@$(BIN)/python -m tests.hostile $(TESTS)

bench: setup-dev ## Measure how many pages a second the pipeline reads
	@$(BIN)/python -m tests.load.pipeline

browser: setup-dev ## Run the tests in Chromium
	@$(BIN)/pytest -q tests/browser

# Articles that belong to their publishers are measured where they are, and never copied here.
REAL_ARTICLES ?= ../shared/articles
score: setup ## Measure the finder; fails when a figure is below its floor
	@echo "Our own articles (tests/articles):"; \
	$(BIN)/python manage.py score-finder tests/articles --floors tests/articles/floors.json || exit 1; \
	if [ -d "$(REAL_ARTICLES)" ]; then \
		echo "Real articles ($(REAL_ARTICLES)):"; \
		$(BIN)/python manage.py score-finder "$(REAL_ARTICLES)" --halves --floors tests/articles/floors-real.json; \
	else \
		echo "No real articles in $(REAL_ARTICLES): only our own were scored."; \
	fi

lint: setup-dev ## Check style
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: setup-dev ## Check types
	@DEBUG=1 $(BIN)/mypy

docs-check: setup-dev ## Check that the documents are current
	@$(BIN)/pytest -q tests/test_docs.py

lock: ## Remake the locked requirement files (needs uv)
	@for pair in runtime:requirements.txt postgres:config/requirements/postgres.txt research:config/requirements/research.txt dev:config/requirements/dev.txt; do \
		uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
			--custom-compile-command "make lock" "config/requirements/$${pair%%:*}.in" -o "$${pair##*:}"; \
	done

clean: ## Remove what the targets made, the demo's data included
	@rm -rf $(VENV) var .pytest_cache .mypy_cache .ruff_cache
