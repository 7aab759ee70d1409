"""Doors to pledges, authorisations, their filing and the change of leader."""

from uuid import UUID

from flask import Blueprint, Response, flash
from flask.typing import ResponseReturnValue

from registry.kernel.text import _
from registry.pledges import actions, changes, queries
from registry.pledges.filing import file_pair, file_project
from registry.pledges.forms import ChangeForm, FilingForm, ReturnForm, ScanForm, SignForm
from registry.policy import Permission
from registry.web.door import door, reading, writing
from registry.web.files import named, show_document
from registry.web.pages import page, see_other

bp = Blueprint("pledges", __name__)


@bp.get("/projects/<uuid:project_id>/board")
@door(Permission.PLEDGE_READ)
def board(project_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return page("pledges/board.html", board=queries.board(uow, project_id), today=uow.today)


@bp.get("/filings")
@door(Permission.PLEDGE_FILE)
def queue() -> ResponseReturnValue:
    with reading() as uow:
        return page("pledges/queue.html", waiting=queries.filing_queue(uow))


@bp.get("/terms/<uuid:term_id>")
@door(Permission.PLEDGE_READ)
def show(term_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return page(
            "pledges/show.html", desk=queries.pair(uow, term_id), filing_form=FilingForm(), return_form=ReturnForm(),
        )


@bp.route("/terms/<uuid:term_id>/pledge", methods=["GET", "POST"])
@door(Permission.PLEDGE_SIGN)
def sign(term_id: UUID) -> ResponseReturnValue:
    form = SignForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            actions.sign_pledge(uow, term_id, signing_of(form))
        if not form.errors:
            flash(_("承诺书已签署并存证。"))
            return see_other(".show", term_id=term_id)

    with reading() as uow:
        return page("pledges/sign.html", form=form, desk=queries.pledge_to_sign(uow, term_id))


@bp.route("/terms/<uuid:term_id>/authorisation", methods=["GET", "POST"])
@door(Permission.AUTHORISATION_SIGN)
def authorise(term_id: UUID) -> ResponseReturnValue:
    form = SignForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            actions.sign_authorisation(uow, term_id, signing_of(form))
        if not form.errors:
            flash(_("授权书已签署并存证。"))
            return see_other(".show", term_id=term_id)

    with reading() as uow:
        return page("pledges/authorise.html", form=form, desk=queries.authorisation_to_sign(uow, term_id))


def signing_of(form: SignForm) -> actions.Signing:
    return actions.Signing(form.code.data, form.drawing.data, form.typed_name.data or "")


@bp.route("/terms/<uuid:term_id>/scan", methods=["GET", "POST"])
@door(Permission.PLEDGE_RECORD)
def scan(term_id: UUID) -> ResponseReturnValue:
    form = ScanForm()
    if form.validate_on_submit():
        given = actions.Scan(form.scan.sent, form.signed_on.day)
        with form.blaming(), writing() as uow:
            actions.record_paper(uow, term_id, form.paper.data, given)
        if not form.errors:
            flash(_("扫描件已收存，待质量监督机构核对原件。"))
            return see_other(".show", term_id=term_id)

    with reading() as uow:
        return page("pledges/scan.html", form=form, desk=queries.term_to_record(uow, term_id))


@bp.get("/terms/<uuid:term_id>/blank-<any(authorisation, pledge):kind>.pdf")
@door(Permission.PLEDGE_RECORD)
def blank(term_id: UUID, kind: str) -> ResponseReturnValue:
    with reading() as uow:
        made = queries.blank(uow, term_id, kind)
    return Response(made.pdf, mimetype="application/pdf", headers={
        "Content-Disposition": named("inline", made.name), "Cache-Control": "no-store",
    })


@bp.post("/terms/<uuid:term_id>/filing")
@door(Permission.PLEDGE_FILE)
def file(term_id: UUID) -> ResponseReturnValue:
    form = FilingForm()
    with writing() as uow:
        if form.original_seen.data:
            actions.confirm_original(uow, term_id)
        filing = file_pair(uow, term_id)
        flash(_("已备案，备案号 {number}。", number=filing.number))
    return see_other(".show", term_id=term_id)


@bp.post("/projects/<uuid:project_id>/filings")
@door(Permission.PLEDGE_FILE)
def file_all(project_id: UUID) -> ResponseReturnValue:
    with writing() as uow:
        filings = file_project(uow, project_id)
        flash(_("已备案 {count} 份，备案号 {numbers}。", count=len(filings), numbers="、".join(one.number for one in filings)))
    return see_other(".board", project_id=project_id)


@bp.post("/terms/<uuid:term_id>/return")
@door(Permission.PLEDGE_FILE)
def send_back(term_id: UUID) -> ResponseReturnValue:
    form = ReturnForm()
    if form.validate_on_submit():
        with writing() as uow:
            actions.return_pair(uow, term_id, form.reason.data)
        flash(_("已退回，并说明了理由。"), "info")
        return see_other(".show", term_id=term_id)

    with reading() as uow:
        return page(
            "pledges/show.html", desk=queries.pair(uow, term_id), filing_form=FilingForm(), return_form=form,
        )


@bp.post("/terms/<uuid:term_id>/chase")
@door(Permission.PLEDGE_CHASE)
def chase(term_id: UUID) -> ResponseReturnValue:
    with writing() as uow:
        chased = actions.chase(uow, term_id)
        project_id = queries.project_of(uow, term_id)
    if chased.reminded:
        flash(_("已提醒 {count} 人。", count=chased.reminded))
    if chased.without_account:
        flash(_("{names}还没有账户，请先在“账户”中发出邀请。", names="、".join(chased.without_account)), "wait")
    return see_other(".board", project_id=project_id)


@bp.route("/terms/<uuid:term_id>/change", methods=["GET", "POST"])
@door(Permission.TERM_CHANGE)
def change(term_id: UUID) -> ResponseReturnValue:
    form = ChangeForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            made = changes.hand_over(uow, term_id, newcomer_of(form))
        if not form.errors:
            flash(_("变更已登记，交接说明已生成。请继任人签署承诺书、法定代表人签署授权书。"))
            return see_other(".show", term_id=made.incoming_term_id)

    with reading() as uow:
        return page("pledges/change.html", form=form, desk=queries.term_to_change(uow, term_id))


def newcomer_of(form: ChangeForm) -> changes.Newcomer:
    return changes.Newcomer(
        form.name.data, form.identity_kind.data, form.identity_number.data, form.phone.data or "",
        form.qualification_kind.data or "", form.qualification_number.data or "",
        form.effective_on.day, form.reason.data, form.basis.data or "",
    )


@bp.get("/papers/<kind>/<uuid:paper_id>")
@door(Permission.PAPER_READ)
def paper(kind: str, paper_id: UUID) -> ResponseReturnValue:
    with writing() as uow:
        found = actions.read_paper(uow, kind, paper_id)
    return show_document(found)
