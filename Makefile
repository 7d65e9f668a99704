# Two commands are enough: `make run` shows it, `make test` checks it. Both set up what they need.

PYTHON = .venv/bin/python
.PHONY: help setup run test checks lint types test-window test-kernel test-headless test-trust test-programs test-alone test-system test-faults deb test-deb flatpak-wheels test-flatpak bench gallery lock clean

help:
	@echo "make run      set up, then show mpmanager at work (in a lab of network namespaces where there is one network only)"
	@echo "make test     set up, then check everything: lint, types, all tests, those that need no Qt without it"
	@echo "make lint     ruff and import-linter"
	@echo "make types    mypy --strict"
	@echo "make test-system  check on other kernels and with real Wi-Fi, in emulated machines: docs/system-tests.md"
	@echo "make test-faults  kills, flapping, lost events and the like at full length: docs/faults.md"
	@echo "make deb      build the Debian packages into build/deb: docs/packages.md"
	@echo "make test-deb install, upgrade and remove them on fresh Debian 12 and 13 systems"
	@echo "make flatpak-wheels   fetch what the window's Flatpak is built of: flatpak/README.md"
	@echo "make test-flatpak     do what its manifest says without a runtime, and open the window"
	@echo "make gallery  take pictures of every page of the window, in every state"
	@echo "make bench    print the figures next to those of the stock kernel and tools"
	@echo "make lock     renew the locked versions from the ranges in pyproject.toml"

setup:
	@sh packaging/setup.sh

run: setup
	@.venv/bin/mpm tour

# Two processors: two rows of tests beside each other, then two more, then what measures times, on its own.
test: setup
	$(MAKE) --no-print-directory -j2 --output-sync=line test-kernel test-headless
	$(MAKE) --no-print-directory -j2 --output-sync=line test-trust test-programs
	$(MAKE) --no-print-directory test-alone

checks: lint types

lint: setup
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports --no-cache

types: setup
	.venv/bin/mypy

# All tests in one: $(PYTHON) -m pytest
test-window: checks
	QT_QPA_PLATFORM=offscreen $(PYTHON) -m pytest -m "gui and not netns" tests/gui

test-kernel: test-window
	$(PYTHON) -m pytest -m netns tests/contract tests/netns/network

TRUST = $(wildcard tests/end_to_end/test_*trust*.py)

test-trust: setup
	$(PYTHON) -m pytest -m "netns and not alone" $(TRUST)

test-programs: setup
	$(PYTHON) -m pytest -m "netns and not alone" tests/end_to_end tests/faults tests/netns --ignore=tests/netns/network $(TRUST:%=--ignore=%)

test-alone: setup
	QT_QPA_PLATFORM=offscreen $(PYTHON) -m pytest -m "netns and alone" tests/end_to_end tests/netns

# Everything but the window must work where Qt is not installed.
test-headless:
	@sh packaging/setup.sh --headless
	.venv-headless/bin/python -m pytest -m "not netns and not gui" --ignore=tests/gui

# Takes about half an hour, as root. GUESTS="wifi" runs some of the machines only.
test-system: deb
	nice $(PYTHON) tests/system/run.py $(GUESTS)

# Takes about ten minutes, as root.
test-faults: setup
	$(PYTHON) tests/faults/run.py $(FAULTS)

# The same sources and lock files give the same bytes.
deb: setup
	$(PYTHON) packaging/debian/build.py

# Takes some ten minutes, as root. SYSTEMS="trixie" tries one of them only.
test-deb: deb
	$(PYTHON) tests/packages/run.py $(SYSTEMS)

flatpak-wheels: setup
	$(PYTHON) flatpak/wheels.py

# Takes about three minutes.
test-flatpak: setup
	$(PYTHON) flatpak/try_install.py

bench: setup
	$(PYTHON) tests/bench/bench_latency.py
	$(PYTHON) tests/bench/bench_snapshot.py
	$(PYTHON) tests/bench/bench_revocation.py
	$(PYTHON) tests/bench/bench_patterns.py
	$(PYTHON) tests/bench/bench_options.py
	$(PYTHON) tests/bench/bench_policies.py
	$(PYTHON) tests/bench/bench_daemon.py
	QT_QPA_PLATFORM=offscreen $(PYTHON) tests/bench/bench_window.py
	.venv/bin/mpm bench backup --quick
	@echo "Half an hour of churn, for leaks and for bytes that no account has: .venv/bin/mpm bench soak"

# Every page in every state, to be looked at: build/gallery/index.html.
gallery: setup
	$(PYTHON) tests/gui/gallery.py

lock:
	sh packaging/lock.sh --upgrade

clean:
	rm -rf mpmanager/bpf/*.o mpmanager/preload/*.so .venv .venv-headless build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
