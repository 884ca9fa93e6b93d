# Two commands are enough: `make run` and `make test`. `make help` lists the others.

# Settings, for example `make run PORT=8001`:
PORT ?= 8000
# A Python 3.12 or newer; without one named, the best on PATH.
PYTHON ?=
# Where the site keeps everything of its own: database, mails, photos, secrets.
LOCAL_DIR ?= .local
# Folder with the sample files of banks, cameras and calendars.
CORPORA ?= ../shared/corpora
# More arguments for pytest, for example `make test ARGS="tests/events -x"`.
ARGS ?=

export PORT PYTHON LOCAL_DIR

venv_python := .venv/bin/python
# The virtual environment, up to date with the lock file named; takes a moment when it already is.
make_venv = python=$$(sh bin/find-python "$$PYTHON") && "$$python" bin/make_venv.py

.DEFAULT_GOAL := help
.PHONY: help run test corpora drill-a11y drill-staff-a11y drill-moderation drill-privacy drill-timing drill-door drill-dossier drill-wall drill-memory drill-migrations drill-uploads drill-statements drill-seats drill-attendees drill-fuzz drill-release drill-tls check-containers drill-backup drill-crash drill-scale drill-crawl drill-lighthouse drill-degraded drill-overload drill-cache drill-observatory drill-scan guide guide-check audit sbom tools bench lint format check messages lock clean reset

help: ## Show this list
	@printf 'make run starts the whole site, make test proves that it works.\n\n'
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '\nSettings: PORT=%s, PYTHON=/path/to/python, LOCAL_DIR=%s\n' "$$PORT" "$$LOCAL_DIR"

run: ## Start the site at http://localhost:8000/ (PORT=8001 for another port)
	@$(make_venv) requirements.txt
	@exec $(venv_python) -m campaign_site.launcher

test: ## Run all tests, in a real browser too (ARGS="tests/events -x" for some)
	@$(make_venv) requirements-dev.txt
	@browser=$$($(venv_python) tests/chromium.py) && eval "$$browser" && exec sh bin/run-tests $(ARGS)

corpora: ## Run the tests on sample files from banks and cameras (CORPORA=folder)
	@$(make_venv) requirements-dev.txt
	@test -d "$(CORPORA)" || { echo "There is no folder $(CORPORA): name one, CORPORA=folder."; exit 1; }
	@CORPORA=$$(cd "$(CORPORA)" && pwd) && export CORPORA && exec sh bin/run-tests -m corpora $(ARGS)

drill-a11y: ## Check every screen: axe, keyboard, zoom, spacing, valid HTML, in all languages
	@$(make_venv) requirements-dev.txt
	@browser=$$($(venv_python) tests/chromium.py) && eval "$$browser" && exec sh bin/run-tests \
		-m drill -s --dist load tests/browser/test_a11y_drill.py tests/browser/test_screen_checks.py \
		$(ARGS)

drill-staff-a11y: ## Check every staff screen with axe, wide and narrow, in all languages
	@$(make_venv) requirements-dev.txt
	@browser=$$($(venv_python) tests/chromium.py) && eval "$$browser" && exec sh bin/run-tests \
		-m drill -s --dist load tests/browser/test_staff_screens.py tests/browser/test_today.py \
		tests/browser/test_mail_words.py tests/browser/test_checking.py $(ARGS)

drill-privacy: ## Let one person act and be erased, and search everything for what is left
	@$(make_venv) requirements-dev.txt
	@exec sh bin/run-tests tests/test_canary_drill.py $(ARGS)

drill-moderation: ## Decide on three hundred photos from the keyboard, and take pictures of it
	@$(make_venv) requirements-dev.txt
	@browser=$$($(venv_python) tests/chromium.py) && eval "$$browser" && exec sh bin/run-tests \
		-m drill -s tests/browser/test_moderation_drill.py $(ARGS)

drill-timing: ## Measure that every link that opens nothing takes the same time to say so
	@$(make_venv) requirements-dev.txt
	@exec sh bin/run-tests -m drill -s tests/test_timing_drill.py $(ARGS)

drill-door: ## Flood the forms from a thousand networks, and then let somebody honest in
	@$(make_venv) requirements-dev.txt
	@exec sh bin/run-tests -m drill -s tests/supporters/test_door_floods.py $(ARGS)

drill-dossier: ## Make a dossier of 2000 photos with a worker that is killed half-way
	@$(make_venv) requirements-dev.txt
	@exec sh bin/run-tests -m drill -s tests/solidarity/test_dossier_drill.py $(ARGS)

drill-wall: ## Measure the pages of a wall of a thousand and of a million photos
	@$(make_venv) requirements-dev.txt
	@exec sh bin/run-tests -m drill -s tests/solidarity/test_wall_drill.py $(ARGS)

drill-migrations: ## Bring the photos and the events of an earlier version up to date, and back
	@$(make_venv) requirements-dev.txt
	@exec sh bin/run-tests -m drill -s tests/solidarity/test_migration_drill.py \
		tests/events/test_migration_drill.py $(ARGS)

drill-uploads: ## Kill the site 200 times while photos arrive, and look for what was promised
	@$(make_venv) requirements-dev.txt
	@exec sh bin/run-tests -m drill -s tests/solidarity/test_kill_drill.py $(ARGS)

drill-memory: ## Clean the largest photo of every format and measure the memory it takes
	@$(make_venv) requirements-dev.txt
	@exec sh bin/run-tests -m drill -s tests/solidarity/test_memory_drill.py $(ARGS)

drill-statements: ## Kill an import of a bank statement 50 times: nothing of it is booked, or all
	@$(make_venv) requirements-dev.txt
	@exec sh bin/run-tests -m drill -s tests/donations/test_import_kill_drill.py $(ARGS)

drill-attendees: ## Give an event ten thousand sign-ups, and open its screens and its file
	@$(make_venv) requirements-dev.txt
	@exec sh bin/run-tests -m drill -s -n 0 tests/events/test_many_sign_ups.py $(ARGS)

drill-seats: ## Let crowds race for the places of an event at a real server, 50 rounds of each
	@$(make_venv) requirements-dev.txt
	@exec sh bin/run-tests -m drill -s tests/events/test_seats_drill.py $(ARGS)

drill-fuzz: ## 100,000 made-up files for each statement reader, 10,000 lives of a ledger and an event
	@$(make_venv) requirements-dev.txt
	@STATEMENT_CASES=100000 LEDGER_RUNS=10000 SEATS_RUNS=10000 && \
		export STATEMENT_CASES LEDGER_RUNS SEATS_RUNS && \
		exec sh bin/run-tests -m fuzz tests/donations tests/events $(ARGS)

drill-qr: ## Read thousands of pictures of QR codes, in good and bad light, and compare with zxing-cpp
	@$(make_venv) requirements-dev.txt
	@browser=$$($(venv_python) tests/chromium.py) && eval "$$browser" && exec sh bin/run-tests \
		-m drill -s -n 0 tests/browser/test_qr_scanner.py $(ARGS)

drill-release: ## Release a new version and take it back under load: nobody notices (ROUNDS=1 READERS=4)
	@$(make_venv) requirements-dev.txt
	@exec sh bin/run-tests -m drill -s -n 0 tests/deploy/test_release_drill.py $(ARGS)

drill-tls: ## Examine the encryption with testssl.sh, and send what no server should misread
	@$(make_venv) requirements-dev.txt
	@exec sh bin/run-tests -m drill -s -n 0 tests/deploy/test_tls_drill.py \
		tests/deploy/test_http_drill.py tests/deploy/test_units_drill.py $(ARGS)

check-containers: ## Check Containerfile and compose file; says what could not be tried without an engine
	@$(make_venv) requirements-dev.txt
	@sh bin/check-containers

drill-cache: ## Measure how long a change takes to be seen through nginx, Varnish and the site (ROUNDS=10)
	@$(make_venv) requirements-dev.txt
	@exec sh bin/run-tests -m drill -s -n 0 tests/serving $(ARGS)

drill-degraded: ## Take the database, the cache, mail, the worker and the disk away, one by one
	@$(make_venv) requirements-dev.txt
	@exec sh bin/run-tests -m drill -s -n 0 tests/failing/test_degraded_drill.py \
		tests/failing/test_database_deadlines.py tests/failing/test_fallback_pages.py $(ARGS)

drill-overload: ## Flood the site three times beyond what it can do, and look at who is served
	@$(make_venv) requirements-dev.txt
	@exec sh bin/run-tests -m drill -s -n 0 tests/failing/test_overload_drill.py $(ARGS)

drill-scale: ## Run two application hosts and a worker host, and kill one of each under load
	@$(make_venv) requirements-dev.txt
	@exec sh bin/run-tests -m drill -s -n 0 tests/scaling/test_scale_drill.py $(ARGS)

drill-backup: ## Lose the whole machine and bring it back: all of it, a moment, without the erased
	@$(make_venv) requirements-dev.txt
	@exec sh bin/run-tests -m drill -s -n 0 tests/saving/test_backup_drill.py $(ARGS)

drill-crash: ## Kill everything 200 times under load, and look for what anybody was told
	@$(make_venv) requirements-dev.txt
	@exec sh bin/run-tests -m drill -s -n 0 tests/saving/test_crash_drill.py $(ARGS)

drill-crawl: ## Follow every link of the whole site in a browser and watch what each page does
	@$(make_venv) requirements-dev.txt
	@browser=$$($(venv_python) tests/chromium.py) && eval "$$browser" && exec sh bin/run-tests \
		-m drill -s -n 0 tests/browser/test_crawl.py $(ARGS)

drill-lighthouse: ## Run Lighthouse on every kind of page (RUNS=1 LANGUAGES=en ONLY="home,event")
	@$(make_venv) requirements-dev.txt
	@browser=$$($(venv_python) tests/chromium.py) && eval "$$browser" && exec sh bin/run-tests \
		-m drill -s -n 0 tests/lighthouse/test_lighthouse.py $(ARGS)

audit: tools ## Ask whether a locked package is known to be vulnerable (needs the internet)
	@.local/tools/bin/python bin/audit.py

sbom: ## List what the site is made of, in docs/sbom.json
	@$(make_venv) requirements-dev.txt
	@$(venv_python) bin/audit_sbom.py

tools: ## Make .local/tools with the programs that audit and scan
	@$(make_venv) requirements-tools.txt .local/tools

drill-observatory: ## Score every kind of page of the shipped site with Mozilla's Observatory
	@$(make_venv) requirements-dev.txt
	@exec sh bin/run-tests -m drill -s -n 0 tests/observatory $(ARGS)

drill-scan: ## Look for weak spots with bandit, wapiti and crooked requests (SECONDS=600, make tools)
	@$(make_venv) requirements-dev.txt
	@exec sh bin/run-tests -m drill -s -n 0 tests/security/test_scan_drill.py $(ARGS)

guide: ## Take the pictures of the editors' guide anew (ONLY=today,login for some of them)
	@$(make_venv) requirements-dev.txt
	@browser=$$($(venv_python) tests/chromium.py) && eval "$$browser" && \
		LOCAL_DIR="$(LOCAL_DIR)/guide" exec sh bin/run-tests \
		-m drill -s -n 0 tests/guide/test_taking.py $(ARGS)

guide-check: ## Take the pictures of the editors' guide once more and compare them with the stored
	@CHECK=1 $(MAKE) --no-print-directory guide

bench: ## Compare pages, lists, photos, statements and sign-ups with the plain ways (ONLY="pages lists")
	@$(make_venv) requirements-dev.txt
	@$(make_venv) requirements-tools.txt .local/tools
	@result=0; for name in $${ONLY:-pages lists photo_cleaning statement_coda statement_camt \
		statement_booking sign_ups pledges}; do \
		printf '\n%s\n' "$$name"; $(venv_python) benchmarks/$$name.py || result=1; done; exit $$result

lint: ## Check the style of the code and which way imports point
	@$(make_venv) requirements-dev.txt
	$(venv_python) -m ruff check .
	$(venv_python) -m ruff format --check .
	.venv/bin/lint-imports

format: ## Put the code in shape
	@$(make_venv) requirements-dev.txt
	$(venv_python) -m ruff check --fix .
	$(venv_python) -m ruff format .

check: ## Check production settings, migrations and translations
	@$(make_venv) requirements-dev.txt
	@sh bin/check

messages: ## Bring the French and Dutch catalogues up to date with the code
	@$(make_venv) requirements-dev.txt
	@$(venv_python) -m campaign_site.catalogues update

lock: ## Compile the lock files again, with the newest versions allowed
	@$(make_venv) requirements-dev.txt
	@command -v uv >/dev/null || $(venv_python) -m pip install --quiet uv==0.13.9
	@for name in requirements requirements-dev requirements-tools; do \
		PATH="$$PATH:.venv/bin" uv pip compile --upgrade --universal --python-version 3.12 \
			--generate-hashes --no-emit-index-url --quiet \
			--custom-compile-command "make lock" --output-file $$name.txt $$name.in || exit 1; \
	done

clean: ## Remove the virtual environment and what tools have left
	@rm -rf .venv .coverage htmlcov .pytest_cache .ruff_cache .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

reset: ## Remove the site's own data: database, mails, photos, secrets
	@printf 'Remove %s with its database, mails, photos and secrets? Type yes: ' "$$LOCAL_DIR"
	@read -r answer && test "$$answer" = yes || { echo "Nothing was removed."; exit 1; }
	@for server in postgres postgres-test; do \
		test ! -d "$$LOCAL_DIR/$$server" || $(venv_python) -m campaign_site.postgres stop \
			"$$LOCAL_DIR/$$server" || exit 1; \
	done
	@test ! -L "$$LOCAL_DIR/postgres-test" || \
		rm -rf "$$(dirname "$$(readlink "$$LOCAL_DIR/postgres-test")")"
	@rm -rf "$$LOCAL_DIR"
