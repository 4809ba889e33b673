# Everything from a bare clone, with Python 3.11+ and make: `make` lists what there is.
# A target that needs more than the course installs it when it is first used: $(BUILT)-slides is
# the extra `slides` of pyproject.toml.
# Set PYTHON to choose the interpreter: make course PYTHON=python3.12

# The folder of a class, and extra options for `make grade`: GRADE_FLAGS="--seconds 20"
CLASSROOM ?= classroom
GRADE_FLAGS ?=
# Where `make test-elsewhere` and `make test-readonly` put their copy of the course.
ELSEWHERE := "$(shell mktemp -u -t course.XXXXXX)/Ein Kurs, 第一课 é"

.PHONY: help course test test-all test-lowest test-newest test-offline test-again test-elsewhere test-readonly test-robust mutate bench lint weights execute slides site lite check-room guide classroom collect grade diagnose formgrader clean

help:
	@echo "make course    open the course in JupyterLab (builds the environment the first time)"
	@echo "make test      lint, the library, the exercises, every notebook: under five minutes"
	@echo "make test-all  that, then what is slow: grading, whole notebooks, nbgrader, a browser"
	@echo "make slides    turn the notebooks into slides, build/slides/index.html"
	@echo "make site      build the web site, build/site/index.html"
	@echo "make lite      build the edition that runs in a browser, build/lite"
	@echo "make check-room    say whether this machine is ready for a class"
	@echo "make classroom    make the edition for a class, and an nbgrader course, in CLASSROOM=classroom"
	@echo "make collect FROM=downloads.zip    sort what was handed in into CLASSROOM/submitted"
	@echo "make grade     grade the submissions in CLASSROOM/submitted, each answer in a sandbox"
	@echo "make diagnose FILE=answers.json    say how wrong answers are received, for contributors"
	@echo "make formgrader    open nbgrader's Formgrader on CLASSROOM, for points and comments by hand"
	@echo "make guide     write docs/exercises.md from the exercises' definitions, for contributors"
	@echo "make lint      check style only, and say what to do"
	@echo "make weights   train the digit reader again, data/digit_reader.npz"
	@echo "make execute   run all notebooks and save them clean, for contributors"
	@echo "make clean     remove the environments and what tests leave behind"
	@echo "make test-lowest   all tests with the oldest packages that the ranges admit"
	@echo "make test-newest   all tests with the newest"
	@echo "make test-offline  all tests with the network blocked (Linux, bubblewrap)"
	@echo "make test-again    every cell twice in a row, every notebook twice, nbgrader on each"
	@echo "make test-elsewhere    all tests in a folder with spaces and other scripts in its name"
	@echo "make test-readonly     there, with the whole checkout read-only (Linux, bubblewrap)"
	@echo "make test-robust   the last six one after the other: about two hours"
	@echo "make mutate    mutation testing: apply wrong lines, and check that a test fails for each"
	@echo "make bench     compare speed with PyTorch and scikit-learn (builds its own environment)"

include tools/course.mk

test: $(BUILT)-test
	@$(RUN) tools/run_tests.py

test-all: test $(BUILT)-test-all
	@$(RUN) tools/run_tests.py rest

test-offline: $(BUILT)-test-all
	@bwrap --dev-bind / / --unshare-net --cap-add ALL -- $(RUN) tools/run_tests.py all

test-again: $(BUILT)-test-all
	@$(RUN) -m pytest -q -n logical -m robust tests/robust tests/classroom

test-elsewhere:
	@git clone --quiet . $(ELSEWHERE) && $(MAKE) -C $(ELSEWHERE) test-all; \
	  code=$$?; rm -rf $(ELSEWHERE); exit $$code

test-readonly:
	@git clone --quiet . $(ELSEWHERE) && $(MAKE) -C $(ELSEWHERE) .venv/built-test-all && \
	  bwrap --dev-bind / / --ro-bind $(ELSEWHERE) $(ELSEWHERE) --chdir $(ELSEWHERE) \
	    .venv/bin/python tools/run_tests.py library notebooks slow site; \
	  code=$$?; rm -rf $(ELSEWHERE); exit $$code

test-robust: test-again test-elsewhere test-readonly test-offline test-lowest test-newest

test-lowest test-newest: test-%: .venv-%/built
	@.venv-$*/bin/python tools/run_tests.py all

mutate: $(BUILT)-test
	@$(RUN) tools/mutate.py

bench: .venv-bench/built
	@.venv-bench/bin/python -m benchmarks

lint: $(BUILT)-test
	@$(RUN) tools/run_tests.py lint

weights: $(BUILT)
	@$(RUN) tools/make_weights.py

execute: $(BUILT)
	@$(RUN) tools/execute.py

slides: $(BUILT)-slides
	@$(RUN) tools/make_slides.py

site: $(BUILT)-site
	@$(RUN) tools/make_site.py

lite: $(BUILT)-lite
	@$(RUN) tools/make_lite.py

check-room: $(BUILT)
	@$(RUN) tools/check_room.py

classroom: $(BUILT)-classroom
	@$(RUN) -m course_grading.handout "$(CLASSROOM)"

grade: $(BUILT)-classroom
	@$(RUN) -m course_grading "$(CLASSROOM)" $(GRADE_FLAGS)

collect: $(BUILT)-classroom
	@$(RUN) -m course_grading.intake "$(FROM)" "$(CLASSROOM)"

diagnose: $(BUILT)-classroom
	@$(RUN) -m course_grading.diagnose "$(FILE)"

# In the lab itself nbgrader is switched off: its menus are in a student's way.
formgrader: $(BUILT)-classroom
	@cd "$(CLASSROOM)" && "$(abspath $(VENV))/bin/python" -m jupyterlab --LabApp.default_url=/formgrader \
	  --ServerApp.jpserver_extensions="{'nbgrader.server_extensions.formgrader': True}" \
	  $(AS_ROOT) $(LAB_FLAGS)

guide: $(BUILT)
	@$(RUN) tools/make_site.py --guide

clean:
	rm -rf .venv .venv-lowest .venv-newest .venv-bench .pytest_cache .ruff_cache .hypothesis *.egg-info
