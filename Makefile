# Everything a developer or a first visitor types. `make` alone lists the targets.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
PYTEST_ARGS ?=
# A test waits, for a modem or a program, as long as it computes: three processes keep two cores busy. The number of cores is
# not asked, as in a container it is the one of the machine around it.
TEST_PROCESSES ?= 3
SOAK_ARGS ?=
CRASH_ARGS ?=
DEB_REVISION ?= 1

# One stamp for each set of packages; a stamp is older than its files when something must be installed again.
RUN_READY := $(VENV)/.ready-to-run
DEV_READY := $(VENV)/.ready-to-develop
RUN_FILES := requirements.txt requirements-build.txt
DEV_FILES := requirements-dev.txt

SHELL := /bin/sh
.SHELLFLAGS := -euc
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help run test lint format bench soak crash interop usb deb programs usb-programs requirements clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## */  make \1\t/' | expand -t 22
	@echo '  Variables: PYTHON=python3.12 (which Python makes $(VENV)), PYTEST_ARGS="-k name" (for test and interop),'
	@echo '  TEST_PROCESSES=8 (how many run the tests at once).'

run: $(RUN_READY) ## start the gateway on four emulated modems, 127.0.0.1:8080, data in ./var
	@exec $(BIN)/gsm-gateway demo

test: $(DEV_READY) ## run every test; those that need a missing program of the system say that they are skipped
	$(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist worksteal $(PYTEST_ARGS)

lint: $(DEV_READY) ## check style, format, types and who imports whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict
	$(BIN)/lint-imports

format: $(DEV_READY) ## bring the code into the house's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(DEV_READY) ## measure speed on emulated modems and print the figures
	$(BIN)/python -m tests.bench

soak: $(DEV_READY) ## live through a day of traffic and troubles in minutes (SOAK_ARGS="--seed 7 --hours 2")
	$(BIN)/python -m tests.soak $(SOAK_ARGS)

crash: $(DEV_READY) ## kill the gateway and cut its power, thousands of times (CRASH_ARGS="--kills 2000 --seed 7 --minutes 30")
	$(BIN)/python -m tests.crash $(CRASH_ARGS)

interop: $(DEV_READY) programs ## run the tests against other people's programs (as root: installs them first)
	$(BIN)/python -m pytest -m interop $(PYTEST_ARGS)

usb: $(DEV_READY) usb-programs ## install the .deb in a guest system with emulated USB modems and check it there (root, Debian)
	$(BIN)/python -m pytest -m usb tests/usb $(PYTEST_ARGS)

# Another DEB_REVISION makes apt see an upgrade; DEBFULLNAME and DEBEMAIL say who built it.
deb: $(RUN_READY) ## build dist/gsm-gateway_*.deb for this machine's architecture, Python inside
	@packaging/deb/build $(abspath $(BIN)/python) $(DEB_REVISION)

# Each program that tests start, and its Debian package. gammu-smsd keeps its messages in SQLite by libdbi; the curl of PHP is
# a package of its own.
programs: PROGRAMS := gammu:gammu gammu-smsd:gammu-smsd smsd:smstools bearerbox:kannel gnokii:gnokii-cli \
  ModemManager:modemmanager dbus-daemon:dbus chromium:chromium umockdev-wrapper:umockdev curl:curl php:php-cli
programs: DBI_SQLITE := libdbd-sqlite3
programs: PHP_CURL := php-curl
usb-programs: PROGRAMS := qemu-system-x86_64:qemu-system-x86 mmdebstrap:mmdebstrap nbdkit:nbdkit socat:socat
programs: PROGRAMS += php:php-cli node:nodejs strace:strace

# Debian starts a daemon as soon as its package is installed unless policy-rc.d forbids it; most of these bring one.
programs: ## install the programs of the interop tests if this is root on a Debian system and they are missing
programs usb-programs:
	@missing= packages=
	for pair in $(PROGRAMS); do
	  PATH="$$PATH:/usr/local/sbin:/usr/sbin:/sbin" command -v "$${pair%%:*}" >/dev/null && continue
	  missing="$$missing $${pair%%:*}"
	  packages="$$packages $${pair#*:}"
	done
	if [ -n "$(DBI_SQLITE)" ] && ! ls /usr/lib/*/dbd/libdbdsqlite3.so >/dev/null 2>&1; then
	  missing="$$missing $(DBI_SQLITE)"
	  packages="$$packages $(DBI_SQLITE)"
	fi
	if [ -n "$(PHP_CURL)" ] && ! php -m 2>/dev/null | grep -qx curl; then
	  missing="$$missing $(PHP_CURL)"
	  packages="$$packages $(PHP_CURL)"
	fi
	[ -n "$$missing" ] || exit 0
	if [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
	  echo "make: SKIPPED, not here and not to be installed:$$missing; their tests will be skipped." >&2
	  echo "make: as root on Debian: apt-get install$$packages" >&2
	  exit 0
	fi
	policy=/usr/sbin/policy-rc.d
	if [ ! -e "$$policy" ]; then
	  trap 'rm -f "$$policy"' EXIT
	  printf '#!/bin/sh\nexit 101\n' >"$$policy"
	  chmod 755 "$$policy"
	fi
	export DEBIAN_FRONTEND=noninteractive
	{ apt-get -q update && apt-get -q install -y --no-install-recommends $$packages; } </dev/null ||
	  echo "make: SKIPPED, could not be installed:$$missing; their tests will be skipped." >&2

requirements: $(VENV)/pyvenv.cfg ## choose the newest packages that pyproject.toml admits and write the requirements files
	@$(PIP) install --quiet 'uv>=0.9'
	work=$$(mktemp -d)
	trap 'rm -rf "$$work"' EXIT
	# The lock file names the registry it was made from: it stays in the temporary folder, only the hashes come out.
	cp pyproject.toml "$$work"
	$(BIN)/uv lock --quiet --project "$$work"
	write() {
	  file=$$1
	  shift
	  echo '# Written by `make requirements` from pyproject.toml; do not edit.' >"$$work/$$file"
	  $(BIN)/uv export --quiet --project "$$work" --frozen --format requirements-txt \
	    --no-emit-project --no-header "$$@" >>"$$work/$$file"
	  cat "$$work/$$file" >"$$file"
	}
	write requirements.txt --no-dev
	write requirements-build.txt --only-group build
	write requirements-dev.txt --all-groups

clean: ## remove .venv, caches and build output; ./var holds data and stays
	rm -rf $(VENV) dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find gateway modem tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/pyvenv.cfg:
	@command -v $(PYTHON) >/dev/null || { echo 'make: no $(PYTHON) here. Install Python 3.11 or newer, or name one: make PYTHON=/path/to/python3' >&2; exit 1; }
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
	  echo "make: $(PYTHON) is $$($(PYTHON) -V 2>&1), but 3.11 or newer is needed. Name another: make PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || {
	  echo 'make: $(PYTHON) has no venv module. On Debian and Ubuntu: apt-get install python3-venv' >&2; exit 1; }
	echo 'Making $(VENV) ...'
	$(PYTHON) -m venv $(VENV)

# The two sets are separate because `make run` must need no compiler anywhere, and some checking tools have no wheel
# for 32-bit ARM.
$(RUN_READY): $(VENV)/pyvenv.cfg pyproject.toml $(RUN_FILES)
	@echo 'Installing the packages the gateway needs ...'
	$(PIP) install --quiet --require-hashes $(addprefix -r ,$(RUN_FILES))
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	touch $@

$(DEV_READY): $(RUN_READY) $(DEV_FILES)
	@echo 'Installing the packages the tests need ...'
	$(PIP) install --quiet --require-hashes $(addprefix -r ,$(DEV_FILES))
	touch $@

.ONESHELL:
