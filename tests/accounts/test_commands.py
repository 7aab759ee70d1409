"""`flask account`: for the operator alone, in Chinese, with exit codes."""

import json

import pytest
from click.testing import Result
from flask import Flask

from registry.accounts.models import Account, AccountState
from registry.kernel.actor import NOBODY, Role
from registry.kernel.uow import Units
from tests.accounts import build
from tests.accounts.visiting import Browser, application
from tests.conftest import Clock

NEW = "另一句没有人会猜到的话，是不是"


@pytest.fixture
def app(units: Units) -> Flask:
    return application(units)


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=["account", *words])


def test_the_first_administrator_comes_in_by_a_link_of_one_day(app: Flask, clock: Clock) -> None:
    said = run(app, "open", "--login", "first", "--role", "security-admin", "--json")
    link = json.loads(said.stdout)["url"].removeprefix("https://zhuze.test")
    late = run(app, "open", "--login", "late", "--role", "system-admin").stdout.split()[-1]

    assert Browser(app).post(link, {"password": NEW, "again": NEW}).location == "/sign-in/enrol"
    clock.forward(hours=24)
    assert Browser(app).get(late.removeprefix("https://zhuze.test")).status_code == 404


def test_no_account_is_there_before_the_operator_opens_one(app: Flask) -> None:
    assert json.loads(run(app, "list", "--json").stdout) == []


@pytest.mark.parametrize("words", [
    ["open", "--login", "x", "--role", "security-admin"],
    ["open", "--login", "first", "--role", "king"],
    ["open", "--login", "first", "--role", "firm-filer", "--uscc", "91370102000000001X"],
    ["disable", "nobody"],
    ["unlock", "nobody"],
])
def test_what_cannot_be_done_is_said_and_exits_2(app: Flask, words: list[str]) -> None:
    said = run(app, *words)

    assert said.exit_code == 2
    assert "Traceback" not in said.output


def test_listing_disabling_and_unlocking(units: Units, app: Flask) -> None:
    account = build.officer(units, region="370102")

    [listed] = json.loads(run(app, "list", "officer", "--json").stdout)
    assert listed["roles"] == [{"role": Role.OFFICER.value, "region": "370102"}]
    assert "质量监督员" in run(app, "list").stdout
    assert run(app, "unlock", "OFFICER").exit_code == 0
    assert run(app, "disable", "officer").exit_code == 0
    with units.reading(NOBODY) as uow:
        assert uow.get(Account, account.id).state is AccountState.DISABLED


def test_a_code_is_shown_on_demo_data_alone(units: Units, app: Flask, clock: Clock) -> None:
    build.officer(units)

    refused = run(app, "code", "officer")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert run(application(units, demo=True), "code", "officer").stdout.strip() == build.code(clock.at)


def test_help_is_in_chinese(app: Flask) -> None:
    said = run(app, "--help").stdout

    assert "账户：开户、停用、解除等待。" in said
    for command in ("open", "code", "list", "disable", "unlock"):
        assert "退出码" in run(app, command, "--help").stdout or command == "list"
