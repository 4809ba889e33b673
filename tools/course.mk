# How the environment is built and JupyterLab opened: for the course's Makefile, and for the
# one of the student edition, each of which explains `course` in its help.

PYTHONS := $(if $(PYTHON),"$(PYTHON)",python3 python python3.14 python3.13 python3.12 python3.11)
VENV ?= .venv
BUILT := $(VENV)/built
RUN := $(VENV)/bin/python
# Extra options for JupyterLab: make course LAB_FLAGS="--no-browser --port=9999"
LAB_FLAGS ?=
# The folder that JupyterLab shows; the browser tests give it a copy.
LAB_ROOT ?= .
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)

course: $(BUILT)
	@echo "Opening the course in your browser, in about ten seconds. Leave this window open;"
	@echo "Ctrl+C, twice, ends it."
	@$(RUN) -m jupyterlab --ServerApp.root_dir="$(LAB_ROOT)" \
	  --LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb \
	  --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate \
	  --LabApp.extension_manager=readonly \
	  $(AS_ROOT) $(LAB_FLAGS)

# Two installations at once would be in each other's way.
.NOTPARALLEL:

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

# The course and an extra of pyproject.toml: .venv/built-slides has `slides`.
.venv/built-%: .venv/built
	@.venv/bin/python tools/build_environment.py $*
