"""Doors to the desks."""

from uuid import UUID

from flask import Blueprint, g, request
from flask.typing import ResponseReturnValue

from registry.desks import actions, queries
from registry.desks.forms import RevealForm
from registry.desks.words import event_words
from registry.policy import Permission
from registry.web.door import PUBLIC, door, reading, writing
from registry.web.pages import page, see_other

bp = Blueprint("desks", __name__)
bp.add_app_template_filter(event_words)


@bp.get("/")
@door(PUBLIC)
def front() -> ResponseReturnValue:
    if g.actor.account is not None:
        return see_other(".home")
    return page("desks/front.html")


@bp.get("/desk")
@door(Permission.DESK_OPEN)
def home() -> ResponseReturnValue:
    with reading() as uow:
        return page("desks/home.html", home=queries.home(uow))


@bp.get("/projects/<uuid:project_id>")
@door(Permission.PROJECT_READ)
def project(project_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        desk = queries.project_page(uow, project_id)
        if isinstance(desk, queries.Served):
            return page("desks/served.html", served=desk)
        return page("desks/project.html", desk=desk, today=uow.today)


@bp.get("/me/responsibilities")
@door(Permission.DESK_OPEN)
def responsibilities() -> ResponseReturnValue:
    with reading() as uow:
        only = uuid_asked(request.args.get("term", ""))
        return page("desks/responsibilities.html", own=queries.own_record(uow, only), today=uow.today)


def uuid_asked(said: str) -> UUID | None:
    """The term an address names; what is no id names none."""
    try:
        return UUID(said)
    except ValueError:
        return None


@bp.get("/search")
@door(Permission.DESK_OPEN)
def search() -> ResponseReturnValue:
    with reading() as uow:
        return page("desks/search.html", hits=queries.search(uow, request.args.get("q", "")[:100]))


@bp.route("/terms/<uuid:term_id>/reveal", methods=["GET", "POST"])
@door(Permission.IDENTITY_REVEAL)
def reveal(term_id: UUID) -> ResponseReturnValue:
    form = RevealForm()
    shown = ""
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            shown = actions.reveal(uow, term_id, form.what.data, form.reason.data, form.explanation.data)
    with reading() as uow:
        return page("desks/reveal.html", form=form, term=queries.term_to_reveal(uow, term_id), shown=shown)
