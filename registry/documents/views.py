"""Uploads, piece by piece, for the script in every form that takes a file. Answers are JSON.

    POST /uploads {name, type, size}       → 201 {id, received, …}
    GET  /uploads/<id>                     → 200: where to go on
    PUT  /uploads/<id>?offset=N  (bytes)   → 200; 409 when bytes before N are missing
    POST /uploads/<id>/finish              → 200 complete | 422 refused, with the reason

Instead of ?offset=N a piece may carry Content-Range: bytes N-M/SIZE.
"""

from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.http import parse_content_range_header

from registry.documents import actions, queries
from registry.documents.kinds import MAX_UPLOAD
from registry.documents.models import Upload, UploadState
from registry.kernel.errors import Invalid, Refusal
from registry.kernel.staging import Piece
from registry.kernel.text import _
from registry.policy import Permission
from registry.web.door import door, reading, writing
from registry.web.uploads import body_arrived

bp = Blueprint("documents", __name__, url_prefix="/uploads")


@bp.errorhandler(Refusal)
def refused(no: Refusal) -> ResponseReturnValue:
    return jsonify(code=no.code, message=str(no), remedy=no.remedy), no.status


@bp.post("")
@door(Permission.DOCUMENT_UPLOAD)
def begin() -> ResponseReturnValue:
    offer = offer_sent(request.get_json(silent=True))
    with writing() as uow:
        upload = actions.begin_upload(uow, offer, current_app.config.get("MAX_CONTENT_LENGTH") or MAX_UPLOAD)
        return jsonify(described(upload, upload.received)), 201


@bp.get("/<uuid:upload_id>")
@door(Permission.DOCUMENT_UPLOAD)
def show(upload_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return jsonify(described(*queries.upload_on_its_way(uow, upload_id)))


@bp.put("/<uuid:upload_id>")
@door(Permission.DOCUMENT_UPLOAD)
def receive(upload_id: UUID) -> ResponseReturnValue:
    piece = body_arrived(partial(piece_of, upload_id, offset_sent()))
    with writing() as uow:
        upload = actions.end_piece(uow, upload_id, piece)
        return jsonify(described(upload, upload.received))


def piece_of(upload_id: UUID, offset: int) -> Piece:
    with writing() as uow:
        return actions.begin_piece(uow, upload_id, offset)


@bp.post("/<uuid:upload_id>/finish")
@door(Permission.DOCUMENT_UPLOAD)
def finish(upload_id: UUID) -> ResponseReturnValue:
    with writing() as uow:
        upload = actions.finish_upload(uow, upload_id)
        status = 422 if upload.state == UploadState.REFUSED else 200
        return jsonify(described(upload, upload.received)), status


def offer_sent(body: Any) -> actions.Offer:
    """Read {name, type, size} or raise Invalid."""
    sent = body if isinstance(body, dict) else {}
    name, media_type, size = sent.get("name"), sent.get("type", ""), sent.get("size")
    if not (isinstance(name, str) and isinstance(media_type, str) and type(size) is int):
        raise Invalid(_("请求应为 JSON，含文件名 name、类型 type 和字节数 size。"))
    return actions.Offer(name, media_type, size)


def offset_sent() -> int:
    """Read where the piece begins: from ?offset=, else from Content-Range."""
    said = parse_content_range_header(request.headers.get("Content-Range"))
    if said is not None and said.start is not None:
        return said.start
    offset = request.args.get("offset", type=int)
    if offset is None:
        raise Invalid(_("请用 ?offset= 或 Content-Range 说明这一段从第几个字节开始。"))
    return offset


def described(upload: Upload, received: int) -> dict[str, Any]:
    return {
        "id": str(upload.id), "state": upload.state.value, "name": upload.name, "size": upload.size,
        "received": received, "media_type": upload.media_type, "sha256": upload.sha256,
        "facts": upload.facts, "message": upload.reason,
    }
