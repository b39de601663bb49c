# Two targets for a fresh machine: `make demo` and `make test`. They need Python 3.11 or newer, make and pip.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
INDEX ?= index
CORPUS ?= ../shared/data/ml_papers.jsonl.gz
QUESTIONS ?= ../shared/data/eval/ml_questions/queries.jsonl
EVAL ?= ../shared/data/eval
PARTS ?=

.PHONY: demo serve test torture check format docs screenshots bench bench-docs bench-memory bench-txtai relevance answers clean

demo: $(VENV)/.installed  ## index the bundled sample and ask it a question
	$(BIN)/semsearch build --sample --index $(INDEX)
	$(BIN)/semsearch query "how do greenhouse gases warm the earth?" -k 5 --index $(INDEX)

serve: $(VENV)/.installed-serve  ## the page and the API over INDEX, the bundled sample if there is none
	@test -f $(INDEX)/CURRENT || $(BIN)/semsearch build --sample --index $(INDEX)
	$(BIN)/semsearch serve --index $(INDEX)

test: $(VENV)/.installed-dev  ## all tests
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile

torture: $(VENV)/.installed-dev  ## what `test` samples, in full: 200 kills, every failure of files, bit flips, fuzzing; an hour on two cores
	$(BIN)/python tests/torture/crashes.py --kills 200
	$(BIN)/python tests/torture/faults.py
	$(BIN)/python tests/torture/bitflips.py
	$(BIN)/python tests/torture/readers.py 50
	SEMSEARCH_HYPOTHESIS=explore $(BIN)/python -m pytest $$(grep -lE "import .*given" tests/test_*.py)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[torture]"
	$(BIN)/python tests/torture/fuzz_readers.py --seconds 600

check: $(VENV)/.installed-dev  ## lint, types, layers, docs, what a cold start imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python docs/make_pages.py --check
	$(BIN)/python -m pytest tests/test_layers.py tests/test_docs.py tests/test_cold_start.py

format: $(VENV)/.installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(VENV)/.installed-dev  ## write docs/commands.md from the commands' help
	$(BIN)/python docs/make_pages.py

screenshots: $(VENV)/.installed-dev  ## take the pictures of the page in docs/, with a Chromium that is there
	$(BIN)/python docs/make_screenshots.py

bench-memory: $(VENV)/.installed  ## peak memory of builds over the first 5,000 and 20,000 papers of CORPUS
	$(BIN)/python bench/build_memory.py $(CORPUS) --papers 5000 20000

bench: $(VENV)/.installed-bench  ## measure PARTS (all of them) with INDEX, CORPUS, QUESTIONS and EVAL; what is not there is skipped
	$(BIN)/python -m bench $(PARTS) --index $(INDEX) --corpus $(CORPUS) --questions $(QUESTIONS) --eval $(EVAL)

bench-docs: $(VENV)/.installed-bench  ## write the tables and plots of docs/ from bench/results
	$(BIN)/python -m bench docs

relevance: $(VENV)/.installed-bench  ## measure how good the answers are over the sets in EVAL (and with INDEX, ml_questions), and write docs/relevance.md; REUSE=1 embeds nothing again
	$(BIN)/python -m bench.relevance --eval $(EVAL) $(if $(wildcard $(INDEX)/CURRENT),--index $(INDEX)) $(if $(REUSE),--reuse)

answers: $(VENV)/.installed-bench  ## measure PARTS (all of them) of docs/answers.md with INDEX and EVAL, and write its tables
	$(BIN)/python -m bench.answers $(PARTS) --index $(INDEX) --eval $(EVAL)

bench-txtai:  ## set txtai up in an environment of its own, as a contender of `make bench`
	$(PYTHON) -m venv bench/.txtai
	bench/.txtai/bin/python -m pip install --quiet --disable-pip-version-check -r bench/txtai.txt

clean:
	rm -rf $(VENV) bench/.txtai build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "error: $(PYTHON) is older than Python 3.11"; echo "hint: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "installing into $(VENV): a few minutes the first time"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.installed-serve: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "installing into $(VENV): a few minutes the first time"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[serve]"
	@touch $(VENV)/.installed $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "installing into $(VENV): a few minutes the first time"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch $(VENV)/.installed $@

$(VENV)/.installed-bench: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "installing into $(VENV): a few minutes the first time"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[bench]"
	@touch $(VENV)/.installed $@
