"""Doors to the designs of a project: drawings, reviews, changes, arguments, and what was in force on a day."""

from uuid import UUID

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from registry.designs import actions, arguing, delivering, desk, offering, papers, queries, words
from registry.designs.forms import (
    ALL_UNITS,
    AnswerOpinionForm,
    ArgumentForm,
    ChangeForm,
    CloseForm,
    DecideForm,
    DeliverForm,
    HandOutForm,
    InForceForm,
    OpinionForm,
    ReviewForm,
    TargetForm,
    WithdrawForm,
    codes_in,
)
from registry.designs.models import Conclusion, Decision, Result
from registry.kernel.errors import Invalid
from registry.kernel.text import _
from registry.policy import Permission
from registry.web.door import door, reading, writing
from registry.web.files import show_document
from registry.web.pages import page, see_other
from registry.web.uploads import upload_number

bp = Blueprint("designs", __name__)
for name in ("why_words", "why_tone", "next_words", "result_words", "decision_words", "conclusion_words", "file_words"):
    bp.add_app_template_filter(getattr(words, name), f"design_{name}")


def units_offered(offered: offering.Recording) -> list[tuple[str, object]]:
    return [ALL_UNITS, *((str(unit.id), f"{unit.number} {unit.name}") for unit in offered.project.units)]


def firms_offered(offered: offering.Recording) -> list[tuple[str, str]]:
    return [(str(firm.id), firm.organisation_name) for firm in offered.firms]


@bp.get("/projects/<uuid:project_id>/designs")
@door(Permission.DESIGN_READ)
def index(project_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return page("designs/index.html", desk=desk.desk(uow, project_id))


@bp.get("/projects/<uuid:project_id>/designs/in-force")
@door(Permission.DESIGN_READ)
def in_force(project_id: UUID) -> ResponseReturnValue:
    form = InForceForm(request.args)
    with reading() as uow:
        ground = queries.ground(uow, project_id, form.unit.data or "", form.part.data or "")
        found = None
        if ground.unit and form.validate():
            with form.blaming():
                found = queries.drawings_in_force(uow, ground.unit.id, form.part.data or "", form.on.data or uow.today)
        return page("designs/in_force.html", form=form, ground=ground, found=found, today=uow.today)


@bp.route("/projects/<uuid:project_id>/designs/deliver", methods=["GET", "POST"])
@door(Permission.DESIGN_RECORD)
def deliver(project_id: UUID) -> ResponseReturnValue:
    """A first POST takes the files in and shows them in a grid; a second one, with the grid, delivers them."""
    (form, offered), refused = deliver_form(project_id), []
    files = [file for file in form.files.data or () if getattr(file, "filename", "")]
    line = f"{form.unit.data}/{form.discipline.data}/{form.stage.data}"
    if request.method == "POST" and (files or line != form.line.data):
        with form.blaming(), writing() as uow:
            refused = add_rows(form, delivering.receive_files(uow, project_id, files))
            form.line.data, form.follows.data = line, delivering.latest_version(
                uow, project_id, upload_number(form.unit.data), form.discipline.data or "", form.stage.data or "",
            )
        if not files and not form.rows.entries:
            form.blame(Invalid(_("请选择图纸文件。"), field="files"))
    elif form.validate_on_submit():
        with form.blaming(), writing() as uow:
            made = delivering.deliver_drawings(uow, project_id, delivery_of(form))
        if not form.errors:
            flash(_("已交付第 {version} 版。", version=made.version))
            return see_other(".show", set_id=made.id)
    return page("designs/deliver.html", form=form, refused=refused, offered=offered)


def deliver_form(project_id: UUID) -> tuple[DeliverForm, offering.Recording]:
    """The form and what it offers; opened from a version (?after=), it is filled in as that one was."""
    after = upload_number(request.args.get("after"))
    with reading() as uow:
        offered = offering.recording(uow, project_id, offering.DELIVERERS)
        before = queries.drawing_set(uow, after).drawings if after and request.method == "GET" else None
    form = DeliverForm(data=None if before is None else {
        "unit": str(before.unit_project_id or ""), "discipline": before.discipline, "stage": before.stage,
        "title": before.title, "number": before.number, "participation": str(before.participation_id),
    })
    form.unit.choices, form.participation.choices = units_offered(offered), firms_offered(offered)
    form.discipline.choices, form.stage.choices = offered.names.disciplines.items(), offered.names.stages.items()
    return form, offered


def add_rows(form: DeliverForm, arrived: list[delivering.Arrived]) -> list[delivering.Arrived]:
    """Add a row for each file that may be a sheet; return those that may not."""
    for one in arrived:
        if one.upload_id is not None:
            form.rows.append_entry(
                {"upload": one.upload_id, "file": one.file_name, "number": one.number, "title": one.title}
            )
    return [one for one in arrived if one.upload_id is None]


def delivery_of(form: DeliverForm) -> delivering.Delivery:
    kept = [row.form for row in form.rows if not row.form.left_out.data and upload_number(row.form.upload.data)]
    return delivering.Delivery(
        form.discipline.data, form.stage.data, form.title.data or "", form.number.data or "",
        UUID(form.participation.data), form.delivered_on.day,
        tuple(delivering.SheetFacts(row.number.data or "", row["title"].data or "", UUID(row.upload.data)) for row in kept),
        upload_number(form.unit.data), form.follows.number, form.note.data or "",
    )


@bp.get("/drawing-sets/<uuid:set_id>")
@door(Permission.DESIGN_READ)
def show(set_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        shown = queries.drawing_set(uow, set_id)
        form = HandOutForm(formdata=None)
        form.participation.choices = receivers(shown)
        return page("designs/show.html", shown=shown, form=form, today=uow.today)


def receivers(shown: queries.SetShown) -> list[tuple[str, str]]:
    return [
        (str(firm.id), firm.organisation_name) for firm in shown.drawings.project.participations
        if firm.role in {"contractor", "general-contractor", "subcontractor", "supervision"}
    ]


@bp.post("/drawing-sets/<uuid:set_id>/issues")
@door(Permission.DESIGN_RECORD)
def hand_out(set_id: UUID) -> ResponseReturnValue:
    form = HandOutForm()
    with reading() as uow:
        shown, today = queries.set_to_hand_out(uow, set_id), uow.today
        form.participation.choices = receivers(shown)
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            issue = delivering.hand_out(uow, set_id, delivering.Handing(
                UUID(form.participation.data), form.issued_on.day, form.explanation.data or "",
            ))
        if not form.errors:
            flash(_("已登记发放，并标为未审先用，已通知质量监督机构。") if issue.before_review else _("已登记发放。"))
            return see_other(".show", set_id=set_id)
    return page("designs/show.html", shown=shown, form=form, today=today)


@bp.get("/drawing-sheets/<uuid:sheet_id>")
@door(Permission.DESIGN_READ)
def sheet(sheet_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return show_document(queries.sheet_file(uow, sheet_id))


@bp.route("/projects/<uuid:project_id>/designs/reviews", methods=["GET", "POST"])
@door(Permission.DESIGN_RECORD)
def review(project_id: UUID) -> ResponseReturnValue:
    form = ReviewForm()
    with reading() as uow:
        offered = offering.recording(uow, project_id, offering.REVIEW_RECORDERS)
        form.covered.choices = offering.to_be_reviewed(uow, project_id)
    if form.validate_on_submit():
        chosen = [one.partition(":") for one in form.covered.data or ()]
        with form.blaming(), writing() as uow:
            actions.record_review(uow, project_id, actions.Certificate(
                form.number.data, form.organisation_name.data, codes_in(form.reviewers.data), Result(form.result.data),
                form.issued_on.day, form.scan.sent, tuple(UUID(key) for kind, _colon, key in chosen if kind == "set"),
                tuple(UUID(key) for kind, _colon, key in chosen if kind == "change"), form.opinions.data or "",
            ))
        if not form.errors:
            flash(_("已登记审查。"))
            return see_other(".index", project_id=project_id)
    if request.method == "GET" and request.args.get("of"):
        form.covered.data = [request.args["of"]]
    return page("designs/review.html", form=form, offered=offered)


@bp.get("/drawing-reviews/<uuid:review_id>/certificate")
@door(Permission.DESIGN_READ)
def certificate(review_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return show_document(queries.review_file(uow, review_id))


@bp.route("/projects/<uuid:project_id>/designs/changes", methods=["GET", "POST"])
@door(Permission.DESIGN_RECORD)
def draw_change(project_id: UUID) -> ResponseReturnValue:
    form = ChangeForm()
    with reading() as uow:
        offered = offering.recording(uow, project_id)
        form.unit.choices, form.participation.choices = units_offered(offered), firms_offered(offered)
        form.kind.choices, form.asked_by.choices = offered.names.change_kinds.items(), offered.names.roles.items()
        form.triggers.choices = offered.names.triggers.items()
        form.drawings.choices = [("", _("不针对某一套图纸")), *offering.sets_offered(uow, project_id)]
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            made = actions.record_change(uow, project_id, change_of(form))
        if not form.errors:
            flash(_("已登记，已通知各方会签。"))
            return see_other(".change", change_id=made.id)
    return page("designs/draw_change.html", form=form, offered=offered)


def change_of(form: ChangeForm) -> actions.ChangeFacts:
    return actions.ChangeFacts(
        form.kind.data, form.number.data, form.reason.data, form.content.data, codes_in(form.parts.data),
        form.asked_by.data, UUID(form.participation.data), form.effective_on.day, form.scan.sent,
        upload_number(form.unit.data), upload_number(form.drawings.data), tuple(form.triggers.data or ()),
    )


@bp.get("/design-changes/<uuid:change_id>")
@door(Permission.DESIGN_READ)
def change(change_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return page("designs/change.html", shown=queries.design_change(uow, change_id),
                    form=DecideForm(formdata=None), withdraw_form=WithdrawForm(formdata=None))


@bp.post("/design-changes/<uuid:change_id>/approvals/<office>")
@door(Permission.DESIGN_APPROVE)
def decide(change_id: UUID, office: str) -> ResponseReturnValue:
    form = DecideForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            actions.decide_change(uow, change_id, office, Decision(form.decision.data), form.opinion.data or "")
        if not form.errors:
            flash(_("已会签。"))
            return see_other(".change", change_id=change_id)
    with reading() as uow:
        return page("designs/change.html", shown=queries.design_change(uow, change_id), form=form,
                    withdraw_form=WithdrawForm(formdata=None))


@bp.post("/design-changes/<uuid:change_id>/withdrawal")
@door(Permission.DESIGN_RECORD)
def withdraw(change_id: UUID) -> ResponseReturnValue:
    form = WithdrawForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            actions.withdraw_change(uow, change_id, form.reason.data)
        if not form.errors:
            flash(_("已撤回。"))
            return see_other(".change", change_id=change_id)
    with reading() as uow:
        return page("designs/change.html", shown=queries.design_change(uow, change_id), form=DecideForm(formdata=None),
                    withdraw_form=form)


@bp.get("/design-changes/<uuid:change_id>/file")
@door(Permission.DESIGN_READ)
def change_file(change_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return show_document(queries.change_file(uow, change_id))


@bp.get("/design-changes/<uuid:change_id>/form.pdf")
@door(Permission.DESIGN_READ)
def change_paper(change_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return show_document(papers.change_paper(uow, change_id))


@bp.get("/unit-projects/<uuid:unit_id>/design-delivery.pdf")
@door(Permission.DESIGN_READ)
def delivery_paper(unit_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return show_document(papers.delivery_paper(uow, unit_id))


@bp.route("/unit-projects/<uuid:unit_id>/design-targets", methods=["GET", "POST"])
@door(Permission.DESIGN_RECORD)
def aim(unit_id: UUID) -> ResponseReturnValue:
    form = TargetForm()
    with reading() as uow:
        aims = offering.aims(uow, unit_id)
        form.kind.choices = [(kind.key, kind.label) for kind in aims.kinds.values()]
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            arguing.set_target(uow, unit_id, form.kind.data, form.value.data, form.basis.data)
        if not form.errors:
            flash(_("已登记设计目标。"))
            return see_other(".index", project_id=aims.unit.project_id)
    return page("designs/aim.html", form=form, aims=aims)


@bp.route("/projects/<uuid:project_id>/designs/arguments", methods=["GET", "POST"])
@door(Permission.DESIGN_RECORD)
def argue(project_id: UUID) -> ResponseReturnValue:
    form = ArgumentForm()
    with reading() as uow:
        offered = offering.recording(uow, project_id)
        form.unit.choices, form.participation.choices = units_offered(offered), firms_offered(offered)
        form.kind.choices = offered.names.argument_kinds.items()
    if request.form.get("more"):
        form.experts.append_entry()
    elif form.validate_on_submit():
        with form.blaming(), writing() as uow:
            made = arguing.open_argument(uow, project_id, argument_of(form))
        if not form.errors:
            flash(_("已登记论证。专家意见全部答复后方可登记结论。"))
            return see_other(".argument", argument_id=made.id)
    return page("designs/argue.html", form=form, offered=offered)


def argument_of(form: ArgumentForm) -> arguing.ArgumentFacts:
    experts = tuple(
        arguing.Expert(row["name"].data, row["title"].data or "", row["field"].data or "", row["organisation"].data or "")
        for row in (entry.form for entry in form.experts) if row["name"].data
    )
    return arguing.ArgumentFacts(
        form.kind.data, form.subject.data, UUID(form.participation.data), form.held_on.day, experts,
        arguing.opinions_in(form.opinions.data or "", [one.name for one in experts]), upload_number(form.unit.data),
    )


@bp.get("/scheme-arguments/<uuid:argument_id>")
@door(Permission.DESIGN_READ)
def argument(argument_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return page("designs/argument.html", **argument_page(queries.argument(uow, argument_id)))


def argument_page(shown: queries.ArgumentShown, **sent: object) -> dict[str, object]:
    """What the page of an argument is given; `sent`: the form that was sent, where one was."""
    opinion_form = OpinionForm(formdata=None)
    opinion_form.expert.choices = experts_offered(shown)
    return {
        "shown": shown, "opinion_form": opinion_form, "answer_form": AnswerOpinionForm(formdata=None),
        "close_form": CloseForm(formdata=None), "answering": None,
    } | sent


def experts_offered(shown: queries.ArgumentShown) -> list[tuple[str, str]]:
    return [("", _("全体专家")), *((one.name, one.name) for one in shown.argument.experts)]


@bp.post("/scheme-arguments/<uuid:argument_id>/opinions")
@door(Permission.DESIGN_RECORD)
def add_opinion(argument_id: UUID) -> ResponseReturnValue:
    form = OpinionForm()
    with reading() as uow:
        shown = queries.argument_to_record(uow, argument_id)
        form.expert.choices = experts_offered(shown)
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            arguing.add_opinion(uow, argument_id, arguing.Opinion(form.words.data, form.expert.data or ""))
        if not form.errors:
            return see_other(".argument", argument_id=argument_id)
    return page("designs/argument.html", **argument_page(shown, opinion_form=form))


@bp.post("/argument-opinions/<uuid:opinion_id>/answer")
@door(Permission.DESIGN_RECORD)
def answer(opinion_id: UUID) -> ResponseReturnValue:
    form = AnswerOpinionForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            opinion = arguing.answer_opinion(uow, opinion_id, form.answer.data)
        if not form.errors:
            flash(_("已答复第 {number} 条意见。", number=opinion.number))
            return see_other(".argument", argument_id=opinion.argument_id)
    with reading() as uow:
        shown = queries.argument_of_opinion(uow, opinion_id)
        return page("designs/argument.html", **argument_page(shown, answer_form=form, answering=opinion_id))


@bp.post("/scheme-arguments/<uuid:argument_id>/conclusion")
@door(Permission.DESIGN_RECORD)
def close(argument_id: UUID) -> ResponseReturnValue:
    form = CloseForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            arguing.close_argument(uow, argument_id, Conclusion(form.conclusion.data), form.report.sent)
        if not form.errors:
            flash(_("已登记论证结论。"))
            return see_other(".argument", argument_id=argument_id)
    with reading() as uow:
        return page("designs/argument.html", **argument_page(queries.argument(uow, argument_id), close_form=form))


@bp.get("/scheme-arguments/<uuid:argument_id>/report")
@door(Permission.DESIGN_READ)
def report(argument_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return show_document(queries.report_file(uow, argument_id))
