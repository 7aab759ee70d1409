"""Doors to the lots of a unit project: how far they are, laying them out, one lot, what is built into it."""

from decimal import Decimal
from uuid import UUID

from flask import flash, request
from flask.typing import ResponseReturnValue

from registry.kernel.text import _
from registry.policy import Permission
from registry.web.door import door, reading, writing
from registry.web.pages import page, see_other, window_asked
from registry.works import chain, office, planning, queries, recall_doors, removing, spreading, using
from registry.works.blueprint import bp
from registry.works.forms import (
    EditForm,
    LayoutForm,
    LotForm,
    ReasonForm,
    RemovalForm,
    ScheduleForm,
    SpreadForm,
    UseForm,
)
from registry.works.layout import tally
from registry.works.queries import LotsWanted, Which

__all__ = ["bp", "office", "recall_doors"]


@bp.get("/projects/<uuid:project_id>/works")
@door(Permission.WORK_READ)
def index(project_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return page("works/index.html", works=queries.project_works(uow, project_id))


@bp.get("/units/<uuid:unit_id>/works")
@door(Permission.WORK_READ)
def lots(unit_id: UUID) -> ResponseReturnValue:
    asked, window = request.args.get("which", ""), window_asked(50)
    which = Which(asked) if asked in list(Which) else Which.ALL
    words = request.args.get("q", "").strip()[:100]
    wanted = LotsWanted(which, request.args.get("below", "")[:6], words, window.offset, window.size)
    with reading() as uow:
        shown = queries.unit_lots(uow, unit_id, wanted)
        return page("works/lots.html", shown=shown, which=which, words=words, window=window, filters=list(Which))


@bp.route("/units/<uuid:unit_id>/works/layout", methods=["GET", "POST"])
@door(Permission.WORK_PLAN)
def lay_out(unit_id: UUID) -> ResponseReturnValue:
    form = LayoutForm()
    with reading() as uow:
        offer = queries.planning(uow, unit_id)
    offered(form, offer)
    if form.validate_on_submit() and "make" in request.form:
        with form.blaming(), writing() as uow:
            made = planning.generate_lots(uow, unit_id, form.wish)
        if not form.errors:
            flash(_("已划分 {count} 个检验批。", count=len(made)))
            return see_other(".lots", unit_id=unit_id)
    preview = None
    if form.is_submitted() and not form.errors:
        with form.blaming(), reading() as uow:
            preview = tally(planning.preview_lots(uow, unit_id, form.wish))
    return page("works/lay_out.html", form=form, offer=offer, preview=preview, items=dict(offer.items))


def offered(form: LayoutForm | LotForm, offer: queries.Planning) -> None:
    """Fill a form with what may be chosen, and with what is known of the unit project."""
    form.participation_id.choices = [(str(firm.id), firm.organisation_name) for firm in offer.firms]
    if isinstance(form, LotForm):
        form.item_code.choices = list(offer.items)
        return
    form.layouts.choices = [(each.key, each.label) for each in offer.layouts]
    if not form.is_submitted():
        form.layouts.data = [each.key for each in offer.layouts if each.key in offer.fitting and each.structures]
        form.storeys_above.data = offer.unit.storeys_above
        form.storeys_below.data = offer.unit.storeys_below or 0


@bp.route("/units/<uuid:unit_id>/works/new", methods=["GET", "POST"])
@door(Permission.WORK_PLAN)
def add(unit_id: UUID) -> ResponseReturnValue:
    form = LotForm()
    with reading() as uow:
        offer = queries.planning(uow, unit_id)
    offered(form, offer)
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            made = planning.add_lot(uow, unit_id, form.lot)
        if not form.errors:
            flash(_("已增加检验批 {number}。", number=made.number))
            return see_other(".show", lot_id=made.id)
    return page("works/add.html", form=form, offer=offer)


@bp.route("/units/<uuid:unit_id>/works/schedule", methods=["GET", "POST"])
@door(Permission.WORK_PLAN)
def schedule(unit_id: UUID) -> ResponseReturnValue:
    """`?below=` and `?q=` narrow the lots down, `?all=1` ticks every one of them."""
    form, below, words = ScheduleForm(), request.args.get("below", "")[:6], request.args.get("q", "").strip()[:100]
    with reading() as uow:
        offer = spreading.lots_to_schedule(uow, unit_id, below, words)
        today = uow.today
    form.lots.choices = list(offer.lots)
    if not form.is_submitted():
        form.due_on.data = today
        form.lots.data = [key for key, _label in offer.lots] if request.args.get("all") else []
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            count = planning.schedule_lots(uow, unit_id, [UUID(one) for one in form.lots.data or ()], form.due_on.day)
        if not form.errors:
            flash(_("已排定 {count} 个检验批的施工日期。", count=count))
            return see_other(".lots", unit_id=unit_id, which=Which.TODAY if form.due_on.day == today else None)
    return page("works/schedule.html", form=form, offer=offer, below=below, words=words)


@bp.get("/lots/<uuid:lot_id>")
@door(Permission.WORK_READ)
def show(lot_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return page("works/show.html", shown=chain.lot_shown(uow, lot_id), form=ReasonForm(formdata=None))


@bp.route("/lots/<uuid:lot_id>/edit", methods=["GET", "POST"])
@door(Permission.WORK_PLAN)
def edit(lot_id: UUID) -> ResponseReturnValue:
    form = EditForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            planning.edit_lot(uow, lot_id, form.edit, form.version.number)
        if not form.errors:
            flash(_("已更改检验批。"))
            return see_other(".show", lot_id=lot_id)

    with reading() as uow:
        found = chain.lot_to_edit(uow, lot_id)
        return page("works/edit.html", form=form if form.is_submitted() else EditForm(obj=found), lot=found)


@bp.post("/lots/<uuid:lot_id>/withdraw")
@door(Permission.WORK_PLAN)
def withdraw(lot_id: UUID) -> ResponseReturnValue:
    form = ReasonForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            planning.withdraw_lot(uow, lot_id, form.reason.data)
        if not form.errors:
            flash(_("已撤销检验批。"))
            return see_other(".show", lot_id=lot_id)

    with reading() as uow:
        return page("works/show.html", shown=chain.lot_shown(uow, lot_id), form=form)


@bp.route("/lots/<uuid:lot_id>/materials", methods=["GET", "POST"])
@door(Permission.WORK_RECORD)
def use(lot_id: UUID) -> ResponseReturnValue:
    form = UseForm()
    with reading() as uow:
        offer = chain.lot_to_supply(uow, lot_id)
    form.batch_id.choices = list(offer.batches)
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            using.use_batch(uow, lot_id, UUID(form.batch_id.data), form.quantity.data)
        if not form.errors:
            flash(_("已登记材料使用。"))
            return see_other(".show", lot_id=lot_id)
    return page("works/use.html", form=form, offer=offer)


@bp.get("/batches/<uuid:batch_id>/lots")
@door(Permission.WORK_READ)
def spread(batch_id: UUID) -> ResponseReturnValue:
    return spread_page(batch_id, SpreadForm(formdata=None))


def spread_page(batch_id: UUID, form: SpreadForm) -> ResponseReturnValue:
    words = request.args.get("q", "").strip()[:100]
    with reading() as uow:
        found = spreading.batch_spread(uow, batch_id, words)
    form.lots.choices = list(found.lots)
    return page("works/spread.html", form=form, found=found, words=words)


@bp.post("/batches/<uuid:batch_id>/lots")
@door(Permission.WORK_RECORD)
def use_in_lots(batch_id: UUID) -> ResponseReturnValue:
    """`?q=` is the search the page was shown for: what is chosen must be among what was offered."""
    form = SpreadForm()
    with reading() as uow:
        words = request.args.get("q", "").strip()[:100]
        form.lots.choices = list(spreading.batch_spread(uow, batch_id, words, Permission.WORK_RECORD).lots)
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            made = using.use_in_lots(uow, batch_id, [UUID(one) for one in form.lots.data or ()], form.quantity.data)
        if not form.errors:
            flash(_("已登记用于 {count} 个检验批。", count=len(made)))
            return see_other(".spread", batch_id=batch_id)
    return spread_page(batch_id, form)


@bp.post("/lot-batches/<uuid:use_id>/withdraw")
@door(Permission.WORK_RECORD)
def withdraw_use(use_id: UUID) -> ResponseReturnValue:
    form = ReasonForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            taken_back = using.withdraw_use(uow, use_id, form.reason.data)
        if not form.errors:
            flash(_("已撤销该使用记录。"))
            return see_other(".show", lot_id=taken_back.lot_id)

    with reading() as uow:
        return page("works/show.html", shown=chain.lot_of_use(uow, use_id), form=form)


@bp.route("/batches/<uuid:batch_id>/removal", methods=["GET", "POST"])
@door(Permission.MATERIAL_RECORD)
def remove(batch_id: UUID) -> ResponseReturnValue:
    form = RemovalForm()
    with reading() as uow:
        offer = spreading.batch_to_remove(uow, batch_id)
    form.witness.choices = list(offer.witnesses)
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            removing.remove_batch(uow, batch_id, removing.Removal(
                form.quantity.data or Decimal(0), UUID(form.witness.data), form.photo.sent, form.reason.data,
            ))
        if not form.errors:
            flash(_("退场已登记。"))
            return see_other("materials.show", batch_id=batch_id)
    return page("works/remove.html", form=form, offer=offer)
