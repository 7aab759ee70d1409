"""Storeys served alone: their own doors in the common frame, for tests of their pages."""

from collections.abc import Callable
from pathlib import Path
from secrets import token_hex
from types import SimpleNamespace

from flask import Blueprint, Flask, g, request
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from jinja2 import StrictUndefined

import registry
from registry.kernel.actor import NOBODY, Actor
from registry.kernel.errors import Refusal
from registry.kernel.uow import Units
from registry.web import filters, headers, uploads
from registry.web.door import guard
from registry.web.pages import page

ROOT = Path(registry.__file__).parent.parent
STATIC = ROOT / "registry" / "static"
FRAME = {
    "desks.home", "desks.search", "notices.inbox", "accounts.me", "accounts.sign_in", "accounts.sign_out",
    "accounts.confirm",
}
"""The doors the frame of a page leads to."""

Visit = Callable[[Actor], FlaskClient]


def visiting(units: Units, *doors: Blueprint) -> Visit:
    """Return a function that gives a browser signed in as somebody: visit(li).get("/standards")."""
    app = Flask("storey", template_folder=str(ROOT / "templates"), static_folder=str(STATIC))
    app.secret_key = token_hex()
    app.config.update(WTF_CSRF_ENABLED=False, TESTING=True)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.globals.update(csrf_token=lambda: "", demo=False)
    filters.install(app)
    headers.install(app)
    guard(app, units, lambda: request.environ.get("test.actor", NOBODY))
    uploads.install(app)
    app.context_processor(around)
    app.register_error_handler(Refusal, refused)
    for blueprint in doors:
        app.register_blueprint(blueprint)
    for endpoint in FRAME - set(app.view_functions):
        app.add_url_rule(f"/elsewhere/{endpoint}", endpoint, elsewhere)

    def visit(actor: Actor) -> FlaskClient:
        client = app.test_client()
        client.environ_base["test.actor"] = actor  # type: ignore[assignment]  # typed for headers only
        return client

    return visit


def around() -> dict[str, object]:
    site = SimpleNamespace(operator="", icp_record="", police_record="", site_code="", contact="")
    return {"actor": g.actor, "navigation": [], "unread": 0, "acting_for": "", "config_site": site}


def elsewhere() -> ResponseReturnValue:
    return ""


def refused(no: Refusal) -> ResponseReturnValue:
    return page("errors/refusal.html", no=no)[0], no.status
