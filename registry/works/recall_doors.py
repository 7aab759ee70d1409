"""The door by which a station looks where a material went."""

from flask import request
from flask.typing import ResponseReturnValue

from registry.materials.forms import TARGETS
from registry.materials.reach import Target
from registry.materials.seeking import sought_by
from registry.policy import Permission
from registry.web.door import door, reading
from registry.web.fields import ChoiceField, Form, LineField, UsccField, at_most
from registry.web.pages import page, window_asked
from registry.works.blueprint import bp
from registry.works.recall import open_search, search_places


class SearchForm(Form):
    """Sent by GET: an answer has an address that can be passed on."""

    target = ChoiceField("", choices=TARGETS)
    word = LineField("", [at_most(120)])
    uscc = UsccField("")


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
                sought = sought_by(uow, Target(form.target.data), form.word.data or "", form.uscc.data or "")
                found = search_places(uow, sought, window.offset, window.size)
        return page("works/recall.html", form=form, found=found, window=window)
