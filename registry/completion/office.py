"""Further doors: a day from before the registry, what the station does, the warranty certificate, the dwellings."""

from uuid import UUID

from flask import flash, request
from flask.typing import ResponseReturnValue

from registry.completion import dwellings as homes
from registry.completion import entering, queries, station, warranty
from registry.completion.blueprint import bp
from registry.completion.forms import (
    YES,
    AcceptForm,
    CertificateSignForm,
    DwellingsForm,
    OrderForm,
    OversightForm,
    ReasonForm,
    certificate_form,
    check_form,
    field_name,
    paper_form,
)
from registry.completion.housing import PaperKind
from registry.completion.tasks import task
from registry.kernel.errors import NotFound
from registry.kernel.text import _
from registry.policy import Permission
from registry.web.door import door, reading, writing
from registry.web.pages import page, see_other


@bp.get("/completion")
@door(Permission.STATION_RECORD)
def queue() -> ResponseReturnValue:
    with reading() as uow:
        return page("completion/queue.html", queue=queries.queue(uow), today=uow.today)


@bp.route("/unit-projects/<uuid:unit_id>/acceptance", methods=["GET", "POST"])
@door(Permission.PROJECT_EDIT)
def enter_day(unit_id: UUID) -> ResponseReturnValue:
    form = AcceptForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            unit = entering.enter_acceptance_day(uow, unit_id, form.accepted_on.day)
        if not form.errors:
            flash(_("已登记竣工验收合格日期。设计使用年限和保修期自该日起算。"))
            return see_other("desks.project", project_id=unit.project_id)

    with reading() as uow:
        unit, flows = entering.unit_to_enter(uow, unit_id)
        return page("completion/enter_day.html", form=form, unit=unit, flows=flows)


@bp.route("/units/<uuid:unit_id>/completion/oversight", methods=["GET", "POST"])
@door(Permission.STATION_RECORD)
def oversight(unit_id: UUID) -> ResponseReturnValue:
    form = OversightForm()
    if form.validate_on_submit():
        seen = station.Seen(
            form.organisation.data == YES, form.procedure.data == YES, form.standards.data == YES, form.result.data == YES,
            form.words.data or "",
        )
        with form.blaming(), writing() as uow:
            station.record_oversight(uow, unit_id, seen)
        if not form.errors:
            flash(_("验收监督情况已记录。"))
            return see_other(".show", unit_id=unit_id)

    with reading() as uow:
        now = queries.unit_to_oversee(uow, unit_id)
        return page("completion/form.html", form=form, task=task(
            now.unit, _("记录竣工验收监督情况"), _("对验收的组织形式、程序、执行标准和结论进行监督。"), _("记录"),
        ))


@bp.get("/completion-filings/<uuid:filing_id>")
@door(Permission.STATION_RECORD)
def filing(filing_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return page("completion/filing.html", filing=queries.filing(uow, filing_id), form=OrderForm())


@bp.post("/completion-filings/<uuid:filing_id>/receipt")
@door(Permission.STATION_RECORD)
def receive(filing_id: UUID) -> ResponseReturnValue:
    with writing() as uow:
        receipt = station.receive_filing(uow, filing_id)
    flash(_("已收讫，备案号 {number}。", number=receipt.number))
    return see_other(".filing", filing_id=filing_id)


@bp.post("/completion-filings/<uuid:filing_id>/order")
@door(Permission.STATION_RECORD)
def order(filing_id: UUID) -> ResponseReturnValue:
    form = OrderForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            station.order_reacceptance(uow, filing_id, form.reasons.data, form.basis.data)
        if not form.errors:
            flash(_("已责令重新组织竣工验收，并通知了各方。"), "info")
            return see_other(".filing", filing_id=filing_id)

    with reading() as uow:
        return page("completion/filing.html", filing=queries.filing(uow, filing_id), form=form)


@bp.route("/units/<uuid:unit_id>/warranty", methods=["GET", "POST"])
@door(Permission.COMPLETION_READ)
def warranties(unit_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        found = queries.warranties(uow, unit_id)
    form = certificate_form(found.rules)
    if form.validate_on_submit():
        amounts = {rule.key: form[field_name(rule.key)].data for rule in found.rules}
        terms = warranty.Terms(
            form.scope_words.data, {key: amount for key, amount in amounts.items() if amount is not None},
            form.defect_months.data, form.other.data or "",
        )
        with form.blaming(), writing() as uow:
            made = warranty.draw_up(uow, unit_id, terms)
        if not form.errors:
            flash(_("保修书已填写，请双方签署。"))
            return see_other(".sign_certificate", certificate_id=made.id)
    names = {rule.key: field_name(rule.key) for rule in found.rules}
    return page("completion/warranty.html", form=form, found=found, names=names)


@bp.route("/warranty-certificates/<uuid:certificate_id>/sign", methods=["GET", "POST"])
@door(Permission.COMPLETION_SIGN)
def sign_certificate(certificate_id: UUID) -> ResponseReturnValue:
    form = CertificateSignForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            warranty.sign_certificate(uow, certificate_id, form.signing)
        if not form.errors:
            flash(_("保修书已签署并存证。"))
            with reading() as uow:
                return see_other(".warranties", unit_id=queries.certificate_to_sign(uow, certificate_id).unit_project_id)

    with reading() as uow:
        return page("completion/certificate.html", form=form, certificate=queries.certificate_to_sign(uow, certificate_id),
                    reason_form=ReasonForm(formdata=None))


@bp.post("/warranty-certificates/<uuid:certificate_id>/withdrawal")
@door(Permission.COMPLETION_SIGN)
def withdraw_certificate(certificate_id: UUID) -> ResponseReturnValue:
    form = ReasonForm()
    with reading() as uow:
        certificate = queries.certificate_to_sign(uow, certificate_id)
    if form.validate_on_submit():
        with writing() as uow:
            warranty.withdraw_certificate(uow, certificate_id, form.reason.data)
        flash(_("保修书已撤回，请重新填写。"), "info")
        return see_other(".warranties", unit_id=certificate.unit_project_id)
    return page("completion/certificate.html", form=CertificateSignForm(formdata=None), certificate=certificate, reason_form=form)


@bp.route("/units/<uuid:unit_id>/dwellings", methods=["GET", "POST"])
@door(Permission.COMPLETION_READ)
def dwellings(unit_id: UUID) -> ResponseReturnValue:
    form = DwellingsForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            made = homes.enter_dwellings(uow, unit_id, homes.rows_pasted(form.rows.data))
        if not form.errors:
            flash(_("已登记 {count} 户。", count=len(made)))
            return see_other(".dwellings", unit_id=unit_id)

    with reading() as uow:
        return page("completion/dwellings.html", form=form, homes=queries.dwellings(uow, unit_id), sides=homes.SIDE_WORDS,
                    kinds=queries.PAPER_TITLES)


@bp.post("/units/<uuid:unit_id>/dwellings/signatures/<side>")
@door(Permission.COMPLETION_SIGN)
def sign_dwellings(unit_id: UUID, side: str) -> ResponseReturnValue:
    with writing() as uow:
        count = homes.sign_dwellings(uow, unit_id, side)
    flash(_("已签字 {count} 户。", count=count))
    return see_other(".dwellings", unit_id=unit_id)


@bp.route("/dwellings/<uuid:dwelling_id>/check", methods=["GET", "POST"])
@door(Permission.COMPLETION_SIGN)
def check(dwelling_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        asked = queries.dwelling_to_check(uow, dwelling_id)
    form = check_form(asked.checkpoints)
    if form.validate_on_submit():
        findings = {one.key: form[field_name(one.key)].data == YES for one in asked.checkpoints}
        with form.blaming(), writing() as uow:
            homes.check_dwelling(uow, dwelling_id, homes.Found(findings, form.words.data or "", form.photo.data or None))
        if not form.errors:
            flash(_("{number} 的验收情况已记录。", number=asked.dwelling.number))
            return see_other(".dwellings", unit_id=asked.dwelling.unit_project_id)
    names = {one.key: field_name(one.key) for one in asked.checkpoints}
    return page("completion/check.html", form=form, asked=asked, names=names, reason_form=ReasonForm(formdata=None))


@bp.post("/dwellings/<uuid:dwelling_id>/removal")
@door(Permission.COMPLETION_RECORD)
def strike_off(dwelling_id: UUID) -> ResponseReturnValue:
    form = ReasonForm()
    with writing() as uow:
        unit_id = homes.strike_off(uow, dwelling_id, form.reason.data or "")
    flash(_("已注销登记。"), "info")
    return see_other(".dwellings", unit_id=unit_id)


@bp.route("/units/<uuid:unit_id>/residential-papers/<kind>", methods=["GET", "POST"])
@door(Permission.COMPLETION_RECORD)
def issue(unit_id: UUID, kind: str) -> ResponseReturnValue:
    if kind not in {one.value for one in PaperKind}:
        raise NotFound(_("没有找到所要的记录。"))
    dwelling = dwelling_asked(request.args.get("dwelling", ""))
    with reading() as uow:
        asked = queries.paper_to_issue(uow, unit_id, PaperKind(kind), dwelling)
    form = paper_form(asked.wording.fields, asked.before)
    if form.validate_on_submit():
        answers = {one.key: form[field_name(one.key)].data or "" for one in asked.wording.fields}
        with form.blaming(), writing() as uow:
            homes.issue_residential_paper(uow, unit_id, PaperKind(kind), answers, dwelling)
        if not form.errors:
            flash(_("《{title}》已制作。", title=asked.wording.title))
            return see_other(".dwellings", unit_id=unit_id)
    title = _("制作《{title}》", title=asked.wording.title)
    if asked.dwelling is not None:
        title = _("制作 {number} 户的《{title}》", number=asked.dwelling.number, title=asked.wording.title)
    return page("completion/form.html", form=form, task=task(
        asked.now.unit, title, _("系统已知的内容可以留空；已填写过的自动带出。"), _("制作"), f"/units/{unit_id}/dwellings",
    ))


def dwelling_asked(text: str) -> UUID | None:
    """The dwelling an address names, none for the whole unit project. Raises NotFound for what is no id."""
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(_("没有找到所要的记录。")) from None
