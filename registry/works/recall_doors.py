"""The doors by which a station looks where a material went, and anybody on the project from a part back to its batches."""

from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue

from registry.policy import Permission
from registry.web.door import door, reading
from registry.web.pages import page, window_asked
from registry.web.uploads import upload_number
from registry.works.blueprint import bp
from registry.works.forms import SearchForm
from registry.works.recall import Below, built_into, open_search, search_words


@bp.get("/recalls/search")
@door(Permission.RECALL_ANNOUNCE)
def recall_search() -> ResponseReturnValue:
    """From a batch, a firm or a product to every lot, part, building, and the leaders in office then."""
    form = SearchForm(request.args, meta={"csrf": False})
    window, found = window_asked(100), None
    with reading() as uow:
        open_search(uow)
        if request.args.get("target") and form.validate():
            with form.blaming():
                found = search_words(
                    uow, form.target.data, form.word.data or "", form.uscc.data or "", window.offset, window.size,
                )
        return page("works/recall.html", form=form, found=found, window=window)


@bp.get("/units/<uuid:unit_id>/works/materials")
@door(Permission.MATERIAL_READ)
def built_in(unit_id: UUID) -> ResponseReturnValue:
    """`?below=` is a GB 50300 code, `?part=` a part of the building."""
    window = window_asked(50)
    below = Below(request.args.get("below", "")[:6], upload_number(request.args.get("part", "")))
    with reading() as uow:
        found = built_into(uow, unit_id, below, window.offset, window.size)
        return page("works/built_in.html", found=found, window=window)
