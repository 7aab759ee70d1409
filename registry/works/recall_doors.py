"""The door by which a station looks where a material went."""

from flask import request
from flask.typing import ResponseReturnValue

from registry.policy import Permission
from registry.web.door import door, reading
from registry.web.pages import page, window_asked
from registry.works.blueprint import bp
from registry.works.forms import SearchForm
from registry.works.recall import open_search, search_words


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
