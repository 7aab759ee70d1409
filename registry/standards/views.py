"""Doors to the handbook."""

from uuid import UUID

from flask import Blueprint, flash, g, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from registry.kernel.errors import Invalid
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.kernel.workbook_safety import WorkbookRefused
from registry.policy import NotFresh, Permission
from registry.standards import actions, queries
from registry.standards.forms import EditionForm, Grid
from registry.standards.queries import Basis, Preview
from registry.standards.regions import region_name
from registry.standards.revision import Faulty, content_typed
from registry.standards.wording import blanks_offered
from registry.standards.workbooks import FilledIn, read_workbook
from registry.web.door import door, reading, writing
from registry.web.files import send_document
from registry.web.pages import page, see_other

bp = Blueprint("standards", __name__)
bp.add_app_template_filter(region_name)


@bp.get("/standards")
@door(Permission.STANDARD_READ)
def index() -> ResponseReturnValue:
    with reading() as uow:
        wanted = request.args.get("q", "")[:100]
        return page("standards/index.html", contents=queries.contents(uow, wanted), q=wanted)


@bp.get("/standards/duties")
@door(Permission.STANDARD_READ)
def duties() -> ResponseReturnValue:
    with reading() as uow:
        return page("standards/duties.html", duties=queries.duties(uow, request.args.get("region", "")))


@bp.get("/standards/<uuid:edition_id>")
@door(Permission.STANDARD_READ)
def show(edition_id: UUID) -> ResponseReturnValue:
    wanted = request.args.get("q", "")[:100]
    with reading() as uow:
        return page("standards/show.html", opened=queries.edition(uow, edition_id, wanted), q=wanted)


@bp.get("/standards/<uuid:edition_id>.xlsx")
@door(Permission.STANDARD_READ)
def workbook(edition_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return send_document(queries.workbook(uow, edition_id))


@bp.get("/standards/<uuid:edition_id>/changes/<uuid:other_id>")
@door(Permission.STANDARD_READ)
def compare(edition_id: UUID, other_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return page("standards/compare.html", compared=queries.comparison(uow, edition_id, other_id))


@bp.route("/standards/<uuid:edition_id>/revision", methods=["GET", "POST"])
@door(Permission.STANDARD_PUBLISH)
def revise(edition_id: UUID) -> ResponseReturnValue:
    """Fill in, look at the changes, publish just those. Whatever is refused, everything typed stays on the page."""
    form = EditionForm()
    with reading() as uow:
        ground = queries.basis(uow, edition_id)
        grid, preview = Grid.sent(ground.layout, request.form, ground.content), None
        if not form.is_submitted():
            form.start_from(ground.edition, ground.region, ground.today)
            grid = Grid.of_content(ground.layout, ground.content)
        elif sent_file(form):
            grid = uploaded(form, ground)
        elif request.form.get("act") == "longer":
            grid.longer()
        elif request.form.get("act") == "find":
            pass  # the grid has heard it; nothing is judged yet
        elif form.validate() and grid_is_sound(form, grid):
            preview = previewed(form, grid, uow, edition_id)

    if preview and form.is_confirmed(grid.rows):
        with form.blaming(), writing() as uow:
            try:
                edition = actions.revise_edition(uow, edition_id, form.head, grid.rows)
            except NotFresh as no:
                raise Invalid(str(no), field="sure") from no
            flash(_("新版本已录入，自 {day} 起施行。", day=edition.effective_from))
            return see_other(".show", edition_id=edition.id)
    if preview:
        form.show_compared(grid.rows)
    return page(
        "standards/revise.html", form=form, ground=ground, grid=grid, preview=preview, fresh=g.actor.fresh,
        blanks=blanks_offered(),
    )


def grid_is_sound(form: EditionForm, grid: Grid) -> bool:
    if grid.has_hidden_signs():
        form.form_errors.append(_("内容含有看不见的控制字符，请重新输入。"))
    return not form.errors


def previewed(form: EditionForm, grid: Grid, uow: UnitOfWork, edition_id: UUID) -> Preview | None:
    """Return what publishing would change, or None with the mistakes beside the cells they are in."""
    with form.blaming():
        try:
            return queries.preview(uow, edition_id, form.head, grid.rows)
        except Faulty as no:
            grid.blame(no.faults)
            form.blame_rows(no)
    return None


def sent_file(form: EditionForm) -> bool:
    return isinstance(form.workbook.data, FileStorage) and bool(form.workbook.data.filename)


def uploaded(form: EditionForm, ground: Basis) -> Grid:
    """Return a grid filled from the workbook that was sent; that of the edition itself when it cannot be read."""
    form.start_from(ground.edition, ground.region, ground.today)
    staged = form.workbook.data.stream
    staged.settle()
    try:
        filled: FilledIn = read_workbook(staged.path, ground.layout)
    except WorkbookRefused as no:
        form.blame(Invalid(str(no), field="workbook"))
        return Grid.of_content(ground.layout, ground.content)
    form.take(filled.head)
    grid = Grid(ground.layout, filled.rows).renumbered()
    with form.blaming():
        try:
            content_typed(ground.layout, grid.rows, ground.content)
            flash(_("已读入 {count} 行，请核对后查看变化；此时尚未录入。", count=len(filled.rows)))
        except Faulty as no:
            grid.blame(no.faults)
            form.blame_rows(no)
    return grid
