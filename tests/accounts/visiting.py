"""Browsers for tests: the whole application on the test's own units of work, and somebody signed in to it."""

import re
from dataclasses import replace
from functools import cache
from tempfile import mkdtemp
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from registry.accounts.models import Account
from registry.accounts.sessions import Step, start
from registry.app import create_app
from registry.config import Config
from registry.kernel.actor import NOBODY, Actor
from registry.kernel.uow import Units
from tests.accounts import build

HOME = "https://zhuze.test"
TOKEN = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')


def application(units: Units, **settings: Any) -> Flask:
    """Return the whole application, CSRF and all, on units of work that are open already."""
    app = built(tuple(sorted(settings.items())))
    app.extensions["units"] = units
    return app


@cache
def built(settings: tuple[tuple[str, Any], ...]) -> Flask:
    """Build an application once for all tests; nothing in it outlives a request but its units of work."""
    config = Config.from_env({"VAR": mkdtemp(), "BASE_URL": HOME, "DATABASE_URL": "postgresql://unused"})
    return create_app(replace(config, **dict(settings)))


def cookie(app: Flask, token: str) -> tuple[str, str]:
    """Return name and value of the cookie of a session, for any kind of browser."""
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return app.config["SESSION_COOKIE_NAME"], signer.dumps({"_user_id": token})


class Browser:
    """Keeps cookies, follows nothing by itself, sends with each form the token of the page it stands on."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(path, base_url=HOME, **more)

    def post(
        self, path: str, fields: dict[str, Any] | None = None, at: str = "", **more: Any
    ) -> TestResponse:
        """Send the form that stands on the page `at` (the one it is sent to, without)."""
        found = TOKEN.search(self.get(at or path).text)
        assert found is not None, f"no form on {at or path}"
        return self.client.post(path, base_url=HOME, data={"csrf_token": found[1]} | (fields or {}), **more)

    def carry(self, name: str, value: str) -> None:
        self.client.set_cookie(name, value, domain="zhuze.test", secure=True)

    def cookie(self) -> str:
        held = self.client.get_cookie("__Host-zz", domain="zhuze.test")
        return held.value if held else ""


def signed_in(app: Flask, units: Units, login: str) -> Browser:
    """Return a browser in which the account of `login` has just signed in, without walking the pages."""
    browser = Browser(app)
    browser.carry(*cookie(app, build.let_in(units, login).token))
    return browser


def entered(app: Flask, units: Units, actor: Actor) -> Browser:
    """Return a browser with a session of the actor's own, opened just now; a stranger's for NOBODY.

    Neither password nor code is spent on it, so that the actor may go on to sign.
    """
    browser = Browser(app)
    if actor.account is not None:
        with units.writing(NOBODY) as uow:
            admission = start(uow, uow.get(Account, actor.account), build.HERE, Step.IN)
        browser.carry(*cookie(app, admission.token))
    return browser
