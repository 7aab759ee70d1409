"""The ledger's doors and commands on an application of their own, without the storeys above."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from flask import Flask, request
from flask.testing import FlaskClient, FlaskCliRunner
from jinja2 import StrictUndefined

from registry.kernel.actor import NOBODY, Actor
from registry.kernel.errors import Refusal
from registry.kernel.uow import Units
from registry.ledger import commands, views
from registry.web import filters, headers
from registry.web.door import guard

ROOT = Path(__file__).parent.parent.parent


def application(units: Units) -> Flask:
    app = Flask("registry", template_folder=ROOT / "templates", static_folder=ROOT / "registry/static")
    app.config.update(SECRET_KEY="test", TESTING=True)
    app.jinja_env.undefined = StrictUndefined
    filters.install(app)
    headers.install(app)
    guard(app, units, lambda: request.environ.get("test.actor", NOBODY))
    app.register_blueprint(views.bp)
    app.register_error_handler(Refusal, lambda no: (str(no), no.status))
    for group in commands.commands:
        app.cli.add_command(group)
    return app


@pytest.fixture
def visit(units: Units) -> Callable[..., FlaskClient]:
    """A browser signed in as somebody, visit(li), or as nobody, visit()."""
    app = application(units)

    def enter(actor: Actor = NOBODY) -> FlaskClient:
        client = app.test_client()
        cast("dict[str, Any]", client.environ_base)["test.actor"] = actor
        return client

    return enter


@pytest.fixture
def flask(committed: Units) -> FlaskCliRunner:
    return application(committed).test_cli_runner()
