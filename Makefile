# Each command works alone, as the first one typed in a fresh clone: what it needs, it installs into .venv first.
# The Python that .venv is made with: make lab PYTHON=python3.12
PYTHON ?= python3

VENV := .venv
RUN := $(VENV)/bin/python

# Your own Jupyter and IPython settings stay out of it, and what you set in JupyterLab here is kept here.
export JUPYTER_CONFIG_DIR := $(CURDIR)/$(VENV)/jupyter
export JUPYTERLAB_SETTINGS_DIR := $(JUPYTER_CONFIG_DIR)/settings
export JUPYTERLAB_WORKSPACES_DIR := $(JUPYTER_CONFIG_DIR)/workspaces
export JUPYTER_PREFER_ENV_PATH := 1
export IPYTHONDIR := $(CURDIR)/$(VENV)/ipython

# JupyterLab would ask on its first start whether to fetch news from the internet.
NO_NEWS := $(VENV)/jupyter/settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings

.PHONY: help lab site test test-browser test-long lesson notebooks bench record pictures sheet class browser

help: ## show these lines
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

lab: $(VENV)/installed-lab $(NO_NEWS) ## open the first lesson in JupyterLab, on this machine alone
	@echo "JupyterLab starts. Its address, if no browser opens by itself, comes below. Ctrl-C ends it."
	@exec $(RUN) -m jupyter lab \
		--ServerApp.ip=127.0.0.1 \
		--ServerApp.root_dir="$(CURDIR)" \
		--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb \
		--ServerApp.answer_yes=True \
		$$(test "$$(id -u)" != 0 || echo --allow-root)

site: $(VENV)/installed-site ## build the web edition in build/site: every explorer alive, nothing to install
	$(RUN) site/build.py

# Compiled once, and not by each of a hundred Pythons, whatever your own environment says.
test test-browser test-long bench: export PYTHONDONTWRITEBYTECODE :=

# Two workers share the cores: a thread of torch that waits for another must not spin meanwhile.
test test-browser test-long: export OMP_WAIT_POLICY := PASSIVE

# A worker takes a module, whose tests share what takes long to make.
PYTEST := $(RUN) -m pytest -n 2 --dist loadscope --no-loadscope-reorder

test: $(VENV)/installed-test browser ## test style, types, package, every notebook and view, and one lesson in a browser
	$(PYTEST) -m "not long and (not browser or smoke)" --nbval rnnlib tests notebooks

test-browser: $(VENV)/installed-test browser ## test every screen in a real Chromium: JupyterLab, saved pages, site, slides
	$(PYTEST) -m "browser and not long" tests

test-long: $(VENV)/installed-test browser ## run what takes long: thousands of new random cases, and the tests of the tests
	HYPOTHESIS_PROFILE=long $(RUN) -m pytest -n 2 --timeout 3600 -m "long or hypothesis" rnnlib tests

lesson: $(VENV)/installed-test ## begin a lesson: make lesson NAME=12_attention
	@$(RUN) -m tests.notebooks.skeleton $(NAME)

notebooks: $(VENV)/installed-test ## run every notebook from the top and store its outputs
	$(RUN) -m tests.notebooks.store_outputs

bench: $(VENV)/installed-test browser ## measure how fast a picture follows its slider
	$(RUN) -m benchmarks

record: $(VENV)/installed-test ## store a comparison of times made on this machine's GPU
	$(RUN) -m benchmarks.record

pictures: $(VENV)/installed-test browser ## make the README's picture anew
	$(RUN) -m tests.browser.pictures

sheet: $(VENV)/installed-test browser ## write a page of shapes and rules to print, as HTML and PDF, into build/class/
	@$(RUN) -m teaching.sheet

class: $(VENV)/installed-site ## write what a class needs of a lesson into build/class/: make class LESSON=06_padding_packing
	@$(RUN) -m teaching.build $(LESSON)

browser: $(VENV)/installed-test
	@$(RUN) -m tests.browser.install

$(NO_NEWS):
	@mkdir -p $(@D)
	@echo '{"fetchNews": "false"}' > $@

# The extra "test" holds "site", and that "lab".
$(VENV)/installed-%: $(VENV)/bin/python pyproject.toml constraints.txt
	$(RUN) -m pip install -c constraints.txt -e ".[$*]"
	@touch $(VENV)/installed-lab $(if $(filter test,$*),$(VENV)/installed-site) $@

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "rnnlib needs Python 3.11 or newer, and '$(PYTHON)' is not: install one and name it, as in PYTHON=python3.12."; \
		exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }
