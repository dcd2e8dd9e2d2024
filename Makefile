# Everything one does with the project. Variables: PYTHON, DEMO=0 (an empty register), PORT, ARGS (for pytest).
PYTHON ?= python3
DEMO ?= 1
ARGS ?=
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
PIP_INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes

.PHONY: help install install-dev demo run dev test check bench types rules

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "Python 3.11 or newer is needed; name it with: make PYTHON=python3.12 ..."; exit 1; }
	@echo "Making .venv ..."
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "Python's venv module is needed (Debian: python3-venv)."; exit 1; }

# A copy of the list that was installed stands beside the packages: the same list is not installed twice.
install: .venv/bin/python ## the environment for running
	@cmp -s requirements/app.txt .venv/app.txt || { echo "Installing packages ..." && \
	    $(PIP_INSTALL) -r requirements/app.txt && cp requirements/app.txt .venv/app.txt; }

install-dev: install ## and for testing
	@cmp -s requirements/dev.txt .venv/dev.txt || { echo "Installing test packages ..." && \
	    $(PIP_INSTALL) -r requirements/dev.txt && cp requirements/dev.txt .venv/dev.txt; }

demo: install ## prepare the register with the demo data
	@$(MANAGE) setup --demo

ifeq ($(DEMO),0)
run: install ## prepare and serve; DEMO=0 for an empty register
	@$(MANAGE) setup
	@$(MANAGE) create_admin --if-none
	@$(MANAGE) serve
else
run: demo
	@$(MANAGE) serve
endif

dev: install-dev ## serve with DEBUG and reloading
	@DEBUG=true $(MANAGE) setup --demo
	@DEBUG=true $(MANAGE) runserver $(or $(PORT),8000)

test: install-dev ## the whole suite on SQLite and, at the same time, on a PostgreSQL of its own
	$(BIN)/python scripts/run_tests.py $(ARGS)

check: install-dev ## format, lint, types, imports, migrations, translations, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	@$(MAKE) --no-print-directory --jobs=2 --output-sync types rules
	@$(MAKE) --no-print-directory test

types: install-dev
	$(BIN)/python -m mypy

rules: install-dev
	$(BIN)/lint-imports
	DATABASE_URL=sqlite://:memory: $(MANAGE) makemigrations --check --dry-run
	$(BIN)/python scripts/check_translations.py

bench: install-dev ## measure speed (not part of the tests)
	$(BIN)/python -m bench
	$(BIN)/python -m bench.exports
	$(BIN)/python -m bench.pages
	$(BIN)/python -m bench.figures
	$(BIN)/python -m bench.lists
