"""Doors to completion for the parties: conditions, steps, reports, meeting, opinions, filing."""

from uuid import UUID

from flask import Response, flash, request
from flask.typing import ResponseReturnValue

from registry.completion import actions, filing, office, printing, queries, reports
from registry.completion.blueprint import bp
from registry.completion.forms import (
    YES,
    FilingForm,
    MeetingForm,
    OpinionForm,
    ReasonForm,
    ReportForm,
    StatementForm,
)
from registry.completion.models import ReportKind, Stance
from registry.completion.papers import FilingWords
from registry.completion.printing import MOMENTS, moment_named
from registry.completion.rules import REPORT_WORDS
from registry.completion.tasks import task
from registry.kernel.text import _
from registry.policy import Permission
from registry.web.door import door, reading, writing
from registry.web.files import named, show_document
from registry.web.pages import page, see_other

__all__ = ["bp", "office"]


@bp.get("/projects/<uuid:project_id>/gates")
@door(Permission.COMPLETION_READ)
def gates(project_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        found = queries.project_gates(uow, project_id, moment_named(request.args.get("moment", "")))
        return page("completion/gates.html", gates=found, unit=None, moments=MOMENTS)


@bp.get("/units/<uuid:unit_id>/gates")
@door(Permission.COMPLETION_READ)
def unit_gates(unit_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        found = queries.unit_gates(uow, unit_id, moment_named(request.args.get("moment", "")))
        return page("completion/gates.html", gates=found, unit=found.units[0].unit, moments=MOMENTS)


@bp.get("/units/<uuid:unit_id>/gates.pdf")
@door(Permission.COMPLETION_READ)
def gate_report(unit_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        made = printing.gate_report(uow, unit_id, moment_named(request.args.get("moment", "")))
    return Response(made.pdf, mimetype="application/pdf", headers={
        "Content-Disposition": named("inline", made.name), "Cache-Control": "no-store",
    })


@bp.get("/units/<uuid:unit_id>/completion")
@door(Permission.COMPLETION_READ)
def show(unit_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return page("completion/show.html", where=queries.where(uow, unit_id), reason_form=ReasonForm())


@bp.route("/units/<uuid:unit_id>/completion/reports/<kind>", methods=["GET", "POST"])
@door(Permission.COMPLETION_SIGN)
def report(unit_id: UUID, kind: str) -> ResponseReturnValue:
    which, form = printing.report_kind(kind), ReportForm()
    if form.validate_on_submit():
        facts = reports.ReportFacts(form.conclusion.data, form.approved_by.data, form.file.data or None)
        with form.blaming(), writing() as uow:
            reports.submit_report(uow, unit_id, which, facts, form.signing)
        if not form.errors:
            flash(_("{report}已签署并存证。", report=REPORT_WORDS[which]))
            return see_other(".show", unit_id=unit_id)

    with reading() as uow:
        now = queries.unit_to_sign(uow, unit_id)
        return page("completion/form.html", form=form, task=task(
            now.unit, _("签署{report}", report=REPORT_WORDS[which]), report_lead(which), _("签署"),
        ))


def report_lead(kind: ReportKind) -> str:
    return {
        ReportKind.CONTRACTOR: _("确认工程已完工，质量符合法律、标准、设计文件和合同的要求。"),
        ReportKind.SUPERVISION: _("对工程质量作出评估。"),
        ReportKind.SURVEY: _("对勘察文件及施工过程中由勘察单位签署的变更进行检查。"),
        ReportKind.DESIGN: _("对设计文件及施工过程中由设计单位签署的变更进行检查。"),
    }[kind]


@bp.route("/units/<uuid:unit_id>/completion/statements/<rule>", methods=["GET", "POST"])
@door(Permission.COMPLETION_READ)
def state(unit_id: UUID, rule: str) -> ResponseReturnValue:
    form = StatementForm()
    if form.validate_on_submit():
        facts = reports.StatementFacts(
            Stance(form.stance.data), form.words.data, form.number.data or "", form.file.data or None,
        )
        with form.blaming(), writing() as uow:
            reports.state_condition(uow, unit_id, rule, facts)
        if not form.errors:
            flash(_("已确认并存证。"))
            return see_other(".unit_gates", unit_id=unit_id)

    with reading() as uow:
        return page("completion/state.html", form=form, asked=queries.condition(uow, unit_id, rule))


@bp.route("/units/<uuid:unit_id>/completion/meeting", methods=["GET", "POST"])
@door(Permission.COMPLETION_FILE)
def meeting(unit_id: UUID) -> ResponseReturnValue:
    form = MeetingForm()
    with reading() as uow:
        asked = queries.meeting_to_call(uow, unit_id)
    form.units.choices = list(asked.others)
    if form.validate_on_submit():
        facts = actions.Meeting(form.meets_on.day, form.meets_at.data, form.place.data, form.members.data)
        with form.blaming(), writing() as uow:
            actions.call_meeting(uow, [UUID(one) for one in form.units.data], facts)
        if not form.errors:
            flash(_("已通知质量监督机构和参加验收的各方。"))
            return see_other(".show", unit_id=unit_id)
    elif request.method == "GET":
        form.units.data, form.meets_on.data = [str(unit_id)], asked.earliest.due_on
    return page("completion/meeting.html", form=form, asked=asked)


@bp.post("/units/<uuid:unit_id>/completion/meeting/withdrawal")
@door(Permission.COMPLETION_FILE)
def call_off(unit_id: UUID) -> ResponseReturnValue:
    form = ReasonForm()
    if form.validate_on_submit():
        with writing() as uow:
            actions.withdraw_notice(uow, unit_id, form.reason.data)
        flash(_("验收已取消，并通知了各方。"), "info")
        return see_other(".show", unit_id=unit_id)

    with reading() as uow:
        return page("completion/show.html", where=queries.where(uow, unit_id), reason_form=form)


@bp.post("/units/<uuid:unit_id>/completion/withdrawal")
@door(Permission.COMPLETION_FILE)
def withdraw(unit_id: UUID) -> ResponseReturnValue:
    form = ReasonForm()
    if form.validate_on_submit():
        with writing() as uow:
            actions.withdraw_round(uow, unit_id, form.reason.data)
        flash(_("本轮验收已撤回。"), "info")
        return see_other(".show", unit_id=unit_id)

    with reading() as uow:
        return page("completion/show.html", where=queries.where(uow, unit_id), reason_form=form)


@bp.route("/units/<uuid:unit_id>/completion/opinion", methods=["GET", "POST"])
@door(Permission.COMPLETION_SIGN)
def opinion(unit_id: UUID) -> ResponseReturnValue:
    form = OpinionForm()
    if form.validate_on_submit():
        voice = actions.Voice(form.agrees.data == YES, form.opinion.data)
        with form.blaming(), writing() as uow:
            actions.sign_opinion(uow, unit_id, voice, form.signing)
        if not form.errors:
            flash(_("验收意见已签署并存证。"))
            return see_other(".show", unit_id=unit_id)

    with reading() as uow:
        now = queries.unit_to_sign(uow, unit_id)
        return page("completion/form.html", form=form, task=task(
            now.unit, _("签署竣工验收意见"), _("全部各方同意后，最后一人签字之日为竣工验收合格之日。"), _("签署验收意见"),
        ))


@bp.route("/units/<uuid:unit_id>/completion/filing", methods=["GET", "POST"])
@door(Permission.COMPLETION_FILE)
def file(unit_id: UUID) -> ResponseReturnValue:
    form = FilingForm()
    if form.validate_on_submit():
        words = FilingWords(form.content.data, form.scale.data, form.contract_price.data, form.planning_permit.data or "")
        with form.blaming(), writing() as uow:
            made = filing.submit_filing(uow, unit_id, words)
        if not form.errors:
            flash(_("备案已报送，已超过期限。") if made.late else _("备案已报送。"), "wait" if made.late else "message")
            return see_other(".show", unit_id=unit_id)

    with reading() as uow:
        now = queries.unit_to_file(uow, unit_id)
        return page("completion/form.html", form=form, task=task(
            now.unit, _("报送竣工验收备案"), _("备案表由系统按登记的内容生成，其余文件已在系统中。"), _("报送备案"),
        ))


@bp.get("/completion-papers/<kind>/<uuid:record_id>")
@door(Permission.COMPLETION_READ)
def paper(kind: str, record_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        found = queries.paper(uow, kind, record_id)
    return show_document(found)
