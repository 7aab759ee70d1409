"""Doors to projects: register one whole, complete it, bring firms and leaders in and see them out."""

from uuid import UUID

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from registry.kernel.text import _
from registry.policy import Permission
from registry.projects import actions, correcting, crew, queries, registering, staffing
from registry.projects.forms import (
    AmendForm,
    AmendUnitForm,
    CorrectAcceptanceForm,
    CorrectionForm,
    EndForm,
    FirmForm,
    PartForm,
    PartyRow,
    RegistrationForm,
    StaffCorrectionForm,
    StaffForm,
    TermForm,
    UnitForm,
)
from registry.web.door import door, reading, writing
from registry.web.pages import page, see_other, window_asked

bp = Blueprint("projects", __name__)


@bp.get("/projects")
@door(Permission.DESK_OPEN)
def index() -> ResponseReturnValue:
    window = window_asked()
    words = request.args.get("q", "")[:100]
    with reading() as uow:
        found = queries.projects(uow, words, window.offset, window.size)
        return page("projects/index.html", found=found, window=window, words=words)


@bp.route("/projects/new", methods=["GET", "POST"])
@door(Permission.DESK_OPEN)
def register() -> ResponseReturnValue:
    form = RegistrationForm()
    with reading() as uow:
        choices = queries.choices_to_register(uow)
        form.category.choices = choices.categories
    if request.method == "GET":
        for role in choices.principal_roles:
            form.parties.append_entry({"role": role})
    if request.form.get("more"):
        form.units.append_entry()
    elif form.validate_on_submit():
        with form.blaming(), writing() as uow:
            project = registering.register_project(uow, registration_of(form))
        if not form.errors:
            flash(_("项目已登记。下一步：请各方签署授权书和承诺书。"))
            return see_other("pledges.board", project_id=project.id)
    return page("projects/register.html", form=form, choices=choices)


def registration_of(form: RegistrationForm) -> registering.Registration:
    rows = [row for row in form.units if row.number.data or row.form.name.data]
    return registering.Registration(
        actions.ProjectFacts(
            form.number.data, form["name"].data, form.address.data, form.region.data, form.category.data,
            area=form.area.data, cost=form.cost.data, duration_days=form.duration_days.data,
            permit_number=form.permit_number.data or "", started_on=form.started_on.data,
        ),
        tuple(
            registering.unit_of(
                row.number.data or "", row.form["name"].data or "", row.design_life_years.data,
                row.design_life_basis.data or "", row.storeys_above.data, row.storeys_below.data,
            )
            for row in rows
        ),
        tuple(party_of(row.form) for row in form.parties if row.form.uscc.data),
    )


def party_of(row: PartyRow) -> registering.PartyFacts:
    return registering.PartyFacts(
        row.role.data or "", row.uscc.data or "", row["name"].data or "", row.legal_representative.data or "",
        row.licence_number.data or "", None, row.leader.data or "", row.identity_kind.data, row.identity.data or "",
        row.phone.data or "", row.qualification_kind.data or "", row.qualification_number.data or "",
    )


@bp.route("/projects/<uuid:project_id>/amend", methods=["GET", "POST"])
@door(Permission.PROJECT_EDIT)
def amend(project_id: UUID) -> ResponseReturnValue:
    form = AmendForm()
    if form.validate_on_submit():
        changes = {name: form[name].data or "" for name in ("name", "address", "permit_number", "oversight_number")}
        with form.blaming(), writing() as uow:
            actions.amend_project(uow, project_id, form.version.number, form.reason.data, changes | {
                "started_on": form.started_on.data,
            })
        if not form.errors:
            flash(_("已修改。此前的内容仍可在存证中查到。"))
            return see_other("desks.project", project_id=project_id)

    with reading() as uow:
        project = queries.project_to_edit(uow, project_id)
        if not form.is_submitted():
            form = AmendForm(formdata=None, obj=project)
        return page("projects/amend.html", form=form, project=project)


@bp.route("/projects/<uuid:project_id>/firms", methods=["GET", "POST"])
@door(Permission.PROJECT_EDIT)
def admit(project_id: UUID) -> ResponseReturnValue:
    form = FirmForm()
    with reading() as uow:
        choices = queries.choices(uow)
        form.role.choices = choices.roles
    if form.validate_on_submit():
        party = registering.PartyFacts(
            form.role.data, form.uscc.data, form["name"].data or "", form.legal_representative.data or "",
            form.licence_number.data or "", form.since.data,
        )
        with form.blaming(), writing() as uow:
            registering.bring_in(uow, project_id, party, form.units.data or "")
        if not form.errors:
            flash(_("单位已登记进场。"))
            return see_other("pledges.board", project_id=project_id)

    with reading() as uow:
        return page("projects/admit.html", form=form, project=queries.project_to_edit(uow, project_id))


@bp.route("/projects/<uuid:project_id>/unit-projects", methods=["GET", "POST"])
@door(Permission.PROJECT_EDIT)
def add_unit(project_id: UUID) -> ResponseReturnValue:
    form = UnitForm()
    if form.validate_on_submit():
        facts = registering.unit_of(
            form.number.data or "", form["name"].data or "", form.design_life_years.data,
            form.design_life_basis.data or "", form.storeys_above.data, form.storeys_below.data,
        )
        with form.blaming(), writing() as uow:
            actions.add_unit(uow, project_id, facts)
        if not form.errors:
            flash(_("单位工程已登记。"))
            return see_other("desks.project", project_id=project_id)

    with reading() as uow:
        return page("projects/add_unit.html", form=form, project=queries.project_to_edit(uow, project_id))


@bp.route("/unit-projects/<uuid:unit_id>/amend", methods=["GET", "POST"])
@door(Permission.PROJECT_EDIT)
def amend_unit(unit_id: UUID) -> ResponseReturnValue:
    form = AmendUnitForm()
    if form.validate_on_submit():
        changes = {name: form[name].data for name in ("name", "design_life_years", "storeys_above", "storeys_below")}
        changes["design_life_basis"] = form.design_life_basis.data or ""
        with form.blaming(), writing() as uow:
            unit = correcting.amend_unit(uow, unit_id, form.version.number, form.reason.data, changes)
        if not form.errors:
            flash(_("已修改。此前的内容仍可在存证中查到。"))
            return see_other("desks.project", project_id=unit.project_id)

    with reading() as uow:
        unit = queries.unit_to_edit(uow, unit_id)
        if not form.is_submitted():
            form = AmendUnitForm(formdata=None, obj=unit)
        return page("projects/amend_unit.html", form=form, unit=unit)


@bp.route("/terms/<uuid:term_id>/correction", methods=["GET", "POST"])
@door(Permission.PROJECT_EDIT)
def correct(term_id: UUID) -> ResponseReturnValue:
    form = CorrectionForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            right = correcting.correct_dates(uow, term_id, correcting.Correction(
                form.since.day, form.until.data, form.qualification_kind.data or "",
                form.qualification_number.data or "", form.reason.data or "",
            ))
        if not form.errors:
            flash(_("已更正。原登记保留并注明原因；授权书和承诺书须在更正后的任期上重新签署。"))
            return see_other("pledges.show", term_id=right.id)

    with reading() as uow:
        term = queries.term_to_correct(uow, term_id)
        if not form.is_submitted():
            form = CorrectionForm(formdata=None, obj=term)
        return page("projects/correct.html", form=form, term=term)


@bp.route("/participations/<uuid:participation_id>/terms", methods=["GET", "POST"])
@door(Permission.TERM_CHANGE)
def appoint(participation_id: UUID) -> ResponseReturnValue:
    form = TermForm()
    with reading() as uow:
        firm = queries.firm_to_appoint_for(uow, participation_id)
        form.post.choices = queries.posts_of(uow, firm)
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            registering.appoint_person(uow, participation_id, form.post.data, registering.PersonRow(
                form["name"].data, form.identity_kind.data, form.identity.data, form.phone.data or "",
                form.qualification_kind.data or "", form.qualification_number.data or "", form.since.day,
            ))
        if not form.errors:
            flash(_("已任命。请本人签署承诺书、法定代表人签署授权书。"))
            return see_other("pledges.board", project_id=firm.project_id)
    return page("projects/appoint.html", form=form, firm=firm)


@bp.route("/participations/<uuid:participation_id>/end", methods=["GET", "POST"])
@door(Permission.PROJECT_EDIT)
def see_out(participation_id: UUID) -> ResponseReturnValue:
    form = EndForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            firm = actions.end_participation(uow, participation_id, form.last_day.day, form.reason.data)
        if not form.errors:
            flash(_("已登记退场，其项目负责人的任期同日结束。"))
            return see_other("desks.project", project_id=firm.project_id)

    with reading() as uow:
        return page("projects/see_out.html", form=form, firm=queries.firm_to_see_out(uow, participation_id))


@bp.route("/unit-projects/<uuid:unit_id>/acceptance/correction", methods=["GET", "POST"])
@door(Permission.PROJECT_EDIT)
def correct_acceptance(unit_id: UUID) -> ResponseReturnValue:
    form = CorrectAcceptanceForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            unit = correcting.correct_acceptance(uow, unit_id, form.accepted_on.day, form.reason.data)
        if not form.errors:
            flash(_("已更正。原登记的日期和更正原因保留在存证中。"))
            return see_other("desks.project", project_id=unit.project_id)

    with reading() as uow:
        unit = queries.unit_to_edit(uow, unit_id)
        if not form.is_submitted():
            form = CorrectAcceptanceForm(formdata=None, obj=unit)
        return page("projects/correct_acceptance.html", form=form, unit=unit)


@bp.route("/unit-projects/<uuid:unit_id>/parts", methods=["GET", "POST"])
@door(Permission.PROJECT_READ)
def parts(unit_id: UUID) -> ResponseReturnValue:
    form = PartForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            actions.add_part_below(uow, unit_id, form.code.data, form["name"].data, form.kind.data, form.below.data or "")
        if not form.errors:
            flash(_("部位已登记。"))
            return see_other(".parts", unit_id=unit_id, below=form.below.data or None)

    below = request.args.get("below", "")
    with reading() as uow:
        return page(
            "projects/parts.html", form=form, unit=queries.unit(uow, unit_id), below=below,
            nodes=queries.tree(uow, unit_id, below), path=queries.path(uow, unit_id, below),
        )


@bp.get("/projects/<uuid:project_id>/staff")
@door(Permission.PROJECT_READ)
def staff(project_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return page("projects/staff.html", crew=crew.site_staff(uow, project_id))


@bp.route("/participations/<uuid:participation_id>/staff", methods=["GET", "POST"])
@door(Permission.TERM_CHANGE)
def take_on(participation_id: UUID) -> ResponseReturnValue:
    form = StaffForm()
    with reading() as uow:
        firm = crew.firm_to_staff(uow, participation_id)
        duties = crew.duties_of(uow, firm)
        form.posts.choices = [(duty.key, duty.label) for duty in duties]
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            staffing.staff_posts(uow, participation_id, form.posts.data, registering.PersonRow(
                form["name"].data, form.identity_kind.data, form.identity.data, form.phone.data or "",
                form.qualification_kind.data or "", form.qualification_number.data or "", form.since.day,
            ))
        if not form.errors:
            flash(_("已登记上岗。"))
            return see_other(".staff", project_id=firm.project_id)
    return page("projects/take_on.html", form=form, firm=firm, duties=duties)


@bp.route("/staff/<uuid:term_id>/end", methods=["GET", "POST"])
@door(Permission.TERM_CHANGE)
def release(term_id: UUID) -> ResponseReturnValue:
    form = EndForm()
    with reading() as uow:
        term, post = crew.staff_to_release(uow, term_id)
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            staffing.release_staff(uow, term_id, form.last_day.day, form.reason.data)
        if not form.errors:
            flash(_("已登记离岗。此前的任职和签字都保留。"))
            return see_other(".staff", project_id=term.participation.project_id)
    return page("projects/release.html", form=form, term=term, post=post)


@bp.route("/staff/<uuid:term_id>/correction", methods=["GET", "POST"])
@door(Permission.PROJECT_EDIT)
def correct_staff(term_id: UUID) -> ResponseReturnValue:
    form = StaffCorrectionForm()
    with reading() as uow:
        term, post = crew.staff_to_correct(uow, term_id)
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            staffing.correct_staff(uow, term_id, correcting.Correction(
                form.since.day, form.until.data, form.qualification_kind.data or "",
                form.qualification_number.data or "", form.reason.data or "",
            ))
        if not form.errors:
            flash(_("已更正。原登记保留并注明原因。"))
            return see_other(".staff", project_id=term.participation.project_id)
    if not form.is_submitted():
        form = StaffCorrectionForm(formdata=None, obj=term)
    return page("projects/correct_staff.html", form=form, term=term, post=post)


@bp.post("/staff/<uuid:term_id>/invitation")
@door(Permission.ACCOUNT_MANAGE)
def invite(term_id: UUID) -> ResponseReturnValue:
    with writing() as uow:
        link = staffing.invite_staff(uow, term_id)
        return page("projects/invite.html", link=link, project_id=queries.term(uow, term_id).participation.project_id)
