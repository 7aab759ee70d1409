"""Doors. A view that declares no permission is a wall: it answers 403, and fails the house rules.

The door opens the unit of work, runs the act again when PostgreSQL asks for it, and answers a request
that was sent twice as it answered it the first time.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar, cast
from uuid import uuid4

from flask import Flask, Response, abort, current_app, flash, g, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from registry.kernel import receipts
from registry.kernel.actor import NOBODY, Actor
from registry.kernel.staging import StagedFile
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork, Units, trying_again
from registry.policy import NotFresh, Permission, Scope, allows, holds_anywhere

PUBLIC = "public"
View = TypeVar("View", bound=Callable[..., ResponseReturnValue])
ActorOf = Callable[[], Actor]
KEY = "_key"  # the hidden field that carries the idempotency key


def door(needs: Permission | str) -> Callable[[View], View]:
    """Declare what a view needs. `PUBLIC` lets anyone in; a Permission lets no stranger in."""

    def mark(view: View) -> View:
        @wraps(view)
        def enter(**where: Any) -> ResponseReturnValue:
            if request.method in {"GET", "HEAD"}:
                return view(**where)
            return once(lambda: trying_again(lambda: fresh_try(view, where)))

        setattr(enter, "needs", needs)  # noqa: B010 — read back by guard() and by the house rules
        return cast(View, enter)

    return mark


def fresh_try(view: View, where: dict[str, Any]) -> ResponseReturnValue:
    """Run the view as if nothing had been tried before: no claim, every file from its beginning."""
    g.claimed = False
    for file in request.files.values():
        file.stream.seek(0)
    return view(**where)


def once(act: Callable[[], ResponseReturnValue]) -> ResponseReturnValue:
    """Run `act`, or repeat the answer it was given when the same request came before."""
    key = idempotency_key_sent()
    try:
        response = make_response(act())
    except receipts.Repeated as repeated:
        return said_before(repeated.answer)
    if key and g.get("claimed") and response.status_code < 400:
        answer = {"status": response.status_code, "location": response.headers.get("Location")}
        if response.mimetype == "application/json":
            answer["json"] = response.get_data(as_text=True)
        with units().writing(g.actor) as uow:
            receipts.note_answer(uow, key, answer)
    return response


def said_before(answer: dict[str, Any] | None) -> Response:
    if answer and "json" in answer:
        return Response(answer["json"], answer["status"], mimetype="application/json")
    if answer and answer["location"]:
        return cast(Response, redirect(answer["location"], 303))
    flash(_("该请求此前已经办理完毕。"))
    return cast(Response, redirect(url_for("desks.home"), 303))


def guard(app: Flask, opened: Units, actor_of: ActorOf) -> None:
    """Close every door that has not declared itself open."""
    app.extensions["units"] = opened

    @app.before_request
    def closed_unless_declared() -> ResponseReturnValue | None:
        g.actor = NOBODY
        if request.endpoint in (None, "static"):
            return None
        g.actor = actor_of()
        needs = getattr(app.view_functions[request.endpoint], "needs", None)
        if needs is None:
            abort(403)
        if needs != PUBLIC and g.actor.account is None:
            return to_sign_in()
        return None

    @app.errorhandler(NotFresh)
    def prove_again(_no: NotFresh) -> ResponseReturnValue:
        back = request.full_path if request.method == "GET" else request.referrer or "/"
        return redirect(url_for("accounts.confirm", next=back), 303)

    app.jinja_env.globals["may"] = may
    app.jinja_env.globals["may_somewhere"] = may_somewhere
    app.jinja_env.globals["idempotency_key"] = lambda: str(uuid4())


def to_sign_in() -> ResponseReturnValue:
    if request.accept_mimetypes.best == "application/json":
        abort(401)
    return redirect(url_for("accounts.sign_in", next=request.full_path), 303)


def may(permission: Permission | str, scope: Scope | None = None) -> bool:
    """Ask the table of authority on a template's behalf: may the actor do this here?"""
    return allows(g.actor, Permission(permission), scope or Scope())


def may_somewhere(permission: str) -> bool:
    """Ask on a template's behalf, before any thing is in hand: could the actor's office ever do this?"""
    return holds_anywhere(g.actor, Permission(permission))


def units() -> Units:
    return cast(Units, current_app.extensions["units"])


@contextmanager
def reading() -> Iterator[UnitOfWork]:
    """Open the unit of work of this request for reading; within it, the frame of the page reads by the same one."""
    already = g.get("reading")
    if already is not None:
        yield already
        return
    with units().reading(g.actor) as uow:
        g.reading = uow
        try:
            yield uow
        finally:
            g.reading = None


@contextmanager
def writing() -> Iterator[UnitOfWork]:
    """Open the unit of work of this request; the first one claims the request's idempotency key.

    Not for somebody who is not signed in: a way in is never answered from memory, for the answer is a cookie.
    """
    with units().writing(g.actor) as uow:
        if g.actor.account is not None:
            claim(uow)
        yield uow


@contextmanager
def writing_once() -> Iterator[UnitOfWork]:
    """The same at a door open to everybody: what a passer-by sends twice is taken down once."""
    with units().writing(g.actor) as uow:
        claim(uow)
        yield uow


def claim(uow: UnitOfWork) -> None:
    key = idempotency_key_sent()
    if key and not g.get("claimed"):
        g.claimed = True
        receipts.claim(uow, key, fingerprint())


def idempotency_key_sent() -> str:
    return receipts.sound((request.headers.get("Idempotency-Key") or request.form.get(KEY, ""))[:100])


def fingerprint() -> bytes:
    """Return the SHA-256 of what was asked: method, path and body, without the CSRF token."""
    digest = hashlib.sha256(f"{request.method} {request.path}".encode())
    if request.mimetype == "application/json":
        digest.update(request.get_data())
    for name, values in sorted(request.form.lists()):
        if name not in {"csrf_token", KEY}:
            digest.update(repr((name, values)).encode())
    for name, file in request.files.items(multi=True):
        digest.update(repr((name, file.filename)).encode())
        digest.update(hash_of(file.stream).encode())
    return digest.digest()


def hash_of(stream: Any) -> str:
    """Return the SHA-256 of a file that came with a form. One in staging was hashed as it came."""
    if isinstance(stream, StagedFile):
        stream.settle()
        return stream.sha256
    digest = hashlib.file_digest(stream, "sha256")
    stream.seek(0)
    return digest.hexdigest()
