"""What every answer carries: the browser's orders, how long it may be kept, and a number to quote.

Scripts and styles come from our own files alone. Nothing a signed-in person sees is kept by any cache.
Sources: ASVS 3.4, 14.2.2, 14.3.2.
"""

import hashlib
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from uuid import uuid4

from flask import Flask, Response, current_app, g, request
from markupsafe import Markup

CONTENT_SECURITY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Camera and place are for photographs of the plaque and of the site; nothing else is asked of a browser."""

TRANSPORT = "max-age=31536000; includeSubDomains"
A_YEAR = 31_536_000
TYPE_SIZE = "type-size"
"""The query parameter and the cookie of the large-type mode (长辈版): `large` or `normal`."""


def install(app: Flask) -> None:
    app.before_request(number_the_request)
    app.after_request(with_headers)
    app.jinja_env.globals.update(asset_url=asset_url, picture=picture)
    app.jinja_env.globals["large_type"] = large_type


def number_the_request() -> None:
    g.request_id = uuid4().hex[:12]


def with_headers(response: Response) -> Response:
    for name, value in ALWAYS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", TRANSPORT)
    response.headers.setdefault("X-Request-Id", g.get("request_id", ""))
    keep_or_not(response)
    keep_type_size(response)
    return response


def keep_or_not(response: Response) -> None:
    """Say how long the answer may be kept: an asset by its version a year, a signed-in page not at all."""
    if request.endpoint == "static":
        if request.args.get("v") == asset_version() and response.status_code == HTTPStatus.OK:
            response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
        return
    actor = g.get("actor")
    if actor is not None and actor.account is not None:
        response.headers["Cache-Control"] = "no-store"
    response.headers.setdefault("Cache-Control", "private, no-cache")


def keep_type_size(response: Response) -> None:
    wanted = request.args.get(TYPE_SIZE)
    if wanted in {"large", "normal"}:
        secure = request.is_secure
        response.set_cookie(TYPE_SIZE, wanted, A_YEAR, secure=secure, httponly=True, samesite="Lax")


def large_type() -> bool:
    """Whether this reader has chosen large type. A matter of looks alone, so a link may set it."""
    return request.args.get(TYPE_SIZE, request.cookies.get(TYPE_SIZE)) == "large"


def asset_url(path: str) -> str:
    """Return the address of a file under static/, with the version that lets browsers keep it for a year."""
    # Not url_for(): a page names its pictures some fifty times, and there is nothing to choose or to quote.
    if "assets" not in g:
        g.assets = f"{request.script_root}{current_app.static_url_path}/", f"?v={asset_version()}"
    folder, version = g.assets
    return f"{folder}{path}{version}"


def picture(name: str, label: str = "") -> Markup:
    """Return one of static/img/icons.svg to stand in a page; decoration unless labelled."""
    return drawn(asset_url("img/icons.svg"), name, label)


@lru_cache(maxsize=500)
def drawn(sheet: str, name: str, label: str) -> Markup:
    told = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="icon" {} focusable="false"><use href="{}#{}"></use></svg>').format(told, sheet, name)


def asset_version() -> str:
    if current_app.debug:
        asset_digest.cache_clear()
    return asset_digest(current_app.static_folder or "")


@lru_cache
def asset_digest(name: str) -> str:
    """Return one version for all files of a folder: a script may pass its own on to what it loads."""
    folder, digest = Path(name), hashlib.sha256()
    for file in sorted(file for file in folder.rglob("*") if file.is_file()):
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:10]
