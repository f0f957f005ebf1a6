# Everything here sets itself up: `make demo` and `make test` need Python 3.11, make and git.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON := .venv/bin/python
# What is installed depends on what pyproject.toml says and on where this folder stands.
KEY := $(shell { pwd; cat pyproject.toml; } | sha256sum | cut -c 1-16)
CORE := .venv/.core-$(KEY)
STAMP := .venv/.set-up-$(KEY)
# What Qt and a virtual screen need of Debian; the stamp names this very list.
SCREEN_PACKAGES := xvfb xauth libegl1 libgl1 libgl1-mesa-dri libglx-mesa0 libopengl0 \
    libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 \
    libxcb-render-util0 libxcb-render0 libxcb-shape0 libxcb-shm0 libxcb-sync1 libxcb-xfixes0 \
    libxcb-xkb1 libx11-xcb1 libdbus-1-3 libfontconfig1 libglib2.0-0 fonts-dejavu-core
SCREEN := .venv/.screen-$(shell echo $(SCREEN_PACKAGES) | sha256sum | cut -c 1-16)
ON_SCREEN := $(if $(DISPLAY),,xvfb-run --auto-servernum --server-args="-screen 0 1600x1000x24")
CHECKED := recistkit tests $(wildcard example_scans/*.py) $(patsubst %/,%,$(wildcard plugins/*/))
EXACT := recistkit/model/*,recistkit/criteria/*,recistkit/response/*,recistkit/reconciliation/*
LOG := .venv/last-test-run.txt

define WITHOUT_WINDOWS
import importlib.util, sys
found = [name for name in ("PySide6", "PyQt6", "napari", "qtpy") if importlib.util.find_spec(name)]
sys.exit(found and f"without the extra there should be no {found}")
endef
export WITHOUT_WINDOWS

.PHONY: help demo test format lint types oracle propagation bench bench-viewer faults fuzz mutants wheel-check clean

help:
	@echo "make demo         the example study, from its scans to its results"
	@echo "make test         format, lint, types, tests and coverage: what must pass before a merge"
	@echo "make format       put every file into the one format"
	@echo "make lint         ruff only"
	@echo "make types        mypy only"
	@echo "make oracle       the long comparison of the two engines"
	@echo "make propagation  lesions of many phantoms looked for in their follow-ups"
	@echo "make bench        speed, as ratios"
	@echo "make faults       kills, full disks and flipped bits while studies are saved"
	@echo "make fuzz         25,000 damaged files through every door that takes a scan or a mask"
	@echo "make bench-viewer speed and memory of the reading room beside bare napari"
	@echo "make mutants      mutation score of criteria and response (90 % needed)"
	@echo "make wheel-check  the built wheel, installed into an empty environment, runs the demo"
	@echo "make clean        remove what these commands made"

$(CORE):
	@python=; \
	for candidate in python3 python3.11 python3.12 python3.13 /usr/bin/python3; do \
	    if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	        python=$$candidate; break; \
	    fi; \
	done; \
	if [ -z "$$python" ]; then \
	    echo "Python 3.11 or newer is needed and was not found (Debian: apt-get install python3)" >&2; \
	    exit 1; \
	fi; \
	if ! .venv/bin/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
	        if [ "$$(id -u)" != 0 ]; then \
	            echo "a Debian package is missing: apt-get install python3-venv" >&2; exit 1; \
	        fi; \
	        echo "installing the Debian package python3-venv"; \
	        apt-get update -qq; \
	        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv; \
	    fi; \
	    rm -rf .venv; "$$python" -m venv .venv; \
	fi; \
	echo "installing recistkit into .venv (once)"; \
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --editable .; \
	rm -f .venv/.core-*; touch $(CORE)

$(STAMP): $(CORE)
	@echo "installing what the reading room and its developers need into .venv (once)"; \
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --editable '.[dev]'; \
	rm -f .venv/.set-up-*; touch $(STAMP)

# Simulated first: where nothing is missing, neither root nor a network is needed.
$(SCREEN): $(STAMP)
	@if command -v apt-get >/dev/null; then \
	    install="apt-get install --no-upgrade --no-install-recommends"; \
	    if ! found=$$(LC_ALL=C $$install --simulate $(SCREEN_PACKAGES) 2>&1) \
	            || grep -q '^Inst ' <<<"$$found"; then \
	        if [ "$$(id -u)" != 0 ]; then \
	            echo "Debian packages for the window tests are missing:" >&2; \
	            echo "  sudo $$install $(SCREEN_PACKAGES)" >&2; exit 1; \
	        fi; \
	        echo "installing the Debian packages that the window tests need (once)"; \
	        apt-get update -qq; \
	        DEBIAN_FRONTEND=noninteractive $$install -y -qq $(SCREEN_PACKAGES) >/dev/null; \
	    fi; \
	fi; \
	rm -f .venv/.screen-*; touch $(SCREEN)

demo: $(CORE)
	@.venv/bin/recistkit demo

test: $(STAMP) $(SCREEN)
	@echo "== format"; $(PYTHON) -m ruff format --check .
	@echo "== lint"; $(PYTHON) -m ruff check .
	@echo "== types"; $(PYTHON) -m mypy $(CHECKED)
	@echo "== tests"; $(PYTHON) -m pytest -q -n 2 --cov --cov-report= 2>&1 | tee $(LOG)
	@echo "== coverage of model, criteria, response, reconcile (lines and branches)"
	@$(PYTHON) -m coverage report --include='$(EXACT)' --fail-under=100
	@tail -n 1 $(LOG)

format: $(STAMP)
	@$(PYTHON) -m ruff format .
	@$(PYTHON) -m ruff check --select I --fix .

lint: $(STAMP)
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m ruff check .

types: $(STAMP)
	@$(PYTHON) -m mypy $(CHECKED)

oracle: $(STAMP)
	@$(PYTHON) -m tests.oracle.run

propagation: $(STAMP)
	@$(PYTHON) -m tests.propagation.study

bench: $(STAMP)
	@$(PYTHON) -m tests.benchmarks

bench-viewer: $(STAMP) $(SCREEN)
	@$(ON_SCREEN) $(PYTHON) -m tests.benchmarks.viewer
	@$(ON_SCREEN) $(PYTHON) -m tests.benchmarks.release

faults: $(STAMP)
	@$(PYTHON) -m tests.store.faults --kills 500 --flips 1000
	@RECISTKIT_KILLS=200 $(PYTHON) -m pytest -q -n 2 tests/reading/test_kill.py

fuzz: $(STAMP)
	@$(PYTHON) -m tests.scans.fuzz

mutants: $(STAMP) $(SCREEN)
	@$(PYTHON) -m tests.mutants

wheel-check: $(STAMP)
	@folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	$(PYTHON) -m build --wheel --no-isolation --outdir "$$folder" . >/dev/null; \
	$(PYTHON) -m venv "$$folder/venv"; \
	"$$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$$folder"/*.whl; \
	cd "$$folder"; \
	venv/bin/recistkit --help >/dev/null; \
	venv/bin/recistkit demo; \
	venv/bin/python -c "$$WITHOUT_WINDOWS"; \
	echo "the wheel installs into an empty environment, without Qt, and runs the demo"

clean:
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage .coverage.* \
	    dist build demo-results *.egg-info
	@find recistkit plugins tests example_scans -name __pycache__ -type d -prune \
	    -exec rm -rf {} + 2>/dev/null || true
