# `make` alone lists what there is. Everything is installed into .venv; a second call reuses it.

PYTHON ?= python3
PORT   ?= 6006
EPOCHS ?= 12
# More for `python -m demo_training`, such as DEMO_ARGS="--dataset cifar10".
DEMO_ARGS ?=
# For `make bench`, such as BENCH_ARGS="--rounds 3" or BENCH_ARGS=accelerator.
BENCH_ARGS ?=

VENV := .venv
PY   := $(VENV)/bin/python
# What is imported is compiled then: all of TensorFlow would take half a minute.
INSTALL := $(PY) -m pip install --disable-pip-version-check --no-compile
LOGS := logs/demo
PEERS := .venv-peers
PEER_NAMES := captum xplique tf_keras_vis
WITH_PEERS := $(foreach peer,$(PEER_NAMES),CONVVIS_$(shell echo $(peer) | tr a-z A-Z)_PYTHON=$(CURDIR)/$(PEERS)/$(peer)/bin/python)
# Three tests at a time on two processors, those of one file one after the other: pages and TensorBoards are waited for.
TOGETHER := -n 3 --dist loadfile
SETTINGS = --epochs $(EPOCHS) $(DEMO_ARGS)

.PHONY: help demo train test test-all lint page browser bench reliability compat peers screenshots clean

help:
	@echo 'make demo       train two small networks and open them in TensorBoard  (PORT=6006 EPOCHS=12 DEMO_ARGS=)'
	@echo 'make test       style, types and all tests, those in a real browser included'
	@echo 'make test-all   the slow ones and the comparisons with other implementations as well'
	@echo 'make bench      what things cost, side by side with other implementations  (BENCH_ARGS=)'
	@echo 'make reliability  every fault, tried in full: kills, full disks, hostile logs, long trainings'
	@echo 'make compat     the tests in every promised combination of Python, TensorFlow, Keras and TensorBoard'
	@echo 'make screenshots  the pictures of the documents, from a new training of the demo'
	@echo 'make clean      remove what was built, logged and installed'
	@echo 'PYTHON=python3.12 chooses the Python of .venv'

demo: $(VENV)/demo-installed
	@$(PY) build_frontend.py build
	@test "$$(cat $(LOGS)/settings 2>/dev/null)" = '$(SETTINGS)' || $(MAKE) --no-print-directory train
	@echo
	@echo 'TensorBoard is at  http://localhost:$(PORT)/#convvis  until Ctrl-C'
	@$(VENV)/bin/tensorboard --logdir $(LOGS) --port $(PORT)

# The settings are written last: a training that was interrupted is not taken for one that ended.
train: $(VENV)/demo-installed
	@rm -rf $(LOGS)
	$(PY) -m demo_training --logdir $(LOGS) $(SETTINGS)
	@echo '$(SETTINGS)' > $(LOGS)/settings

test: lint page browser
	$(PY) -m pytest $(TOGETHER) -m 'not slow and not peers'

test-all: lint page browser peers
	$(WITH_PEERS) $(PY) -m pytest $(TOGETHER)

lint: $(VENV)/test-installed
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy

page: $(VENV)/test-installed
	$(PY) build_frontend.py build
	$(PY) build_frontend.py check

browser: $(VENV)/test-installed
	$(PY) -m tests.browser.chromium

screenshots: train browser
	$(PY) -m tests.browser.screenshots $(LOGS) docs/images

# Some hours, most of them for the failing calls; each of these has a short form among the tests.
reliability: $(VENV)/test-installed page browser
	$(PY) -m tests.reliability

# 10 GB of environments, in .compat; a cell takes minutes, the first time more.
compat: $(VENV)/test-installed page
	$(PY) -m tests.compat

# A quarter of an hour on a quiet machine. BENCH_ARGS="--write docs/performance.md" replaces the tables there.
bench: $(VENV)/test-installed peers
	$(WITH_PEERS) TF_CPP_MIN_LOG_LEVEL=2 $(PY) -m benchmarks $(BENCH_ARGS)

# Other implementations, each in an environment of its own: their requirements exclude one another.
peers: $(PEER_NAMES:%=$(PEERS)/%/installed)

$(PEERS)/%/installed: tests/peers/%.txt
	$(PYTHON) -m venv $(PEERS)/$*
	$(PEERS)/$*/bin/pip install --disable-pip-version-check -r $<
	$(if $(filter xplique,$*),$(PEERS)/$*/bin/pip install --disable-pip-version-check --no-deps xplique==2.0.2 tf-explain==0.3.1)
	@touch $@

$(VENV)/demo-installed: setup.py pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) --editable '.[train,demo]' $$($(PY) build_frontend.py requirements)
	@touch $@

$(VENV)/test-installed: $(VENV)/demo-installed
	$(INSTALL) --editable '.[train,demo,test]'
	@touch $@

clean:
	rm -rf $(VENV) $(PEERS) .compat logs build dist *.egg-info tb_convvis/static tb_convvis/frontend/node_modules
