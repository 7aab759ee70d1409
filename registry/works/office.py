"""Doors to what comes before the first lot, to marks and to first samples.

`public_mark` is the address behind the QR at the element.
"""

from uuid import UUID

from flask import Response, flash, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from registry.kernel.text import _
from registry.policy import Permission
from registry.web.door import PUBLIC, door, reading, writing
from registry.web.files import named, show_document
from registry.web.pages import page, see_other, window_asked
from registry.works import chain, marking, marks, photos, preparing, reviewing, samples, sampling, site_checks
from registry.works.blueprint import STATES, bp
from registry.works.forms import (
    ConclusionForm,
    MarkForm,
    PhotosField,
    PlanForm,
    ReasonForm,
    SampleForm,
    VerdictForm,
    filling_form,
)
from registry.works.models import Verdict


@bp.route("/lots/<uuid:lot_id>/mark", methods=["GET", "POST"])
@door(Permission.WORK_RECORD)
def mark(lot_id: UUID) -> ResponseReturnValue:
    form = MarkForm()
    with reading() as uow:
        offer = chain.lot_to_mark(uow, lot_id, request.args.get("step", ""))
        today = uow.today
    form.step.choices, form.doer.choices = list(offer.steps), list(offer.doers)
    if not form.is_submitted():
        form.step.data, form.done_on.data, form.place.data = offer.step, today, offer.lot.place
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            made = marking.mark_lot(uow, lot_id, form.facts)
        if not form.errors:
            flash(_("已标识，请监理验收。"))
            return see_other(".show_mark", mark_id=made.id)
    hold_photos(form.photos)
    return page("works/mark.html", form=form, offer=offer)


def hold_photos(*fields: PhotosField) -> None:
    """Keep what came with a refused form, so that nobody sends a photo twice."""
    for field in fields:
        if field.data:
            with writing() as uow:
                field.data = list[UUID | FileStorage](photos.hold(uow, field.data))


@bp.get("/marks/<uuid:mark_id>")
@door(Permission.WORK_READ)
def show_mark(mark_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        shown = marks.mark_shown(uow, mark_id)
        return page("works/show_mark.html", shown=shown, form=VerdictForm(formdata=None), why=ReasonForm(formdata=None))


@bp.post("/marks/<uuid:mark_id>/verdict")
@door(Permission.WORK_RECORD)
def judge_mark(mark_id: UUID) -> ResponseReturnValue:
    form = VerdictForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            marking.accept_mark(uow, mark_id, Verdict(form.verdict.data), form.words.data or "")
        if not form.errors:
            flash(_("已签署验收意见。"))
            return see_other(".show_mark", mark_id=mark_id)

    with reading() as uow:
        shown = marks.mark_shown(uow, mark_id)
        return page("works/show_mark.html", shown=shown, form=form, why=ReasonForm(formdata=None))


@bp.post("/marks/<uuid:mark_id>/supersede")
@door(Permission.WORK_RECORD)
def supersede(mark_id: UUID) -> ResponseReturnValue:
    form = ReasonForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            old = marking.supersede_mark(uow, mark_id, form.reason.data)
        if not form.errors:
            flash(_("已撤销该责任标识，请重新标识。"))
            return see_other(".show", lot_id=old.lot_id)

    with reading() as uow:
        shown = marks.mark_shown(uow, mark_id)
        return page("works/show_mark.html", shown=shown, form=VerdictForm(formdata=None), why=form)


@bp.get("/marks/<uuid:mark_id>/photos/<int:nth>")
@door(Permission.WORK_READ)
def photo(mark_id: UUID, nth: int) -> ResponseReturnValue:
    with reading() as uow:
        return show_document(marks.mark_photo(uow, mark_id, nth))


@bp.get("/marks/<uuid:mark_id>/<any(board, label):size>.pdf")
@door(Permission.WORK_READ)
def board(mark_id: UUID, size: str) -> ResponseReturnValue:
    with reading() as uow:
        paper = marks.board_pdf(uow, mark_id, size)
    answer = Response(paper, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = named("inline", f"{_('质量责任标识')}.pdf")
    return answer


@bp.get("/units/<uuid:unit_id>/marks")
@door(Permission.WORK_READ)
def unit_marks(unit_id: UUID) -> ResponseReturnValue:
    window, state = window_asked(50), request.args.get("state", "")
    with reading() as uow:
        shown = marks.unit_marks(uow, unit_id, state if state in STATES else "", window.offset, window.size)
        return page("works/unit_marks.html", shown=shown, window=window, state=state, states=list(STATES))


@bp.get("/R/<code>")  # as the QR code bears it: capitals need fewer modules
@bp.get("/r/<code>")  # as pages link it: nearest the view, url_for() takes it
@door(PUBLIC)
def public_mark(code: str) -> ResponseReturnValue:
    with reading() as uow:
        return page("works/public_mark.html", shown=marks.public_mark(uow, code))


@bp.get("/units/<uuid:unit_id>/first-samples")
@door(Permission.WORK_READ)
def unit_samples(unit_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return page("works/unit_samples.html", shown=samples.unit_samples(uow, unit_id))


@bp.route("/units/<uuid:unit_id>/first-samples/new", methods=["GET", "POST"])
@door(Permission.WORK_RECORD)
def make_sample(unit_id: UUID) -> ResponseReturnValue:
    form = SampleForm()
    with reading() as uow:
        offer = samples.sample_offer(uow, unit_id)
        today = uow.today
    form.participation_id.choices = [(str(firm.id), firm.organisation_name) for firm in offer.firms]
    form.item_code.choices = list(offer.items)
    if not form.is_submitted():
        form.item_code.data, form.shown_from.data = request.args.get("item", ""), today
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            made = sampling.make_sample(uow, unit_id, form.facts)
        if not form.errors:
            flash(_("样板已报验，请监理和建设单位验收。"))
            return see_other(".show_sample", sample_id=made.id)
    hold_photos(form.photos, form.videos)
    return page("works/make_sample.html", form=form, offer=offer)


@bp.get("/first-samples/<uuid:sample_id>")
@door(Permission.WORK_READ)
def show_sample(sample_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return page("works/show_sample.html", shown=samples.sample_shown(uow, sample_id), form=VerdictForm(formdata=None))


@bp.post("/first-samples/<uuid:sample_id>/verdict")
@door(Permission.WORK_RECORD)
def judge_sample(sample_id: UUID) -> ResponseReturnValue:
    form = VerdictForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            sampling.judge_sample(uow, sample_id, Verdict(form.verdict.data), form.words.data or "")
        if not form.errors:
            flash(_("已签署样板验收意见。"))
            return see_other(".show_sample", sample_id=sample_id)

    with reading() as uow:
        return page("works/show_sample.html", shown=samples.sample_shown(uow, sample_id), form=form)


@bp.get("/first-samples/<uuid:sample_id>/files/<int:nth>")
@door(Permission.WORK_READ)
def sample_file(sample_id: UUID, nth: int) -> ResponseReturnValue:
    with reading() as uow:
        return show_document(samples.sample_file(uow, sample_id, nth))


@bp.get("/projects/<uuid:project_id>/site-checks")
@door(Permission.WORK_READ)
def project_checks(project_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return page("works/site_checks.html", shown=site_checks.project_checks(uow, project_id))


@bp.route("/projects/<uuid:project_id>/site-checks/new", methods=["GET", "POST"])
@door(Permission.WORK_RECORD)
def fill_check(project_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        offer = site_checks.check_to_fill(uow, project_id)
    form = filling_form(offer.items)
    if not form.is_submitted():
        form.offer({item.key: offer.said_before(item.key) for item in offer.items})
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            made = preparing.fill_site_check(uow, project_id, form.filling)
        if not form.errors:
            flash(_("已提交，请总监理工程师检查。"))
            return see_other(".show_check", check_id=made.id)
    hold_photos(*form.attachments)
    return page("works/fill_check.html", form=form, offer=offer)


@bp.get("/site-checks/<uuid:check_id>")
@door(Permission.WORK_READ)
def show_check(check_id: UUID) -> ResponseReturnValue:
    return check_page(check_id, ConclusionForm(formdata=None))


def check_page(check_id: UUID, form: ConclusionForm) -> ResponseReturnValue:
    with reading() as uow:
        return page("works/show_check.html", shown=site_checks.check_shown(uow, check_id), form=form)


@bp.post("/site-checks/<uuid:check_id>/conclusion")
@door(Permission.WORK_RECORD)
def judge_check(check_id: UUID) -> ResponseReturnValue:
    form = ConclusionForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            preparing.judge_site_check(uow, check_id, Verdict(form.verdict.data), form.conclusion.data)
        if not form.errors:
            flash(_("检查结论已签字并存证，检查记录已生成。"))
            return see_other(".show_check", check_id=check_id)
    return check_page(check_id, form)


@bp.get("/site-checks/<uuid:check_id>/files/<int:nth>")
@door(Permission.WORK_READ)
def check_file(check_id: UUID, nth: int) -> ResponseReturnValue:
    with reading() as uow:
        return show_document(site_checks.check_file(uow, check_id, nth))


@bp.get("/site-checks/<uuid:check_id>/record.pdf")
@door(Permission.WORK_READ)
def check_record(check_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return show_document(site_checks.check_paper(uow, check_id))


@bp.route("/units/<uuid:unit_id>/works/review", methods=["GET", "POST"])
@door(Permission.WORK_RECORD)
def review(unit_id: UUID) -> ResponseReturnValue:
    """审核检验批划分方案."""
    form = PlanForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            reviewing.review_plan(uow, unit_id, Verdict(form.verdict.data), form.words.data or "")
        if not form.errors:
            flash(_("划分方案的审核意见已签字。"))
            return see_other(".lots", unit_id=unit_id)
    with reading() as uow:
        return page("works/review_plan.html", form=form, plan=reviewing.plan_to_review(uow, unit_id))
