# Everything from a bare clone, with Python 3.11+ and make: `make` lists what there is.
# Set PYTHON to choose the interpreter: make course PYTHON=python3.12

PYTHONS := $(if $(PYTHON),"$(PYTHON)",python3 python python3.14 python3.13 python3.12 python3.11)
VENV ?= .venv
BUILT := $(VENV)/built
RUN := $(VENV)/bin/python
# Extra options for JupyterLab: make course LAB_FLAGS="--no-browser --port=9999"
LAB_FLAGS ?=
# The folder that JupyterLab shows; the browser tests give it a copy.
LAB_ROOT ?= .
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)

.PHONY: help course test test-lowest test-newest test-offline mutate bench lint execute slides check-room guide clean

help:
	@echo "make course    open the course in JupyterLab (builds the environment the first time)"
	@echo "make test      check everything: lint, unit tests, every notebook, a real browser"
	@echo "make slides    turn the notebooks into slides, build/slides/index.html"
	@echo "make check-room    say whether this machine is ready for a class"
	@echo "make guide     write docs/exercises.md from the exercises' definitions, for contributors"
	@echo "make lint      check style only, and say what to do"
	@echo "make execute   run all notebooks and save them clean, for contributors"
	@echo "make clean     remove the environments and what tests leave behind"
	@echo "make test-lowest   all tests with the oldest packages that the ranges admit"
	@echo "make test-newest   all tests with the newest"
	@echo "make test-offline  all tests with the network blocked (Linux)"
	@echo "make mutate    plant wrong lines in the library, and see that a test fails for each"
	@echo "make bench     compare speed with PyTorch and scikit-learn (builds its own environment)"

course: $(BUILT)
	@echo "Opening the course in your browser, in about ten seconds. Leave this window open;"
	@echo "Ctrl+C, twice, ends it."
	@$(RUN) -m jupyterlab --ServerApp.root_dir="$(LAB_ROOT)" \
	  --LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb \
	  --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate \
	  --LabApp.extension_manager=readonly \
	  $(AS_ROOT) $(LAB_FLAGS)

test: $(BUILT)
	@$(RUN) tools/run_tests.py

test-offline: $(BUILT)
	@$(RUN) tools/offline.py

test-lowest test-newest: test-%: .venv-%/built
	@.venv-$*/bin/python tools/run_tests.py

mutate: $(BUILT)
	@$(RUN) tools/mutate.py

bench: .venv-bench/built
	@.venv-bench/bin/python -m benchmarks

lint: $(BUILT)
	@$(RUN) tools/run_tests.py lint

execute: $(BUILT)
	@$(RUN) tools/execute.py

slides: $(BUILT)
	@$(RUN) tools/make_slides.py

check-room: $(BUILT)
	@$(RUN) tools/check_room.py

guide: $(BUILT)
	@$(RUN) tools/exercise_tables.py

KIND = $(patsubst .venv-%,%,$(filter .venv-%,$(@D)))

.venv/built .venv-lowest/built .venv-newest/built .venv-bench/built: pyproject.toml constraints.txt
	@for python in $(PYTHONS); do \
	  if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    exec "$$python" tools/build_environment.py $(KIND); \
	  fi; \
	done; \
	echo 'This course needs Python 3.11 or newer, and none of these is: $(PYTHONS).' >&2; \
	echo "Install one (python.org, or your system's packages), then try again;" >&2; \
	echo "if it has another name, say so: make course PYTHON=/where/it/is/python3.12" >&2; \
	exit 1

clean:
	rm -rf .venv .venv-lowest .venv-newest .venv-bench .pytest_cache .ruff_cache .hypothesis *.egg-info
