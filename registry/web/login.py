"""Who is asking: flask-login as thin glue over sessions that live in the database.

The cookie carries a random token and nothing about its owner; whether the token still stands for someone is
asked of the database at each request. flask-login's own protection is off: it compares a hash of headers that
the client writes itself, and its cookie outlives signing out (maxcountryman/flask-login#700).
"""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Flask, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from registry.kernel.actor import NOBODY, Actor
from registry.kernel.uow import Units
from registry.web.door import ActorOf, units

Recognise = Callable[[Units, str], Actor]
"""recognise(units, token): who holds the session of this token; NOBODY when it is over."""

HALF = "half"      # the token of a session whose second factor is still to come
UNSEEN = re.compile(r"[\x00-\x20\x7f]")
TARGET = "target"  # where the person was going when asked to sign in


class Visitor(UserMixin):  # type: ignore[misc]  # flask_login carries no types
    """What flask-login hands round: a token, and the actor it stands for."""

    def __init__(self, token: str, actor: Actor) -> None:
        self.id = token
        self.actor = actor


def actor_of(app: Flask, recognise: Recognise) -> ActorOf:
    """Install the cookie and return the function that says who sent the present request."""
    secure = app.extensions["config"].secure
    app.config.update(
        SESSION_COOKIE_NAME="__Host-zz" if secure else "zz", SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Lax", SESSION_COOKIE_PATH="/",
    )
    manager = LoginManager()
    manager.session_protection = None
    manager.init_app(app)

    @manager.user_loader  # type: ignore[untyped-decorator]
    def load(token: str) -> Visitor | None:
        actor = recognise(units(), token)
        return Visitor(token, actor) if actor.account is not None else None

    def present() -> Actor:
        return current_user.actor if current_user.is_authenticated else NOBODY

    return present


def admit(token: str) -> None:
    """Let the browser go on under a session that is open. Nothing of what it carried before is kept."""
    target = session.get(TARGET, "")
    session.clear()
    if target:
        session[TARGET] = target
    login_user(Visitor(token, NOBODY))


def admit_half(token: str) -> None:
    """Let the browser go on to the second factor."""
    target = session.get(TARGET, "")
    session.clear()
    session[HALF] = token
    session[TARGET] = target


def half_token() -> str:
    return str(session.get(HALF, ""))


def dismiss() -> None:
    """Take the session from the browser. Ending it in the database is the storey's business."""
    logout_user()
    session.clear()


def keep_target(target: str) -> None:
    session[TARGET] = local_path(target)


def take_target() -> str:
    """Return where the person was going, once."""
    return local_path(session.pop(TARGET, ""))


def local_path(target: str) -> str:
    r"""Return `target` as a path on this site, "/" when it leads anywhere else.

    Refuses what browsers read as another site (//evil, /\evil, https:evil), blanks and control characters.
    """
    path = target.removeprefix(request.host_url.rstrip("/"))
    if not path.startswith("/") or path.startswith("//") or "\\" in path:
        return "/"
    if UNSEEN.search(path):
        return "/"
    parts = urlsplit(path)
    return path if not parts.scheme and not parts.netloc else "/"
