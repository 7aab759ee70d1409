"""Doors to materials on the site: what arrived, its chain, the acts upon it."""

from decimal import Decimal
from uuid import UUID

from flask import Response, flash, request
from flask.typing import ResponseReturnValue

from registry.kernel.text import _
from registry.kernel.uow import CHINA, UnitOfWork
from registry.materials import (
    arriving,
    component_doors,
    deciding,
    offices,
    papers,
    queries,
    recall_doors,
    testing,
)
from registry.materials.batch_queries import LATEST, SORTS, Wanted, batches
from registry.materials.blueprint import bp
from registry.materials.forms import (
    ApprovalForm,
    ArrivalForm,
    DowngradeForm,
    InspectionForm,
    PaperForm,
    ReportForm,
    RetestForm,
    SampleForm,
    ScanForm,
)
from registry.materials.models import Batch, Component, Verdict
from registry.materials.scanning import recognise
from registry.policy import Permission
from registry.web.door import door, reading, writing
from registry.web.files import named, show_document
from registry.web.pages import page, see_other, sort_asked, window_asked
from registry.web.uploads import upload_number

NOTHING = Decimal(0)  # what was left empty; the act says that it is too little

__all__ = ["bp", "component_doors", "recall_doors"]

PRINTED = {
    "inspection": papers.inspection_record, "sampling": papers.sampling_record, "label": papers.batch_label,
}


@bp.get("/projects/<uuid:project_id>/materials")
@door(Permission.MATERIAL_READ)
def index(project_id: UUID) -> ResponseReturnValue:
    window, asked = window_asked(), request.args
    wanted = Wanted(
        asked.get("kind", ""), upload_number(asked.get("producer", "")), upload_number(asked.get("supplier", "")),
        asked.get("flag", ""), asked.get("state", ""), asked.get("q", "").strip()[:100],
        sort_asked(*SORTS, usual=LATEST), window.offset, window.size,
    )
    with reading() as uow:
        return page("materials/index.html", listed=batches(uow, project_id, wanted), wanted=wanted, window=window)


@bp.get("/projects/<uuid:project_id>/materials/failed")
@door(Permission.MATERIAL_READ)
def failed(project_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        project, rows = queries.failed_ledger(uow, project_id)
        return page("materials/failed.html", project=project, rows=rows)


@bp.route("/projects/<uuid:project_id>/materials/arrive", methods=["GET", "POST"])
@door(Permission.MATERIAL_RECORD)
def arrive(project_id: UUID) -> ResponseReturnValue:
    """`?like=<batch>` takes over everything that repeats from an earlier delivery."""
    form = ArrivalForm()
    with reading() as uow:
        offered = offered_to(uow, project_id, form)
        like = upload_number(request.args.get("like", ""))
        if request.method == "GET":
            take_over(uow, form, next((batch for batch in offered.last if batch.id == like), None))
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            made = arriving.record_batch(uow, project_id, arrival_of(form))
        if not form.errors:
            flash(_("进场已登记。下一步：进场检验。"))
            return see_other(".show", batch_id=made.id)
    said = recognise(form.scanned.data or "")
    return page("materials/arrive.html", form=form, offered=offered, scan=ScanForm(formdata=None), said=said)


def offered_to(uow: UnitOfWork, project_id: UUID, form: ArrivalForm) -> queries.Receiving:
    offered = queries.receiving(uow, project_id)
    form.kind.choices = [(kind.key, f"{kind.label}（{kind.unit}）") for kind in offered.kinds]
    return offered


@bp.post("/projects/<uuid:project_id>/materials/arrive/scan")
@door(Permission.MATERIAL_RECORD)
def scan(project_id: UUID) -> ResponseReturnValue:
    """Show the form with what a supplier's code said filled in. Nothing is kept until it is submitted."""
    form, scan_form = ArrivalForm(formdata=None), ScanForm()
    said = recognise(scan_form.text.data or "") if scan_form.validate_on_submit() else recognise("")
    with reading() as uow:
        offered = offered_to(uow, project_id, form)
        take_over(uow, form, queries.batch_like(uow, said.own_code) if said.own_code else offered.alike(said.fields))
        form.recognised(said)
    return page("materials/arrive.html", form=form, offered=offered, scan=scan_form, said=said)


def take_over(uow: UnitOfWork, form: ArrivalForm, like: Batch | None) -> None:
    form.arrived_on.data = uow.today
    if like is None:
        return
    form.kind.data, form.product.data, form.grade.data = like.kind, like.product, like.grade
    form.producer_name.data, form.supplier_name.data = like.producer_name, like.supplier_name
    form.producer_licence.data = like.producer_licence
    form.producer_uscc.data, form.supplier_uscc.data = queries.codes_of(uow, like)


def arrival_of(form: ArrivalForm) -> arriving.Arrival:
    return arriving.Arrival(
        form.kind.data, form.number.data, form.product.data, form.grade.data, form.quantity.data or NOTHING,
        arriving.Firm(form.producer_uscc.data, form.producer_name.data or ""),
        arriving.Firm(form.supplier_uscc.data, form.supplier_name.data or ""), form.arrived_on.day,
        form.producer_licence.data or "", form.green_label.data or "", form.certificate_number.data or "",
        form.scanned.data or "", form.papers,
    )


@bp.get("/batches/<uuid:batch_id>")
@door(Permission.MATERIAL_READ)
def show(batch_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return page("materials/show.html", chain=queries.chain(uow, batch_id))


@bp.get("/M/<code>")  # as the QR code bears it: capitals need fewer modules
@bp.get("/m/<code>")  # as pages link it: nearest the view, url_for() takes it
@door(Permission.MATERIAL_READ)
def by_code(code: str) -> ResponseReturnValue:
    """What the label on a delivery or a component says: signed in, the code leads there."""
    with reading() as uow:
        found = queries.behind_code(uow, code)
    if isinstance(found, Component):
        return see_other(".show_component", component_id=found.id)
    return see_other(".show", batch_id=found.id)


@bp.get("/batches/<uuid:batch_id>/papers/<sha256>")
@door(Permission.MATERIAL_READ)
def paper(batch_id: UUID, sha256: str) -> ResponseReturnValue:
    with reading() as uow:
        return show_document(queries.paper(uow, batch_id, sha256))


@bp.get("/batches/<uuid:batch_id>/<any(inspection, sampling, label):form>.pdf")
@door(Permission.MATERIAL_READ)
def printed(batch_id: UUID, form: str) -> ResponseReturnValue:
    """材料进场检验记录, 见证取样记录 and the label with the QR code, made when asked for."""
    with reading() as uow:
        made = PRINTED[form](uow, batch_id)
    return Response(made.pdf, mimetype="application/pdf", headers={
        "Content-Disposition": named("inline", made.name), "Cache-Control": "no-store",
    })


@bp.route("/batches/<uuid:batch_id>/papers", methods=["GET", "POST"])
@door(Permission.MATERIAL_RECORD)
def add_paper(batch_id: UUID) -> ResponseReturnValue:
    form = PaperForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            arriving.add_file(uow, batch_id, form.paper, form.file.sent)
        if not form.errors:
            flash(_("资料已收存。"))
            return see_other(".show", batch_id=batch_id)
    with reading() as uow:
        return page("materials/paper.html", form=form, chain=queries.chain(uow, batch_id, Permission.MATERIAL_RECORD))


@bp.route("/batches/<uuid:batch_id>/inspection", methods=["GET", "POST"])
@door(Permission.MATERIAL_RECORD)
def inspect(batch_id: UUID) -> ResponseReturnValue:
    form = InspectionForm()
    if form.validate_on_submit():
        look = arriving.Look(
            Verdict(form.appearance.data), Verdict(form.dimension.data), Verdict(form.marks.data),
            Verdict(form.documents.data), form.remark.data or "",
        )
        with form.blaming(), writing() as uow:
            arriving.inspect_batch(uow, batch_id, look)
        if not form.errors:
            flash(_("进场检验已签字。"))
            return see_other(".show", batch_id=batch_id)
    with reading() as uow:
        return page("materials/inspect.html", form=form, chain=queries.chain(uow, batch_id, Permission.MATERIAL_RECORD))


@bp.route("/batches/<uuid:batch_id>/samples", methods=["GET", "POST"])
@door(Permission.MATERIAL_RECORD)
def sample(batch_id: UUID) -> ResponseReturnValue:
    form = SampleForm()
    with reading() as uow:
        chain = queries.chain(uow, batch_id, Permission.MATERIAL_RECORD)
        form.test.choices = [(test.key, test.label) for test in chain.kind.tests]
        form.sampler.choices = queries.people(uow, chain.batch.project_id, offices.SAMPLERS)
        form.witness.choices = queries.people(uow, chain.batch.project_id, offices.WITNESSES)
        if request.method == "GET":
            now = uow.at.astimezone(CHINA)
            form.taken_on.data, form.taken_time.data = now.date(), f"{now:%H:%M}"
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            testing.record_sample(uow, batch_id, testing.Sampling(
                form.mark.data, form.test.data, form.count.data, UUID(form.sampler.data), UUID(form.witness.data),
                form.taken_at, form.place.data, form.photo.sent,
            ))
        if not form.errors:
            flash(_("见证取样已登记。"))
            return see_other(".show", batch_id=batch_id)
    return page("materials/sample.html", form=form, chain=chain)


@bp.route("/batches/<uuid:batch_id>/reports", methods=["GET", "POST"])
@door(Permission.MATERIAL_RECORD)
def report(batch_id: UUID) -> ResponseReturnValue:
    """A report is entered from one of its batches; others of the same kind can be named with it."""
    form = ReportForm()
    with reading() as uow:
        chain = queries.chain(uow, batch_id, Permission.MATERIAL_RECORD)
        form.test.choices = [(test.key, test.label) for test in chain.kind.tests] or [("other", _("其他检验"))]
        form.commissioner.choices = queries.commissioners(uow, chain.batch.project_id)
        form.sample.choices = [("", _("没有见证取样")), *((str(one.id), one.mark) for one in chain.samples)]
        form.batches.choices = queries.alike(uow, chain.batch)
        if request.method == "GET":
            form.batches.data, form.issued_on.data = [str(batch_id)], uow.today
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            testing.record_report(uow, chain.batch.project_id, report_of(form))
        if not form.errors:
            flash(_("检验报告已收存。"))
            return see_other(".show", batch_id=batch_id)
    return page("materials/report.html", form=form, chain=chain)


def report_of(form: ReportForm) -> testing.Report:
    return testing.Report(
        form.number.data, arriving.Firm(form.laboratory_uscc.data, form.laboratory_name.data or ""),
        UUID(form.commissioner.data), form.test.data, form.lines, Verdict(form.verdict.data),
        form.represented_quantity.data or NOTHING, form.issued_on.day, form.file.sent,
        tuple(UUID(each) for each in form.batches.data), upload_number(form.sample.data),
    )


@bp.route("/batches/<uuid:batch_id>/approval", methods=["GET", "POST"])
@door(Permission.MATERIAL_APPROVE)
def approve(batch_id: UUID) -> ResponseReturnValue:
    form = ApprovalForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            deciding.approve_batch(uow, batch_id, Verdict(form.verdict.data), form.opinion.data or "")
        if not form.errors:
            flash(_("审查意见已签字。"))
            return see_other(".show", batch_id=batch_id)
    with reading() as uow:
        return page("materials/approve.html", form=form, chain=queries.chain(uow, batch_id, Permission.MATERIAL_APPROVE))


@bp.route("/batches/<uuid:batch_id>/downgrade", methods=["GET", "POST"])
@door(Permission.MATERIAL_RECORD)
def downgrade(batch_id: UUID) -> ResponseReturnValue:
    form = DowngradeForm()
    with reading() as uow:
        chain = queries.chain(uow, batch_id, Permission.MATERIAL_RECORD)
        form.consent_by.choices = queries.people(uow, chain.batch.project_id, offices.DESIGNERS)
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            deciding.downgrade_batch(uow, batch_id, deciding.Downgrade(
                form.new_grade.data, UUID(form.consent_by.data), form.consent.sent, form.reason.data,
            ))
        if not form.errors:
            flash(_("降级已登记，请监理重新审查。"))
            return see_other(".show", batch_id=batch_id)
    return page("materials/downgrade.html", form=form, chain=chain)


@bp.route("/batches/<uuid:batch_id>/retest", methods=["GET", "POST"])
@door(Permission.MATERIAL_RECORD)
def retest(batch_id: UUID) -> ResponseReturnValue:
    form = RetestForm()
    with reading() as uow:
        chain = queries.chain(uow, batch_id, Permission.MATERIAL_RECORD)
        form.test.choices = chain.kind.retests
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            deciding.order_retest(uow, batch_id, form.test.data, form.reason.data)
        if not form.errors:
            flash(_("已登记复检，请加倍取样。"))
            return see_other(".show", batch_id=batch_id)
    return page("materials/retest.html", form=form, chain=chain)
