# The workshop: `make help` lists what it can do. Needs make and Python 3.11 or later, nothing else.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
CATALOGUE := community/translations/messages.pot
COMPILE := $(BIN)/uv pip compile pyproject.toml --all-extras --quiet --universal --python-version 3.11 \
	--generate-hashes --no-annotate --custom-compile-command 'make lock' $(UPGRADE)
# Neither line numbers nor a date: the catalogue changes when words do.
EXTRACT := $(BIN)/pybabel --quiet extract --mapping-file babel.cfg --omit-header --no-location \
	--sort-by-file --keyword _l --keyword lazy_gettext --keyword lazy_ngettext:1,2 \
	--add-comments 'Translators:'
# One process a processor. The tests of a file stay together, for what they set up once, and the files
# in the order of tests/selection.py.
PYTEST := $(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder
PYTHONS := community tests migrations $(wildcard bench)

# Both databases are checked whatever the caller's environment says.
POSTGRESQL_URL := $(TEST_DATABASE_URL)

##@ Everyday

.PHONY: run
run: .venv/installed ## Set up, then serve the site with its worker (PORT=8000). Ctrl-C stops both.
	@exec $(BIN)/community run

.PHONY: test
test: .venv/installed-dev ## Set up, then run the tests, on SQLite or on TEST_DATABASE_URL. ARGS="-k ask".
	$(PYTEST) $(ARGS)

.PHONY: format
format: .venv/installed-dev ## Put the code into its standard form.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: messages
messages: .venv/installed-dev ## Collect the words of the interface and update the translations.
	@mkdir -p $(dir $(CATALOGUE))
	@$(EXTRACT) --output-file $(CATALOGUE) .
	@for catalogue in $(wildcard community/translations/*/LC_MESSAGES/messages.po); do \
		$(BIN)/pybabel update --input-file $(CATALOGUE) --output-file $$catalogue \
			--locale $$(basename $$(dirname $$(dirname $$catalogue))) || exit 1; \
	done

.PHONY: powers
powers: .venv/installed-dev ## Write who may do what into docs/moderation.md, from the policies.
	$(BIN)/python -m community.powers docs/moderation.md

##@ Before it is shared

.PHONY: check
check: export TEST_DATABASE_URL :=
check: lint test test-postgresql ## Everything that CI runs: lint, and the tests on both databases.

.PHONY: lint
lint: lint-python lint-types lint-layers lint-templates lint-messages ## Style, types, layers, templates, words.

.PHONY: lint-python
lint-python: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

.PHONY: lint-types
lint-types: .venv/installed-dev
	$(BIN)/mypy $(PYTHONS)

.PHONY: lint-layers
lint-layers: .venv/installed-dev
	$(BIN)/lint-imports --no-logo

.PHONY: lint-templates
lint-templates: .venv/installed-dev
	$(BIN)/djlint --quiet --lint templates

.PHONY: lint-messages
lint-messages: .venv/installed-dev
	@fresh=$$(mktemp) && trap 'rm -f "$$fresh"' EXIT && $(EXTRACT) --output-file "$$fresh" . \
		&& { cmp -s $(CATALOGUE) "$$fresh" \
		|| { echo "The catalogue of words is behind the code: run 'make messages'." >&2; exit 1; }; }

.PHONY: test-postgresql
test-postgresql: .venv/installed-dev ## The tests on PostgreSQL: TEST_DATABASE_URL, or a server made for the run.
	TEST_DATABASE_URL="$(POSTGRESQL_URL)" .ci/with-postgresql $(PYTEST) $(ARGS)

.PHONY: prove
prove: .venv/installed-dev ## Take checks of neutrality away, one at a time; the proof must fail. ARGS="--count 0": all.
	$(BIN)/python -m pytest -q -s tests/neutrality/test_trials.py $(ARGS)

.PHONY: coverage
coverage: .venv/installed-dev ## The tests with the lines they never reach.
	$(PYTEST) --cov --cov-report term --cov-report html $(ARGS)

.PHONY: bench
bench: .venv/installed-dev ## The benchmarks, by hand and never in CI. ARGS="--help" says more.
	$(BIN)/python -m bench $(ARGS)

##@ Housekeeping

.PHONY: lock
lock: .venv/created ## Write the lock files again after pyproject.toml has changed.
	@test -x $(BIN)/uv || $(BIN)/pip install --quiet --require-hashes -r requirements-dev.lock
	$(COMPILE) --group build --output-file requirements.lock
	$(COMPILE) --group dev --constraint requirements.lock --output-file requirements-dev.lock

.PHONY: upgrade
upgrade: ## Lock the newest versions that pyproject.toml allows.
	@$(MAKE) lock UPGRADE=--upgrade

.PHONY: setup
setup: .venv/installed-dev ## Only set up: the environment with everything for development.

.PHONY: clean
clean: ## Remove the environment and every cache. The site's own data in instance/ stays.
	rm -rf .venv build dist htmlcov .coverage .coverage.* .hypothesis \
		.import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help
help: ## This list.
	@echo "Common Ground. Usage: make TARGET"
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' Makefile

# The environment. Stamps are written last, so an interrupted step is done again.

.venv/created:
	@.ci/find-python -m venv .venv
	@touch $@

.venv/installed: requirements.lock pyproject.toml | .venv/created
	@echo "Installing what requirements.lock names …"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/installed-dev: requirements-dev.lock .venv/installed
	@echo "Installing what requirements-dev.lock names …"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@
