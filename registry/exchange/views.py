"""Doors to rosters: take the template, send a roster, read what was found, let it in."""

from uuid import UUID

from flask import Blueprint
from flask.typing import ResponseReturnValue

from registry.exchange import queries, sending
from registry.exchange.forms import RosterForm
from registry.policy import Permission
from registry.web.door import door, reading, writing
from registry.web.files import send_document
from registry.web.pages import page, see_other

bp = Blueprint("exchange", __name__)


@bp.route("/roster", methods=["GET", "POST"])
@door(Permission.ROSTER_IMPORT)
def roster() -> ResponseReturnValue:
    form = RosterForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            sent = form.workbook.data
            handed_in = sending.send_roster(uow, sent.stream, sent.filename or "")
            return see_other(".show", roster_id=handed_in.id)

    with reading() as uow:
        return page("exchange/roster.html", form=form, rosters=queries.sent_rosters(uow))


@bp.get("/roster/template.xlsx")
@door(Permission.ROSTER_IMPORT)
def template() -> ResponseReturnValue:
    with reading() as uow:
        return send_document(queries.template_workbook(uow))


@bp.get("/roster/<uuid:roster_id>")
@door(Permission.ROSTER_IMPORT)
def show(roster_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return page("exchange/show.html", roster=queries.sent_roster(uow, roster_id))


@bp.post("/roster/<uuid:roster_id>/import")
@door(Permission.ROSTER_IMPORT)
def confirm(roster_id: UUID) -> ResponseReturnValue:
    with writing() as uow:
        sending.confirm_roster(uow, roster_id)
    return see_other(".show", roster_id=roster_id)


@bp.get("/projects/<uuid:project_id>/roster.xlsx")
@door(Permission.PROJECT_READ)
def export(project_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return send_document(queries.project_workbook(uow, project_id))
