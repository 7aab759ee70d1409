"""Doors to organisations."""

from uuid import UUID

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from registry.kernel.text import _
from registry.parties import actions, queries
from registry.parties.actions import StatusChange
from registry.parties.entering import OrganisationFacts
from registry.parties.forms import NameForm, RegisterForm, StatusForm
from registry.parties.models import OrganisationStatus
from registry.parties.rules import STATUS_NAMES
from registry.policy import Permission
from registry.web.door import door, reading, writing
from registry.web.pages import page, see_other, window_asked

bp = Blueprint("parties", __name__)
bp.add_app_template_filter(lambda status: str(STATUS_NAMES[status]), "organisation_status")


@bp.get("/organisations")
@door(Permission.PARTY_READ)
def index() -> ResponseReturnValue:
    window, words = window_asked(), request.args.get("q", "")[:100]
    with reading() as uow:
        found = queries.organisations(uow, words, window.offset, window.size)
        return page("parties/index.html", found=found, window=window, words=words)


@bp.route("/organisations/new", methods=["GET", "POST"])
@door(Permission.PARTY_RECORD)
def register() -> ResponseReturnValue:
    form = RegisterForm()
    with reading() as uow:
        queries.require_recording(uow)
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            entered = actions.register_organisation(uow, OrganisationFacts(
                form.uscc.data, form.name.data, form.legal_representative.data, form.region.data or "",
            ))
            return see_other(".show", organisation_id=entered.id)
    return page("parties/register.html", form=form)


@bp.get("/organisations/<uuid:organisation_id>")
@door(Permission.PARTY_READ)
def show(organisation_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return page("parties/show.html", shown=queries.organisation(uow, organisation_id))


@bp.route("/organisations/<uuid:organisation_id>/name", methods=["GET", "POST"])
@door(Permission.PARTY_EDIT)
def rename(organisation_id: UUID) -> ResponseReturnValue:
    form = NameForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            actions.rename_organisation(uow, organisation_id, form.name.data, form.version.number)
            flash(_("单位名称已变更，此前签署的文书保持原名称。"))
            return see_other(".show", organisation_id=organisation_id)
    return page("parties/rename.html", form=form, shown=edited(organisation_id, form))


@bp.route("/organisations/<uuid:organisation_id>/legal-representative", methods=["GET", "POST"])
@door(Permission.PARTY_EDIT)
def change_legal_representative(organisation_id: UUID) -> ResponseReturnValue:
    form = NameForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            actions.change_legal_representative(uow, organisation_id, form.name.data, form.version.number)
            flash(_("法定代表人已变更。"))
            return see_other(".show", organisation_id=organisation_id)
    return page("parties/legal_representative.html", form=form, shown=edited(organisation_id, form))


@bp.route("/organisations/<uuid:organisation_id>/status", methods=["GET", "POST"])
@door(Permission.PARTY_EDIT)
def change_status(organisation_id: UUID) -> ResponseReturnValue:
    form = StatusForm()
    with reading() as uow:
        form.offer(queries.organisation_to_edit(uow, organisation_id).becomes)
    since = form.since.data
    if form.validate_on_submit() and since is not None:
        with form.blaming(), writing() as uow:
            change = StatusChange(
                OrganisationStatus(form.status.data), since, form.reason.data, form.successor_uscc.data or "",
            )
            actions.change_organisation_status(uow, organisation_id, change, form.version.number)
            flash(_("单位状态已更新，相关人员的质量终身责任不变。"))
            return see_other(".show", organisation_id=organisation_id)
    return page("parties/status.html", form=form, shown=edited(organisation_id, form))


def edited(organisation_id: UUID, form: NameForm | StatusForm) -> queries.Shown:
    """Return the organisation that a form is about, and let the form remember its version."""
    with reading() as uow:
        shown = queries.organisation_to_edit(uow, organisation_id)
        form.version.data = form.version.data or str(shown.organisation.version)
        return shown
