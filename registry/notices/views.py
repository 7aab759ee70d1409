"""Doors to notices."""

from uuid import UUID

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from registry.notices import actions, queries
from registry.notices.queries import Folder
from registry.policy import Permission
from registry.web.door import door, reading, writing
from registry.web.pages import page, window_asked

bp = Blueprint("notices", __name__)


@bp.get("/notices")
@door(Permission.NOTICE_READ)
def inbox() -> ResponseReturnValue:
    window = window_asked()
    folder = folder_asked()
    with reading() as uow:
        found = queries.inbox(uow, folder, window.offset, window.size)
        return page("notices/inbox.html", inbox=found, folder=folder, window=window, today=uow.today)


@bp.post("/notices/<uuid:notice_id>/open")
@door(Permission.NOTICE_READ)
def open_one(notice_id: UUID) -> ResponseReturnValue:
    with writing() as uow:
        notice = actions.open_notice(uow, notice_id)
        return redirect(notice.link, 303)


def folder_asked() -> Folder:
    """Read `?folder=`; anything unknown is what still waits."""
    asked = request.args.get("folder", "")
    return Folder(asked) if asked in list(Folder) else Folder.WAITING
