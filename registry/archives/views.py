"""Doors to the responsibility archive."""

from uuid import UUID

from flask import Blueprint, Response, flash
from flask.typing import ResponseReturnValue

from registry.archives import actions, queries
from registry.archives.package import package as packed
from registry.kernel.text import _
from registry.policy import Permission
from registry.web.door import door, reading, writing
from registry.web.files import named
from registry.web.pages import page, see_other

bp = Blueprint("archives", __name__)


@bp.get("/projects/<uuid:project_id>/archives")
@door(Permission.ARCHIVE_READ)
def index(project_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return page("archives/index.html", archives=queries.archives(uow, project_id))


@bp.post("/projects/<uuid:project_id>/archives")
@door(Permission.ARCHIVE_READ)
def assemble(project_id: UUID) -> ResponseReturnValue:
    with writing() as uow:
        archive = actions.assemble_archive(uow, project_id)
    flash(_("档案已组卷，案卷号 {number}。", number=archive.number))
    return see_other(".index", project_id=project_id)


@bp.post("/archives/<uuid:archive_id>.zip")
@door(Permission.ARCHIVE_READ)
def download(archive_id: UUID) -> ResponseReturnValue:
    """Every fetching is written down, so it is an act, and comes without a key: the same again is another fetching."""
    with writing() as uow:
        found = actions.fetch_archive(uow, archive_id)
    return Response(
        packed(found.files, found.opened, found.info), mimetype="application/zip",
        headers={"Content-Disposition": named("attachment", found.name)},
    )
