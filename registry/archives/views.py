"""Doors to a project's archive: what is missing, filing, versions, the responsibility archive."""

from uuid import UUID

from flask import Response, flash, g, request
from flask.typing import ResponseReturnValue

from registry.archives import actions, backfilling, filing, office, queries, stating
from registry.archives.blueprint import bp
from registry.archives.forms import AbsenceForm, ChooseForm, GridForm, ManifestForm, SupersedeForm
from registry.archives.grid import look_at
from registry.archives.office import streamed
from registry.archives.words import HANDOVERS, LASTING, LINES
from registry.kernel.text import _
from registry.policy import Permission
from registry.web.door import door, reading, units, writing
from registry.web.files import named, show_document
from registry.web.pages import page, see_other

__all__ = ["bp", "office"]


@bp.get("/projects/<uuid:project_id>/archives")
@door(Permission.ARCHIVE_LIST)
def index(project_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return page("archives/index.html", archives=queries.archives(uow, project_id), lines=LINES, lasting=LASTING,
                    handover_words=HANDOVERS, today=uow.today, absence=AbsenceForm(formdata=None))


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
    return streamed(found)


@bp.route("/projects/<uuid:project_id>/archives/files", methods=["GET", "POST"])
@door(Permission.ARCHIVE_FILE)
def choose(project_id: UUID) -> ResponseReturnValue:
    """Many files in; out comes the grid with what their names tell."""
    form = ChooseForm()
    if form.validate_on_submit():
        with writing() as uow:
            whole = queries.project(uow, project_id)
            found = look_at(uow, whole, form.uploads, form.files.data or [])
            codes = queries.catalogue(uow, whole)
        grid = GridForm(formdata=None)
        grid.fill(found.rows)
        grid.offer(whole)
        return page("archives/grid.html", project=whole, form=grid, refused=found.refused, catalogue=codes)

    with reading() as uow:
        whole = queries.project(uow, project_id)
        filing.require_part(uow, whole)
        return page("archives/choose.html", project=whole, form=form)


@bp.post("/projects/<uuid:project_id>/archives/filed")
@door(Permission.ARCHIVE_FILE)
def file_rows(project_id: UUID) -> ResponseReturnValue:
    """The corrected grid: all of it is filed, or each row says why nothing was."""
    form = GridForm()
    with reading() as uow:
        whole = queries.project(uow, project_id)
        filing.require_part(uow, whole)
        codes = queries.catalogue(uow, whole)
    form.offer(whole)
    if form.sound():
        try:
            with writing() as uow:
                files = filing.hand_in(uow, project_id, [row.form.offered() for row in form.rows])
        except filing.RowsRefused as no:
            form.refuse(no.rows)
            form.blame(no)
        else:
            flash(_("已归档 {count} 个文件。", count=len(files)))
            return see_other(".index", project_id=project_id)
    body, _status = page("archives/grid.html", project=whole, form=form, refused=(), catalogue=codes)
    return body, 422


@bp.get("/archive-files/<uuid:file_id>")
@door(Permission.ARCHIVE_LIST)
def show(file_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return page("archives/show.html", filed=queries.filed(uow, file_id), lasting=LASTING)


@bp.get("/archive-files/<uuid:file_id>/<any(original,twin):kind>")
@door(Permission.ARCHIVE_LIST)
def content(file_id: UUID, kind: str) -> ResponseReturnValue:
    with reading() as uow:
        return show_document(queries.file_content(uow, file_id, kind))


@bp.route("/archive-files/<uuid:file_id>/supersede", methods=["GET", "POST"])
@door(Permission.ARCHIVE_FILE)
def supersede(file_id: UUID) -> ResponseReturnValue:
    form = SupersedeForm()
    if form.validate_on_submit():
        said = filing.FileFacts("", form.title.data, "", form.dated_on.day, reason=form.reason.data)
        with form.blaming(), writing() as uow:
            newer = filing.supersede_file(uow, file_id, filing.Offered(form.file.sent, said))
            return see_other(".show", file_id=newer.id)

    with reading() as uow:
        found = queries.filed(uow, file_id)
        filing.require_part(uow, found.file.project, found.file.participation.organisation_id)
        if not request.form:
            form.title.data = found.file.title
        return page("archives/supersede.html", form=form, filed=found)


@bp.post("/projects/<uuid:project_id>/archives/absences")
@door(Permission.ARCHIVE_FILE)
def state_absence(project_id: UUID) -> ResponseReturnValue:
    form = AbsenceForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            stating.state_absence(uow, project_id, form.code.data, form.reason.data)
            return see_other(".index", project_id=project_id)
    with reading() as uow:
        whole = stating.require_owner(uow, project_id)
        return page("archives/absence.html", form=form, project=whole)


@bp.post("/projects/<uuid:project_id>/archives/absences/<code>/withdraw")
@door(Permission.ARCHIVE_FILE)
def withdraw_absence(project_id: UUID, code: str) -> ResponseReturnValue:
    with writing() as uow:
        stating.withdraw_absence(uow, project_id, code)
    return see_other(".index", project_id=project_id)


@bp.route("/archives/backfill", methods=["GET", "POST"])
@door(Permission.ARCHIVE_FILE)
def backfill() -> ResponseReturnValue:
    """Check a manifest of an old project before the operator files it: rows, codes, days and firms, not the files."""
    form = ManifestForm()
    backfilling.require_filer(g.actor)
    report = None
    if form.validate_on_submit():
        with form.blaming():
            sent = form.manifest.data.stream
            sent.settle()
            report = backfilling.rehearse(units(), sent.path, None, g.actor)
    return page("archives/backfill.html", form=form, report=report, columns=backfilling.COLUMNS)


@bp.get("/archives/backfill/template.xlsx")
@door(Permission.ARCHIVE_FILE)
def manifest_template() -> ResponseReturnValue:
    backfilling.require_filer(g.actor)
    return Response(
        backfilling.template(), mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={"Content-Disposition": named("attachment", _("补录清单.xlsx"))},
    )
