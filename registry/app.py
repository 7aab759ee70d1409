"""The one place where the parts are joined."""

from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import import_module
from pathlib import Path
from uuid import uuid4

from flask import Flask, Response, g, jsonify, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from registry import cli
from registry.accounts.rules import SessionRules
from registry.accounts.sessions import recognise
from registry.adapters import embedded
from registry.adapters.objects import store_from_url
from registry.adapters.pooling import engine_on
from registry.adapters.printing import WeasyPrinter
from registry.adapters.signing import Ed25519Signer
from registry.adapters.vault import KeyRing
from registry.config import Config
from registry.desks.queries import around
from registry.kernel.actor import NOBODY
from registry.kernel.errors import Refusal, Unavailable
from registry.kernel.ports import Tools
from registry.kernel.text import _
from registry.kernel.uow import Units
from registry.rooms import rooms
from registry.web import addresses, filters, headers, login, surroundings, uploads
from registry.web.door import PUBLIC, door, guard, reading, units
from registry.web.pages import page

ROOT = Path(__file__).parent.parent
BEACONS = ("registry.plaques.views.seen",)
"""Views that take a POST without a form: they come from pages that are cached, and change nothing of anybody's."""


def tools_from(config: Config) -> Tools:
    """Plug the adapters in, as the configuration says."""
    config.staging.mkdir(parents=True, exist_ok=True)
    return Tools(
        store=store_from_url(config.storage_url),
        printer=WeasyPrinter(ROOT / "templates" / "print", fonts=config.fonts, workers=config.printers),
        vault=KeyRing.from_config(config),
        signer=Ed25519Signer.from_config(config),
        staging=config.staging,
        base_url=config.base_url,
        new_id=uuid4,
        now=lambda: datetime.now(UTC),
    )


def engine_from(config: Config) -> Engine:
    return engine_on(
        config.database_url or embedded.url(config.var),
        pool_size=8, max_overflow=8,
        hide_parameters=True,  # they hold names and numbers of people, and a failure goes into logs and into job.error
        connect_args={"options": "-c timezone=UTC -c lock_timeout=10s -c statement_timeout=60s"},
    )


def create_app(config: Config, opened: Units | None = None) -> Flask:
    """Build the web application; with `opened`, on units of work that are open already (tests do)."""
    app = Flask("registry", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "registry/static"))
    app.config.update(
        SECRET_KEY=config.secret_key, MAX_CONTENT_LENGTH=config.max_upload, MAX_FORM_MEMORY_SIZE=2_000_000,
        WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=False, BABEL_DEFAULT_LOCALE="zh_Hans_CN",
    )
    app.extensions["config"] = config
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if config.trusted_proxies:
        hops = config.trusted_proxies
        setattr(app, "wsgi_app", ProxyFix(app.wsgi_app, hops, hops, hops))  # noqa: B010 — Flask's own way, kept from mypy
    addresses.install(app)
    filters.install(app)
    headers.install(app)
    rules = SessionRules(timedelta(minutes=config.session_idle), timedelta(minutes=config.session_absolute))
    known = login.actor_of(app, partial(recognise, rules=rules))
    guard(app, opened or Units(engine_from(config), tools_from(config)), known)
    uploads.install(app)
    protection = CSRFProtect(app)  # after the guard: it reads the form, and a stranger's body may be large
    for room in rooms("views"):
        app.register_blueprint(import_module(room).bp)
    for beacon in BEACONS:
        protection.exempt(beacon)
    surroundings.install(app, config.site, told)
    install_refusals(app)
    install_probes(app)
    cli.install(app)
    return app


def told() -> tuple[str, int]:
    with reading() as uow:
        return around(uow)


def install_refusals(app: Flask) -> None:
    @app.errorhandler(Refusal)
    def refused(no: Refusal) -> tuple[Response | str, int]:
        if request.accept_mimetypes.best == "application/json":
            return jsonify(code=no.code, message=str(no), remedy=no.remedy), no.status
        body, _status = page("errors/refusal.html", no=no)
        return body, no.status

    @app.errorhandler(OperationalError)
    @app.errorhandler(PoolTimeout)
    def no_database(_failure: Exception) -> ResponseReturnValue:
        g.actor = NOBODY  # the frame of a page for somebody would ask the database again
        answer = refused(Unavailable(_("数据库没有应答，没有写入任何内容。"), remedy=_("请稍候再试。")))
        return (*answer, {"Retry-After": "10"})

    @app.errorhandler(HTTPException)
    def no_page(failure: HTTPException) -> ResponseReturnValue:
        status = failure.code or 500
        if status < 400:
            return failure.get_response()
        if status >= 500:
            g.actor = NOBODY
        body, _status = page("errors/http.html", status=status)
        return body, status


def install_probes(app: Flask) -> None:
    @app.get("/livez")
    @door(PUBLIC)
    def livez() -> ResponseReturnValue:
        return Response("ok\n", mimetype="text/plain")

    @app.get("/readyz")
    @door(PUBLIC)
    def readyz() -> ResponseReturnValue:
        opened = units()
        with opened.reading(NOBODY) as uow:
            if uow.session.scalar(text("SELECT 1")) != 1:
                raise Unavailable(_("数据库没有应答。"))
        return Response("ok\n", mimetype="text/plain")
