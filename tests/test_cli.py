"""The operators' commands: in Chinese, told apart by their exit codes, at work whether or not anybody serves."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import psycopg
import pytest
from click.testing import Result
from flask import Flask

from registry.adapters import embedded
from registry.app import create_app
from registry.cli import DOWN, IN_ORDER, NOT_IN_ORDER, WRONG
from registry.config import Config

Run = Callable[..., Result]
ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application of its own on an embedded server of its own, with nothing in it."""
    var = tmp_path_factory.mktemp("operated")
    app = create_app(Config.from_env({"VAR": str(var)}))
    yield app
    app.extensions["units"].bind.dispose()
    app.extensions["units"].tools.printer.close()
    assert not embedded.is_running(var)


@pytest.fixture
def run(app: Flask) -> Run:
    def running(*words: str) -> Result:
        result = app.test_cli_runner().invoke(args=list(words))
        app.extensions["units"].bind.dispose()  # the server stops with the command
        return result

    return running


def leaves(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield name, command
        return
    for inner, one in sorted(command.commands.items()):
        yield from leaves(one, f"{name} {inner}".strip())


def test_every_command_and_every_option_explains_itself_in_chinese(app: Flask) -> None:
    silent = []
    for name, command in leaves(app.cli, ""):
        texts = [command.help, *(one.help for one in command.get_params(click.Context(command)) if isinstance(one, click.Option))]
        silent += [name for text in texts if not any("一" <= letter <= "鿿" for letter in text or "")]
    assert silent == []


def test_the_help_of_the_program_itself_is_in_chinese() -> None:
    flask = Path(sys.executable).parent / "flask"
    told = subprocess.run([flask, "--help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "工程质量终身责任登记系统的运维命令" in told
    assert "general utility script" not in told
    assert told.count("Usage:") == 1
    assert "import-roster" in told
    assert "追溯材料去向" in told


def test_what_operators_need_is_there(app: Flask) -> None:
    names = {name for name, _command in leaves(app.cli, "")}
    assert names >= {
        "init", "demo", "import-roster", "work", "doctor", "trace", "backup", "restore", "keys add", "keys reseal",
        "ledger audit", "ledger checkpoint", "ledger prove", "storage check", "storage sweep", "account open",
    }


def test_an_empty_database_is_told_in_a_sentence(run: Run) -> None:
    result = run("ledger", "audit")
    assert (result.exit_code, "请先运行 flask init" in result.stderr) == (DOWN, True)


def test_the_doctor_refuses_an_empty_database(run: Run) -> None:
    result = run("doctor", "--json")
    said = json.loads(result.stdout)
    assert (result.exit_code, said["ok"]) == (NOT_IN_ORDER, False)
    assert any("请运行 flask init" in finding["says"] for finding in said["findings"] if finding["grave"])


def test_init_can_be_run_again_and_again(run: Run) -> None:
    first, second = json.loads(run("init", "--json").stdout), json.loads(run("init", "--json").stdout)
    assert first["standards_entered"] > 0
    assert second == first | {"standards_entered": 0}


def test_the_doctor_passes_what_init_has_made_and_hides_the_secrets(run: Run, app: Flask) -> None:
    run("init")
    result = run("doctor")
    assert result.exit_code == IN_ORDER, result.output
    assert app.extensions["config"].secret_key not in result.stdout


def test_a_backup_brings_back_what_was_there(run: Run, app: Flask, tmp_path: Path) -> None:
    run("init")
    var = app.extensions["config"].var
    assert run("backup", str(tmp_path / "zhuze.dump")).exit_code == IN_ORDER
    with embedded.using(var), psycopg.connect(embedded.superuser_url(var).replace("+psycopg", "").replace(
        "/postgres?", "/zhuze?"
    )) as thief:
        thief.execute("SET session_replication_role = replica")
        thief.execute("DELETE FROM standard_edition")
    assert run("ledger", "audit").exit_code == NOT_IN_ORDER
    assert run("restore", "--yes", str(tmp_path / "zhuze.dump")).exit_code == IN_ORDER
    assert run("ledger", "audit").exit_code == IN_ORDER


def test_a_broken_backup_changes_nothing(run: Run, tmp_path: Path) -> None:
    run("init")
    run("backup", str(tmp_path / "zhuze.dump"))
    (tmp_path / "broken.dump").write_bytes((tmp_path / "zhuze.dump").read_bytes()[:4000])
    assert run("restore", "--yes", str(tmp_path / "broken.dump")).exit_code == DOWN
    assert json.loads(run("init", "--json").stdout)["standards_entered"] == 0


def test_restoring_asks_first(run: Run, tmp_path: Path) -> None:
    run("init")
    run("backup", str(tmp_path / "zhuze.dump"))
    assert run("restore", str(tmp_path / "zhuze.dump")).exit_code == NOT_IN_ORDER


def test_a_new_key_is_added_behind_the_old_one(run: Run, app: Flask) -> None:
    kept = app.extensions["config"].var / "secrets" / "vault_keys"
    before = kept.read_text()
    result = run("keys", "add")
    assert result.exit_code == IN_ORDER
    assert kept.read_text().startswith(before)
    assert [line.split(":")[0] for line in kept.read_text().split()] == ["1", "2"]
    assert run("keys", "add").exit_code == WRONG  # the running process does not know the first one yet
