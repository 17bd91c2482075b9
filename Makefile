# make setup   what everything else needs: .venv, web/node_modules, the built console
# make demo    the server with demo people on http://localhost:8000
# make example-bank  a bank in three servers: Django on :8000, manage.py run_socketio on :8001, Next.js on http://localhost:3000
# make cluster a whole cluster on the loopback: PostgreSQL, Redis, two nodes, nginx on http://localhost:8000
# make test    every check: Python, TypeScript, browser
# make lint    only the static checks
# make types   the types of web/client, web/server and groat.client, and the methods of the latter two, from the server's
#              OpenAPI document
# make soak    the trials in rounds (kill -9 and the like), SOAK_ROUNDS=20 of each; make test does one; an hour at half
#              of the peak, SOAK_S=3600 seconds of it; and each parser fuzzed for a thirtieth of that
# make bench   the measurements, as JSON lines
# make audit   the dependencies against the lists of known holes
# make wheel   dist/groat-*.whl with the console inside
# make packages the wheel, and the npm packages of client, react, server and the console's types as dist/groat-*.tgz
# make examples the console module of examples/top_ups, whose built files are in git

PYTHON ?= python3
BIN := .venv/bin
STAMPS := .stamps
CONSOLE := src/groat/http/console/index.html
WEB_SOURCES := $(shell find web -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
SOAK_ROUNDS ?= 20
SOAK_S ?= 3600

.PHONY: setup python web demo example-bank cluster test lint types test-python test-web debian soak conformance bench wheel packages examples lock audit clean

setup: python web

python: $(STAMPS)/python
web: $(CONSOLE)

$(STAMPS)/python: requirements-dev.txt pyproject.toml examples/expense_claims/pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "groat needs Python 3.11 or newer; try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv \
	  || { echo "could not make .venv; on Debian: apt-get install python3-venv" >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e . -e examples/expense_claims
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/npm: web/package.json web/package-lock.json
	@command -v npm >/dev/null && node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)' \
	  || { echo "building the console needs Node 20 or newer, with npm" >&2; exit 1; }
	cd web && npm ci --no-audit --no-fund
	@mkdir -p $(STAMPS) && touch $@

$(CONSOLE): $(STAMPS)/npm $(WEB_SOURCES)
	cd web && npm run build
	@touch $@

demo: setup
	$(BIN)/groat demo

example-bank: setup
	$(BIN)/python examples/bank/start.py

cluster: setup debian
	$(BIN)/python deploy/cluster.py

lint: python
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The sources of the types are kept, too, so that npm test can tell whether they are current.
types: python $(STAMPS)/npm
	$(BIN)/python web/client/schemas.py > web/client/schemas.json
	$(BIN)/python web/server/operations.py > web/server/operations.json
	cd web && npm run wire -w client -w server
	$(BIN)/python web/console/kinds.py > web/console/tests/kinds.json
	$(BIN)/python web/console/notices.py > web/console/tests/notices.json
	cd web && npm run declared -w console && npm run texts -w console
	$(BIN)/python sdk/make_python.py

# What failed beside the others is run once more, alone; the last lines name it with its first failure. One that passes then
# is a finding all the same.
# A table tells the seconds of each folder beside its budget (tests/spending.py).
test-python: setup debian
	@$(BIN)/python -m tests.run

test-web: $(STAMPS)/npm
	cd web && npm test

test: setup lint test-web test-python

# The tests start servers and a browser of their own, from Debian's packages; as root these are installed, otherwise
# this says what is missing.
debian:
	@missing=""; \
	command -v chromium >/dev/null || command -v chromium-browser >/dev/null || missing="$$missing chromium"; \
	ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing="$$missing postgresql"; \
	command -v redis-server >/dev/null || missing="$$missing redis-server"; \
	PATH=$$PATH:/usr/sbin command -v nginx >/dev/null || missing="$$missing nginx-light"; \
	command -v faketime >/dev/null || missing="$$missing faketime"; \
	PATH=$$PATH:/usr/sbin command -v pgbouncer >/dev/null || missing="$$missing pgbouncer"; \
	test -z "$$missing" && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $$missing; \
	else \
	  echo "the tests need more of Debian: sudo apt-get install$$missing" >&2; exit 1; \
	fi

soak: setup debian
	GROAT_SOAK_ROUNDS=$(SOAK_ROUNDS) GROAT_SOAK_S=$(SOAK_S) $(BIN)/python -m pytest -m soak --timeout=0

# The official suites of Engine.IO and Socket.IO, from a checkout of socketio/socket.io that is given.
conformance: setup
	$(BIN)/python -m tests.live.socketio.conformance "$(SOCKETIO)"

bench: setup
	$(BIN)/groat bench
	@for script in benchmarks/*.py; do echo "# $$script" >&2; $(BIN)/python $$script || exit 1; done

wheel: setup
	rm -rf dist
	$(BIN)/python -m build --wheel --no-isolation

packages: wheel
	cd web && npm pack --silent --pack-destination ../dist -w client -w react -w module -w server

examples: web
	cd examples/top_ups/console && PATH=$(CURDIR)/web/node_modules/.bin:$$PATH vite build

# New locks after a change of requirements*.in; needs uv (pip install uv).
lock:
	uv pip compile -q -U --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
	  --custom-compile-command "make lock" requirements.in -o requirements.txt
	uv pip compile -q -U --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
	  --custom-compile-command "make lock" requirements-dev.in -o requirements-dev.txt

# The locked dependencies against the lists of known holes; needs a network that reaches these, so no test runs it.
audit: setup
	$(BIN)/python -m pip install --quiet --target .stamps/pip-audit pip-audit
	PYTHONPATH=.stamps/pip-audit $(BIN)/python -m pip_audit --require-hashes --disable-pip -r requirements.txt
	cd web && npm audit --omit=dev

clean:
	rm -rf .venv $(STAMPS) dist build web/node_modules src/groat/http/console
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
