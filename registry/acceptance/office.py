"""The door to signing many lots of one item together."""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from flask import flash, request
from flask.typing import ResponseReturnValue

from registry import policy
from registry.acceptance import signing, together
from registry.acceptance.blueprint import WORDS, bp
from registry.acceptance.forms import LotsForm
from registry.kernel.text import _
from registry.policy import Permission
from registry.web.door import door, reading, writing
from registry.web.pages import page, see_other


@bp.route("/units/<uuid:unit_id>/acceptance/signatures", methods=["GET", "POST"])
@door(Permission.ACCEPTANCE_SIGN)
def sign_together(unit_id: UUID) -> ResponseReturnValue:
    """Who comes proves again who he is before he looks, so that nothing he has chosen is lost over it."""
    form, code = LotsForm(), request.args.get("at", "")[:6]
    if form.validate_on_submit():
        try:
            with form.blaming(), writing() as uow:
                made = signing.sign_lots(uow, seen_in(form.lots.data or ()), form.words.data or "")
        except signing.SomeRefused as no:
            return desk_page(unit_id, code, form, no)
        if not form.errors:
            flash(_("{n} 个检验批已签字并存证。", n=len(made)))
            return see_other(".tree", unit_id=unit_id, at=code)
    return desk_page(unit_id, code, form)


def desk_page(
    unit_id: UUID, code: str, form: LotsForm, no: signing.SomeRefused | None = None
) -> ResponseReturnValue:
    """The lots that wait for the actor. At first those without a deviation are chosen, then what was but for the refused."""
    with reading() as uow:
        desk = together.lots_to_sign(uow, unit_id, code)
        policy.require_fresh(uow.actor)
        chosen = set(form.lots.data or ()) if form.is_submitted() else {
            sheet.value for sheet in desk.ready if not sheet.deviations
        }
        chosen -= {sheet.value for sheet in desk.sheets if no and sheet.lot.id in no.refused}
        body, status = page("acceptance/together.html", form=form, desk=desk, chosen=chosen, no=no, **WORDS)
    return body, no.status if no else status


def seen_in(sent: Sequence[str]) -> dict[UUID, UUID]:
    """Return the lots chosen, each with the result that was shown; what is no such pair was never offered."""
    seen = {}
    for one in sent:
        lot, _bar, result = one.partition("_")
        with suppress(ValueError):
            seen[UUID(lot)] = UUID(result)
    return seen
