# Every tool of the project; `make help` lists them.
PYTHON ?= python3
PY := .venv/bin/python
ARGS ?=
N ?= 200000
ifdef PORT
export PORT
endif

.DEFAULT_GOAL := help
.PHONY: help run test check bench screenshots demo-large messages lock clean setup setup-dev

help: ## Cette liste
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 ou plus récent est nécessaire : installez-le (Debian, Ubuntu : apt install python3 python3-venv)." >&2; exit 1; }
	@$(PYTHON) scripts/installer.py

setup-dev:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 ou plus récent est nécessaire : installez-le (Debian, Ubuntu : apt install python3 python3-venv)." >&2; exit 1; }
	@$(PYTHON) scripts/installer.py --outils

run: setup ## Tout lancer sur cette machine (PORT=8000) ; Ctrl-C arrête
	@exec $(PY) scripts/lancer.py

test: setup-dev ## Tous les tests ; ARGS="chemin -k mot" pour choisir
	@exec $(PY) scripts/test.py -n 2 $(ARGS)

check: setup-dev ## Tous les contrôles : style, types, couches, migrations, traductions…
	@exec $(PY) scripts/controles.py

bench: setup-dev ## Les mesures de vitesse, sur une grande société
	@$(PY) scripts/bench.py $(ARGS) && $(PY) scripts/bench_preventif.py && $(PY) scripts/bench_calendrier.py && exec $(PY) scripts/bench_flux.py

screenshots: setup-dev ## Refaire les captures d’écran de la documentation
	@exec $(PY) scripts/captures.py $(ARGS)

demo-large: setup ## Une grande société dans la base de « make run » (N=200000 ; ARGS=--remplacer)
	@DEBUG=true $(PY) scripts/avec_services.py --durables sh -c '$(PY) manage.py migrate -v 0 && exec $(PY) manage.py demo --interventions $(N) $(ARGS)'

messages: setup-dev ## Mettre les catalogues de traduction à jour (locale/*/LC_MESSAGES/*.po)
	@$(PY) scripts/traductions.py extraire

lock: setup-dev ## Recompiler requirements*.txt depuis requirements*.in
	@$(PY) -m uv pip compile -q --universal --python-version 3.11 --no-header --no-annotate --no-emit-index-url --no-emit-find-links requirements.in -o requirements.txt
	@$(PY) -m uv pip compile -q --universal --python-version 3.11 --no-header --no-annotate --no-emit-index-url --no-emit-find-links requirements-dev.in -o requirements-dev.txt

clean: ## Effacer ce qui a été installé ou fabriqué (les données de var/ restent)
	rm -rf .venv node_modules static/vendor var/static .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find locale -name '*.mo' -delete
