"""Doors to recalls: the station announces and follows them, the projects answer."""

from uuid import UUID

from flask import flash, request
from flask.typing import ResponseReturnValue

from registry.kernel.text import _
from registry.materials import recall_queries as queries
from registry.materials import recalling
from registry.materials.blueprint import bp
from registry.materials.forms import AnswerForm, LiftForm, RecallForm
from registry.materials.reach import Sought, Target
from registry.materials.seeking import sought_by
from registry.policy import Permission
from registry.web.door import door, reading, writing
from registry.web.pages import page, see_other


@bp.get("/recalls")
@door(Permission.RECALL_ANNOUNCE)
def recalls() -> ResponseReturnValue:
    with reading() as uow:
        return page("materials/recalls.html", rows=queries.recalls(uow))


@bp.route("/recalls/new", methods=["GET", "POST"])
@door(Permission.RECALL_ANNOUNCE)
def announce() -> ResponseReturnValue:
    """`?target= &word= &uscc=` come from a search: what was looked at is what is recalled."""
    form = RecallForm()
    if request.method == "GET":
        form.target.data = request.args.get("target") or Target.BATCH.value
        form.word.data, form.uscc.data = request.args.get("word", "")[:120], request.args.get("uscc", "")[:18]
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            found = sought_by(uow, Target(form.target.data), form.word.data or "", form.uscc.data or "")
            sought = Sought(
                found.target, found.batch_number, found.organisation_id, found.kind, found.product,
                form.arrived_since.data, form.arrived_until.data,
            )
            made = recalling.announce_recall(uow, recalling.Announcement(sought, form.reason.data, form.source.data))
        if not form.errors:
            flash(_("召回 {number} 已发布，正在通知有关工程。", number=made.number))
            return see_other(".recall", recall_id=made.id)
    with reading() as uow:
        return page("materials/announce.html", form=form, rows=queries.recalls(uow, 1))


@bp.get("/recalls/<uuid:recall_id>")
@door(Permission.RECALL_ANNOUNCE)
def recall(recall_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        found, notices = queries.receipts(uow, recall_id)
        return page("materials/recall.html", recall=found, notices=notices, form=LiftForm(formdata=None))


@bp.post("/recalls/<uuid:recall_id>/lift")
@door(Permission.RECALL_ANNOUNCE)
def lift(recall_id: UUID) -> ResponseReturnValue:
    form = LiftForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            recalling.lift_recall(uow, recall_id, form.reason.data)
        if not form.errors:
            flash(_("召回已解除。"))
            return see_other(".recall", recall_id=recall_id)
    with reading() as uow:
        found, notices = queries.receipts(uow, recall_id)
        return page("materials/recall.html", recall=found, notices=notices, form=form)


@bp.get("/recall-notices/<uuid:notice_id>")
@door(Permission.MATERIAL_READ)
def recall_notice(notice_id: UUID) -> ResponseReturnValue:
    """Opening it is the receipt."""
    with writing() as uow:
        recalling.open_recall_notice(uow, notice_id)
    with reading() as uow:
        notice, batches = queries.notice_to_answer(uow, notice_id)
        return page("materials/notice.html", notice=notice, batches=batches, form=AnswerForm(formdata=None))


@bp.post("/recall-notices/<uuid:notice_id>/answer")
@door(Permission.MATERIAL_RECORD)
def answer_recall(notice_id: UUID) -> ResponseReturnValue:
    form = AnswerForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            recalling.answer_recall(uow, notice_id, form.answer.data)
        if not form.errors:
            flash(_("处理情况已回复质量监督机构。"))
            return see_other(".recall_notice", notice_id=notice_id)
    with reading() as uow:
        notice, batches = queries.notice_to_answer(uow, notice_id)
        return page("materials/notice.html", notice=notice, batches=batches, form=form)
