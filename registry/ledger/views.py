"""The ledger's public face: the signed tree, and a proof for every event."""

from uuid import UUID

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from registry.ledger import queries
from registry.policy import Permission
from registry.web.door import PUBLIC, door, reading
from registry.web.pages import page

bp = Blueprint("ledger", __name__, url_prefix="/ledger")


@bp.get("")
@door(PUBLIC)
def show() -> ResponseReturnValue:
    with reading() as uow:
        checkpoint = queries.latest_checkpoint(uow)
        return page("ledger/show.html", checkpoint=checkpoint, signer=uow.tools.signer)


@bp.get("/checkpoint")
@door(PUBLIC)
def checkpoint() -> ResponseReturnValue:
    with reading() as uow:
        return Response(queries.checkpoint_note(uow), mimetype="text/plain")


@bp.get("/events/<uuid:event_id>/proof")
@door(PUBLIC)
def proof(event_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return download(queries.inclusion_proof(uow, event_id), "text/plain", f"{event_id}.tlog-proof")


@bp.get("/events/<uuid:event_id>/body")
@door(Permission.LEDGER_READ)
def body(event_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return download(queries.event_body(uow, event_id), "application/json", f"{event_id}.json")


def download(content: str | bytes, media_type: str, name: str) -> Response:
    answer = Response(content, mimetype=media_type)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
