# Each target works on a fresh clone: it makes the virtual environment it needs in .venv (PYTHON chooses the interpreter).
PYTHON ?= python3
PIP = .venv/bin/pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: serve demo test check train readme bench clean

serve: .venv/served  ## install what serving needs and serve the API on 127.0.0.1:8080
	.venv/bin/tonfall serve

demo: .venv/served  ## fill a database of its own with half a year of a made-up helpdesk, open the workbench on it
	.venv/bin/python -m tests.demo

test: check  ## install what the tests need and run them all
	.venv/bin/python -m pytest

check: .venv/developed  ## format, lint, types, architecture, README
	.venv/bin/ruff format --check . && .venv/bin/ruff check . && .venv/bin/mypy && .venv/bin/python -m pytest -q tests/test_architecture.py tests/test_readmes.py

train: .venv/developed  ## rebuild the shipped scorer from data/, evaluate it, promote it if it passes the gates
	.venv/bin/tonfall-train build

readme: .venv/developed  ## write the answer in README.md again, from the scorer that ships
	.venv/bin/python -m tests.readmes

bench: .venv/benched  ## latency and throughput on this machine, beside other servers
	.venv/bin/python -m tests.benchmark

clean:  ## remove the virtual environment and what runs left behind
	rm -rf .venv runs build *.egg-info

.venv/bin/pip:
	$(PYTHON) -m venv .venv

.venv/served: pyproject.toml constraints.txt | .venv/bin/pip
	$(PIP) --editable . && touch $@

.venv/developed: pyproject.toml constraints.txt | .venv/bin/pip
	$(PIP) --editable '.[train,dev]' && touch $@ .venv/served

.venv/benched: pyproject.toml constraints.txt | .venv/bin/pip
	$(PIP) --editable '.[train,dev,bench]' && touch $@ .venv/developed .venv/served
