"""Doors of the way to the urban archive: begin, watch, receive, return, take the package."""

from uuid import UUID

from flask import Response, flash
from flask.typing import ResponseReturnValue

from registry.archives import handover as acts
from registry.archives import queries
from registry.archives.actions import Package
from registry.archives.blueprint import bp
from registry.archives.forms import ReceiveForm, ReturnForm
from registry.archives.package import package as packed
from registry.archives.words import HANDOVERS
from registry.kernel.text import _
from registry.policy import Permission
from registry.web.door import door, reading, writing
from registry.web.files import named
from registry.web.pages import page, see_other


def streamed(found: Package) -> Response:
    return Response(
        packed(found.files, found.opened, found.info), mimetype="application/zip",
        headers={"Content-Disposition": named("attachment", found.name)},
    )


@bp.get("/handovers")
@door(Permission.DESK_OPEN)
def handovers() -> ResponseReturnValue:
    with reading() as uow:
        return page("archives/handovers.html", handovers=queries.handovers(uow), words=HANDOVERS)


@bp.post("/projects/<uuid:project_id>/handovers")
@door(Permission.ARCHIVE_HAND_OVER)
def begin_handover(project_id: UUID) -> ResponseReturnValue:
    with writing() as uow:
        handover = acts.begin_handover(uow, project_id)
    flash(_("已开始检测，可以离开此页，结果会通知您。"))
    return see_other(".handover", handover_id=handover.id)


@bp.get("/handovers/<uuid:handover_id>")
@door(Permission.ARCHIVE_LIST)
def handover(handover_id: UUID) -> ResponseReturnValue:
    return shown(handover_id, ReceiveForm(formdata=None), ReturnForm(formdata=None))


def shown(handover_id: UUID, receive_form: ReceiveForm, return_form: ReturnForm) -> ResponseReturnValue:
    with reading() as uow:
        found = queries.handover(uow, handover_id)
        return page(
            "archives/handover.html", handover=found, words=HANDOVERS, percent=found.check.percent,
            clock=queries.handover_clock(uow, found.project), today=uow.today,
            receive_form=receive_form, return_form=return_form,
        )


@bp.post("/handovers/<uuid:handover_id>.zip")
@door(Permission.ARCHIVE_READ)
def fetch_handover(handover_id: UUID) -> ResponseReturnValue:
    """As with a volume: every fetching is an act of its own."""
    with writing() as uow:
        found = acts.fetch_handover(uow, handover_id)
    return streamed(found)


@bp.post("/handovers/<uuid:handover_id>/receive")
@door(Permission.ARCHIVE_RECEIVE)
def receive(handover_id: UUID) -> ResponseReturnValue:
    form = ReceiveForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            acts.receive_handover(uow, handover_id, form.receipt.data)
            return see_other(".handover", handover_id=handover_id)
    return shown(handover_id, form, ReturnForm(formdata=None))


@bp.post("/handovers/<uuid:handover_id>/return")
@door(Permission.ARCHIVE_RECEIVE)
def send_back(handover_id: UUID) -> ResponseReturnValue:
    form = ReturnForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            acts.return_handover(uow, handover_id, form.reason.data)
            return see_other(".handover", handover_id=handover_id)
    return shown(handover_id, ReceiveForm(formdata=None), form)
