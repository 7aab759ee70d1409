# The commands people type. `make run` and `make test` are all one needs to know.

PYTHON = .venv/bin/python
COMPILE = .venv/bin/uv pip compile --quiet --universal --generate-hashes --python-version 3.11

.PHONY: help run serve test setup lint bench lock

help:
	@echo 'make run    演示：装好环境，建好数据库和演示城市，打开 http://127.0.0.1:8000'
	@echo 'make serve  正式：同上，不带演示数据'
	@echo 'make test   全部测试（含浏览器测试）'
	@echo 'make setup  只准备环境'
	@echo 'make lint   代码检查'
	@echo 'make bench  性能测量'
	@echo 'make lock   重新锁定依赖版本'

run: setup
	@setpriv --pdeathsig TERM $(PYTHON) -m registry.serving --demo

serve: setup
	@setpriv --pdeathsig TERM $(PYTHON) -m registry.serving

setup:
	@.ci/setup.sh run

test:
	@.ci/setup.sh test
	@$(PYTHON) -m pytest -n 2 --dist worksteal

lint:
	@.ci/setup.sh test
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports

bench:
	@.ci/setup.sh test
	@$(PYTHON) -m benchmarks

lock:
	@.ci/setup.sh run
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check uv
	@$(COMPILE) requirements.in -o requirements.txt
	@$(COMPILE) tests/requirements.in -o tests/requirements.txt
