# A line or two each; everything is installed into .venv on first use.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
LOCKED := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

.PHONY: run demo-once test check format golden fuzz bench crash bench-peers interop bundle lock clean

$(READY): pyproject.toml requirements.lock requirements-dev.lock
	@echo "Installing into $(VENV) (a minute or so, once) ..."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

run: $(READY)  ## start a rehearsal gateway and push a real day through it; Ctrl-C ends it
	$(BIN)/gateway demo

demo-once: $(READY)  ## the same, and end when the reports are there
	$(BIN)/gateway demo --once

test: $(READY)  ## install and run all tests
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: $(READY)  ## style, types, import rules, tests
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) test

format: $(READY)
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

golden: $(READY)  ## rewrite the golden files; review the diff like code
	$(BIN)/python -m pytest tests --golden

fuzz: $(READY)  ## random requests for an hour; MINUTES=5 for less, SEED=7 for others
	$(BIN)/python -m tests.fuzz --minutes $(or $(MINUTES),60) --seed $(or $(SEED),1)

bench: $(READY)  ## speed and memory beside their bounds and beside others; WORDS=--quick for a short look
	$(BIN)/python -m benchmarks $(WORDS)

bench-peers: $(READY)  ## get and build what `make bench` compares with (as root also from Debian)
	$(BIN)/python -m benchmarks.peers

interop: $(READY)  ## foreign SOAP clients of other languages; as root on Debian it installs what they need
	$(BIN)/python -m tests.interop $(ASK)

crash: $(READY)  ## kill it at every step under its senders and prove that nothing is lost; ASK="--minutes 15 --seed 2"
	$(BIN)/python -m tests.crash $(ASK)

bundle: $(READY)  ## everything a server without internet needs, as one archive in dist/
	$(BIN)/python -m gateway.install.bundle . dist

lock: $(READY)  ## pin what we depend on, with hashes and no index addresses
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml $(LOCKED) -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra dev $(LOCKED) -o requirements-dev.lock

clean:
	rm -rf $(VENV) rehearsal build dist
