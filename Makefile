# Everything from a bare clone, with Python 3.11+ and make: `make` lists what there is.
# Set PYTHON to choose the interpreter: make course PYTHON=python3.12

# The folder of a class, and extra options for `make grade`: GRADE_FLAGS="--seconds 20"
CLASSROOM ?= classroom
GRADE_FLAGS ?=
# One part of `make test-robust`: PART=again (tools/robust.py names them)
PART ?=

.PHONY: help course test test-lowest test-newest test-offline test-robust mutate bench lint execute slides site lite check-room guide classroom grade clean

help:
	@echo "make course    open the course in JupyterLab (builds the environment the first time)"
	@echo "make test      check everything: lint, unit tests, every notebook, a real browser"
	@echo "make slides    turn the notebooks into slides, build/slides/index.html"
	@echo "make site      build the web site, build/site/index.html"
	@echo "make lite      build the edition that runs in a browser, build/lite"
	@echo "make check-room    say whether this machine is ready for a class"
	@echo "make classroom    hand out: an nbgrader course and a student edition, in CLASSROOM=classroom"
	@echo "make grade     grade what came back, CLASSROOM/submitted, in boxes of their own"
	@echo "make guide     write docs/exercises.md from the exercises' definitions, for contributors"
	@echo "make lint      check style only, and say what to do"
	@echo "make execute   run all notebooks and save them clean, for contributors"
	@echo "make clean     remove the environments and what tests leave behind"
	@echo "make test-lowest   all tests with the oldest packages that the ranges admit"
	@echo "make test-newest   all tests with the newest"
	@echo "make test-offline  all tests with the network blocked (Linux)"
	@echo "make test-robust   under conditions that nobody chooses: about two hours"
	@echo "make mutate    plant wrong lines in the library, and see that a test fails for each"
	@echo "make bench     compare speed with PyTorch and scikit-learn (builds its own environment)"

include tools/course.mk

test: $(BUILT)
	@$(RUN) tools/run_tests.py

test-offline: $(BUILT)
	@$(RUN) tools/offline.py

test-robust: $(BUILT)
	@$(RUN) tools/robust.py $(PART)

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

site: $(BUILT)
	@$(RUN) tools/make_site.py

lite: $(BUILT)
	@$(RUN) tools/make_lite.py

check-room: $(BUILT)
	@$(RUN) tools/check_room.py

classroom: $(BUILT)
	@$(RUN) tools/make_classroom.py "$(CLASSROOM)"

grade: $(BUILT)
	@$(RUN) -m course_lib.grading "$(CLASSROOM)/submitted" --out "$(CLASSROOM)/graded" $(GRADE_FLAGS)

guide: $(BUILT)
	@$(RUN) tools/exercise_tables.py

clean:
	rm -rf .venv .venv-lowest .venv-newest .venv-bench .pytest_cache .ruff_cache .hypothesis *.egg-info
