"""Doors to the handbook."""

from uuid import UUID

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue

from registry.kernel.text import _
from registry.policy import Permission
from registry.standards import actions, queries
from registry.standards.forms import WordingForm
from registry.standards.regions import region_name
from registry.standards.wording import blanks_offered
from registry.web.door import door, reading, writing
from registry.web.pages import page, see_other

bp = Blueprint("standards", __name__)
bp.add_app_template_filter(region_name)


@bp.get("/standards")
@door(Permission.STANDARD_READ)
def index() -> ResponseReturnValue:
    with reading() as uow:
        return page("standards/index.html", chapters=queries.chapters(uow))


@bp.get("/standards/<uuid:edition_id>")
@door(Permission.STANDARD_READ)
def show(edition_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return page("standards/show.html", opened=queries.edition(uow, edition_id))


@bp.route("/standards/<uuid:edition_id>/rewording", methods=["GET", "POST"])
@door(Permission.STANDARD_PUBLISH)
def reword(edition_id: UUID) -> ResponseReturnValue:
    """A first POST shows what the new text changes; a second one, ticked, publishes just that text."""
    form = WordingForm()
    filled_in = form.validate_on_submit()
    if filled_in and form.is_confirmed():
        with form.blaming(), writing() as uow:
            edition = actions.reword(uow, edition_id, form.text)
            flash(_("新版本已录入，自 {day} 起施行。", day=edition.effective_from))
            return see_other(".show", edition_id=edition.id)

    with reading() as uow:
        opened, start = queries.text_to_reword(uow, edition_id)
        preview = None
        if not form.is_submitted():
            form.start_from(start)
        elif filled_in and not form.errors:
            with form.blaming():
                preview = queries.preview(uow, edition_id, form.text)
                form.show_compared()
        return page(
            "standards/reword.html", form=form, opened=opened, preview=preview, blanks=blanks_offered()
        )
