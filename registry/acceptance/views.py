"""Doors to acceptance: the tree, the sheet of a lot, signatures, concealed work."""

from collections.abc import Mapping
from uuid import UUID

from flask import Response, flash, request, url_for
from flask.typing import ResponseReturnValue

from registry.acceptance import accepting, concealing, entering, office, queries, signing, treating, waiting
from registry.acceptance.blueprint import WORDS, bp
from registry.acceptance.forms import (
    AbsenceForm,
    CoverForm,
    CoveringForm,
    OpenForm,
    OpinionForm,
    PhotoForm,
    PointsForm,
    SheetForm,
    TreatmentForm,
    WaiverForm,
)
from registry.acceptance.reviewing import Answer, read_answers
from registry.acceptance.rules import TreatmentKind, Verdict
from registry.acceptance.sampling import least_sample
from registry.acceptance.sheets import blank_workbook, read_sheet, read_workbook, typed_before
from registry.kernel.errors import Invalid
from registry.kernel.staging import StagedFile
from registry.kernel.text import _
from registry.policy import Permission
from registry.web.door import door, reading, writing
from registry.web.files import named, show_document
from registry.web.pages import page, see_other, window_asked

__all__ = ["bp", "office"]
CELLS = 10     # points a sheet offers to begin with; the script adds more
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/projects/<uuid:project_id>/acceptance")
@door(Permission.ACCEPTANCE_READ)
def index(project_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return page("acceptance/index.html", desk=queries.project_desk(uow, project_id), **WORDS)


@bp.get("/acceptance-meetings")
@door(Permission.DESK_OPEN)
def meetings() -> ResponseReturnValue:
    with reading() as uow:
        return page("acceptance/meetings.html", meetings=waiting.meetings(uow), waiting=waiting.waiting_for_me(uow))


@bp.get("/units/<uuid:unit_id>/acceptance")
@door(Permission.ACCEPTANCE_READ)
def tree(unit_id: UUID) -> ResponseReturnValue:
    window = window_asked(100)
    with reading() as uow:
        desk = queries.tree(uow, unit_id, request.args.get("at", "")[:6], window.offset)
        return page("acceptance/tree.html", desk=desk, window=window, crumbs=crumbs_of(desk), **WORDS)


def crumbs_of(desk: queries.TreeDesk) -> list[tuple[str, str]]:
    """The way down to a node: project, acceptance, and what lies above the node."""
    unit = desk.unit
    above = [
        (node.name or unit.name, url_for(".tree", unit_id=unit.id, at=node.code or None)) for node in desk.above
    ]
    return [
        (unit.project.name, url_for("desks.project", project_id=unit.project_id)),
        (_("质量验收"), url_for(".index", project_id=unit.project_id)), *above,
    ]


@bp.get("/lots/<uuid:lot_id>/acceptance")
@door(Permission.ACCEPTANCE_READ)
def lot(lot_id: UUID) -> ResponseReturnValue:
    return lot_page(lot_id, OpinionForm())


def lot_page(lot_id: UUID, form: OpinionForm) -> ResponseReturnValue:
    with reading() as uow:
        return page("acceptance/lot.html", desk=queries.lot(uow, lot_id), form=form, **WORDS)


@bp.route("/lots/<uuid:lot_id>/acceptance/result", methods=["GET", "POST"])
@door(Permission.ACCEPTANCE_RECORD)
def enter(lot_id: UUID) -> ResponseReturnValue:
    form = SheetForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            _lot, sheet = queries.lot_to_enter(uow, lot_id)
            found = read_sheet(sheet.template, dict(request.form.lists()))
            result = entering.enter_result(uow, lot_id, entering.Entry(found, form.basis.data or ""))
            flash(_("检查结果已记录，可以签字。") if result.conforms else _("检查结果已记录，有不符合项。"))
        if not form.errors:
            return see_other(".lot", lot_id=lot_id)

    elif request.method == "GET":
        return correction_page(lot_id, form)
    return sheet_page(lot_id, form, dict(request.form.lists()))


def correction_page(lot_id: UUID, form: SheetForm) -> ResponseReturnValue:
    """The sheet with what was entered before, or an empty one."""
    with reading() as uow:
        before = queries.result_to_correct(uow, lot_id)
    if before is None:
        return sheet_page(lot_id, form, {})
    form.basis.data = before.basis
    return sheet_page(lot_id, form, typed_before(before.checks))


def sheet_page(lot_id: UUID, form: SheetForm, typed: dict[str, list[str]]) -> ResponseReturnValue:
    with reading() as uow:
        found, sheet = queries.lot_to_enter(uow, lot_id)
        least = {check.key: least_sample(check, sheet.tables.content, sheet.capacity) for check in sheet.template.checks}
        return page(
            "acceptance/sheet.html", form=form, lot=found, sheet=sheet, least=least, typed=typed, cells=CELLS,
            points_form=PointsForm(formdata=None), **WORDS,
        )


@bp.get("/lots/<uuid:lot_id>/acceptance/points.xlsx")
@door(Permission.ACCEPTANCE_RECORD)
def points_template(lot_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        found, sheet = queries.lot_to_enter(uow, lot_id)
    return Response(blank_workbook(sheet.template), mimetype=XLSX, headers={
        "Content-Disposition": named("attachment", f"{found.number} 实测点.xlsx"), "Cache-Control": "no-store",
    })


@bp.post("/lots/<uuid:lot_id>/acceptance/points")
@door(Permission.ACCEPTANCE_RECORD)
def points(lot_id: UUID) -> ResponseReturnValue:
    """Show the sheet with the points of a workbook filled in. Nothing is kept until it is submitted."""
    form, sheet_form = PointsForm(), SheetForm(formdata=None)
    typed: dict[str, list[str]] = {}
    with reading() as uow:
        _lot, sheet = queries.lot_to_enter(uow, lot_id)
    sent = request.files.get("workbook")
    if not form.validate_on_submit() or sent is None or not isinstance(sent.stream, StagedFile):
        sheet_form.form_errors.append(_("请选择填好的实测点工作簿（.xlsx）。"))
        return sheet_page(lot_id, sheet_form, typed)
    with sheet_form.blaming():
        sent.stream.settle()
        typed = read_workbook(sent.stream.path, sheet.template)
        flash(_("已读入实测点，请核对后提交；提交之前没有保存。"), "info")
    return sheet_page(lot_id, sheet_form, typed)


@bp.post("/lots/<uuid:lot_id>/acceptance/signature")
@door(Permission.ACCEPTANCE_SIGN)
def sign(lot_id: UUID) -> ResponseReturnValue:
    form = OpinionForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            signing.sign_lot(uow, lot_id, opinion_of(form))
        if not form.errors:
            flash(_("已签字并存证。"))
            return see_other(".lot", lot_id=lot_id)
    return lot_page(lot_id, form)


def opinion_of(form: OpinionForm) -> signing.Opinion:
    return signing.Opinion(Verdict(form.verdict.data), form.words.data or "")


@bp.route("/lots/<uuid:lot_id>/acceptance/treatment", methods=["GET", "POST"])
@door(Permission.ACCEPTANCE_RECORD)
def treat(lot_id: UUID) -> ResponseReturnValue:
    form = TreatmentForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            treating.treat_lot(uow, lot_id, finding_of(form))
        if not form.errors:
            flash(_("已登记不合格处理。"))
            return see_other(".lot", lot_id=lot_id)

    with reading() as uow:
        return page("acceptance/treatment.html", form=form, desk=queries.lot(uow, lot_id), node=None, **WORDS)


def finding_of(form: TreatmentForm) -> treating.Finding:
    return treating.Finding(
        TreatmentKind(form.kind.data), form.words.data or "", form.paper.data or None, form.paper_number.data or "",
        form.issued_by.data or "",
    )


@bp.route("/units/<uuid:unit_id>/acceptance/treatment", methods=["GET", "POST"])
@door(Permission.ACCEPTANCE_RECORD)
def treat_node(unit_id: UUID) -> ResponseReturnValue:
    form, code = TreatmentForm(), request.args.get("at", "")[:6]
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            treating.treat_node(uow, unit_id, code, finding_of(form))
        if not form.errors:
            flash(_("已登记不合格处理。"))
            return see_other(".tree", unit_id=unit_id, at=code)

    with reading() as uow:
        return page("acceptance/treatment.html", form=form, desk=None, node=queries.tree(uow, unit_id, code), **WORDS)


@bp.post("/nonconformities/<uuid:record_id>/approval")
@door(Permission.ACCEPTANCE_SIGN)
def approve(record_id: UUID) -> ResponseReturnValue:
    with writing() as uow:
        record = treating.approve_treatment(uow, record_id)
    flash(_("已认可处理方案。"))
    if record.lot_id is not None:
        return see_other(".lot", lot_id=record.lot_id)
    return see_other(".tree", unit_id=record.unit_project_id, at=record.code)


@bp.route("/units/<uuid:unit_id>/acceptance/new", methods=["GET", "POST"])
@door(Permission.ACCEPTANCE_RECORD)
def open_node(unit_id: UUID) -> ResponseReturnValue:
    code = request.args.get("at", "")[:6]
    with reading() as uow:
        opening = queries.opening(uow, unit_id, code)
    form = OpenForm()
    form.attendants.choices = opening.attendants
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            answers = read_answers(opening.lines, dict(request.form.lists()))
            made = accepting.open_acceptance(uow, unit_id, code, request_of(form, answers))
        if not form.errors:
            flash(_("已报验，并通知应签字的人员。"))
            return see_other(".show", acceptance_id=made.id)
    return page("acceptance/new.html", form=form, opening=opening, typed=dict(request.form.lists()), **WORDS)


def request_of(form: OpenForm, answers: Mapping[str, Answer]) -> accepting.Request:
    return accepting.Request(
        form.remarks.data or "", form.counts(), [UUID(one) for one in form.attendants.data or ()], form.meets_at.moment,
        answers,
    )


@bp.get("/acceptances/<uuid:acceptance_id>")
@door(Permission.ACCEPTANCE_READ)
def show(acceptance_id: UUID) -> ResponseReturnValue:
    return node_page(acceptance_id, OpinionForm())


def node_page(acceptance_id: UUID, form: OpinionForm) -> ResponseReturnValue:
    with reading() as uow:
        return page("acceptance/show.html", desk=queries.acceptance(uow, acceptance_id), form=form, **WORDS)


@bp.post("/acceptances/<uuid:acceptance_id>/signature")
@door(Permission.ACCEPTANCE_SIGN)
def sign_node(acceptance_id: UUID) -> ResponseReturnValue:
    form = OpinionForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            accepting.sign_acceptance(uow, acceptance_id, opinion_of(form))
        if not form.errors:
            flash(_("已签字并存证。"))
            return see_other(".show", acceptance_id=acceptance_id)
    return node_page(acceptance_id, form)


@bp.route("/units/<uuid:unit_id>/acceptance/absences", methods=["GET", "POST"])
@door(Permission.ACCEPTANCE_RECORD)
def absences(unit_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        desk = queries.tree(uow, unit_id, "")
    form = AbsenceForm()
    form.codes.choices = [
        (node.code, f"{node.code} {node.name}") for node in desk.state.nodes.values()
        if node.code and len(node.code) < 6 and not node.lots and node.code not in desk.absences
    ]
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            made = treating.declare_absent(uow, unit_id, form.codes.data or (), form.reason.data or "")
        if not form.errors:
            flash(_("已声明 {count} 项不涉及。", count=len(made)))
            return see_other(".tree", unit_id=unit_id)
    return page("acceptance/absences.html", form=form, desk=desk, **WORDS)


@bp.post("/units/<uuid:unit_id>/acceptance/absences/<code>/withdrawal")
@door(Permission.ACCEPTANCE_RECORD)
def withdraw(unit_id: UUID, code: str) -> ResponseReturnValue:
    with writing() as uow:
        treating.withdraw_absence(uow, unit_id, code, "")
    flash(_("已撤回不涉及声明。"))
    return see_other(".tree", unit_id=unit_id, at=code)


@bp.route("/units/<uuid:unit_id>/concealed", methods=["GET", "POST"])
@door(Permission.ACCEPTANCE_READ)
def concealed(unit_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        unit, works, items = queries.concealed_list(uow, unit_id)
    form = CoveringForm()
    form.item_key.choices = [(item.key, item.label) for item in items]
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            made = concealing.notice_covering(uow, unit_id, covering_of(form))
        if not form.errors:
            flash(_("已通知监理和建设单位，请上传隐蔽前的照片。"))
            return see_other(".look", work_id=made.id)
    return page("acceptance/concealed.html", form=form, unit=unit, works=works, items=items, **WORDS)


def covering_of(form: CoveringForm) -> concealing.Covering:
    looked_at = form.looked_at.moment
    if looked_at is None:
        raise Invalid(_("请填写隐检时间。"), field="looked_at")
    return concealing.Covering(
        form.item_key.data, form.item_code.data, form.place.data, form.materials.data, form.contents.data, looked_at,
        form.drawings.data or "", previous=id_sent(request.args.get("repeats", "")),
    )


def id_sent(sent: str) -> UUID | None:
    try:
        return UUID(sent)
    except ValueError:
        return None


@bp.get("/concealed/<uuid:work_id>")
@door(Permission.ACCEPTANCE_READ)
def look(work_id: UUID) -> ResponseReturnValue:
    return look_page(work_id, CoverForm(formdata=None))


def look_page(work_id: UUID, form: CoverForm, photo_form: PhotoForm | None = None) -> ResponseReturnValue:
    with reading() as uow:
        return page(
            "acceptance/look.html", desk=queries.concealed(uow, work_id), form=form,
            photo_form=photo_form or PhotoForm(formdata=None), waiver_form=WaiverForm(formdata=None), **WORDS,
        )


@bp.post("/concealed/<uuid:work_id>/photos")
@door(Permission.ACCEPTANCE_RECORD)
def photograph(work_id: UUID) -> ResponseReturnValue:
    form = PhotoForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            concealing.add_photo(uow, work_id, form.photo.sent, form.caption.data or "")
        if not form.errors:
            flash(_("照片已收存。"))
            return see_other(".look", work_id=work_id)
    return look_page(work_id, CoverForm(formdata=None), form)


@bp.post("/concealed/<uuid:work_id>/signature")
@door(Permission.ACCEPTANCE_SIGN)
def sign_look(work_id: UUID) -> ResponseReturnValue:
    form = CoverForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            concealing.sign_concealed(uow, work_id, opinion_of(form))
        if not form.errors:
            flash(_("已签字并存证。"))
            return see_other(".look", work_id=work_id)
    return look_page(work_id, form)


@bp.post("/concealed/<uuid:work_id>/waiver")
@door(Permission.ACCEPTANCE_WAIVE)
def waive(work_id: UUID) -> ResponseReturnValue:
    with writing() as uow:
        concealing.waive_station(uow, work_id, WaiverForm().reason.data or "")
    flash(_("已答复不到场。"))
    return see_other(".look", work_id=work_id)


@bp.get("/concealed-photos/<uuid:photo_id>")
@door(Permission.ACCEPTANCE_READ)
def photo(photo_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return show_document(queries.photo(uow, photo_id))


@bp.get("/acceptance-papers/<uuid:paper_id>")
@door(Permission.ACCEPTANCE_READ)
def paper(paper_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return show_document(queries.paper(uow, paper_id))
