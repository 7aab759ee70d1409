"""Doors to plaques; `public` is the address cut in stone."""

from uuid import UUID

from flask import Blueprint, Response, flash, request
from flask.typing import ResponseReturnValue

from registry.kernel.codes import normalised
from registry.kernel.text import _
from registry.plaques import actions, queries
from registry.plaques import public as public_page
from registry.plaques.forms import WRONGS, AnswerForm, ContactForm, IssueForm, MountForm, WrongForm
from registry.plaques.words import difference_words
from registry.policy import Permission
from registry.web.door import PUBLIC, door, reading, writing, writing_once
from registry.web.files import send_document, show_document
from registry.web.pages import page, see_other

bp = Blueprint("plaques", __name__)
bp.add_app_template_filter(lambda kind: str(dict(WRONGS)[kind]), "wrong_words")
bp.add_app_template_filter(lambda one: difference_words(one.what, one.then, one.now), "difference_words")


@bp.get("/projects/<uuid:project_id>/plaques")
@door(Permission.PLAQUE_READ)
def index(project_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return page("plaques/index.html", rows=queries.plaques_of(uow, project_id), form=IssueForm(formdata=None))


@bp.post("/unit-projects/<uuid:unit_id>/plaques")
@door(Permission.PLAQUE_ISSUE)
def issue(unit_id: UUID) -> ResponseReturnValue:
    form = IssueForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            plaque = actions.issue_plaque(
                uow, unit_id, actions.Size(form.width_mm.data, form.height_mm.data, form.qr_mm.data),
            )
        if not form.errors:
            flash(_("标牌已制作，编码 {code}。", code=plaque.code))
            return see_other(".show", plaque_id=plaque.id)

    with reading() as uow:
        return page("plaques/issue.html", form=form, unit=queries.unit_of(uow, unit_id))


@bp.get("/plaques/<uuid:plaque_id>")
@door(Permission.PLAQUE_READ)
def show(plaque_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return page("plaques/show.html", shown=queries.shown(uow, plaque_id), form=AnswerForm(formdata=None))


@bp.get("/plaques/<uuid:plaque_id>/artwork.<any(pdf, svg):kind>")
@door(Permission.PLAQUE_READ)
def artwork(plaque_id: UUID, kind: str) -> ResponseReturnValue:
    with reading() as uow:
        found = queries.artwork(uow, plaque_id, kind)
        return show_document(found) if kind == "pdf" else send_document(found)


@bp.route("/plaques/<uuid:plaque_id>/mounting", methods=["GET", "POST"])
@door(Permission.PLAQUE_MOUNT)
def mount(plaque_id: UUID) -> ResponseReturnValue:
    form = MountForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            actions.mount_plaque(uow, plaque_id, actions.Hanging(
                form.photo.sent, form.place.data, form.mounted_on.day, form.mounted_by.data,
            ))
        if not form.errors:
            flash(_("已登记安装。"))
            return see_other(".show", plaque_id=plaque_id)

    with reading() as uow:
        return page("plaques/mount.html", form=form, plaque=queries.plaque_to_mount(uow, plaque_id))


@bp.get("/plaque-mountings/<uuid:mounting_id>/photo")
@door(Permission.PLAQUE_READ)
def photo(mounting_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return show_document(queries.photo(uow, mounting_id))


@bp.get("/v")
@door(PUBLIC)
def find() -> ResponseReturnValue:
    return see_other(".public", code=normalised(request.args.get("code", "")) or "-")


@bp.get("/V/<code>")  # as the QR code bears it: capitals need fewer modules
@bp.get("/v/<code>")  # as pages link it: nearest the view, url_for() takes it
@door(PUBLIC)
def public(code: str) -> ResponseReturnValue:
    with reading() as uow:
        shown = public_page.public_plaque(uow, code)
        answer = Response(page("plaques/public.html", shown=shown)[0])
        answer.headers["Cache-Control"] = "public, max-age=60"
        return answer


@bp.post("/v/<code>/seen")
@door(PUBLIC)
def seen(code: str) -> ResponseReturnValue:
    with writing() as uow:
        actions.note_scan(uow, code)
    return "", 204


@bp.route("/v/<code>/wrong", methods=["GET", "POST"])
@door(PUBLIC)
def wrong(code: str) -> ResponseReturnValue:
    form = WrongForm()
    if form.validate_on_submit():
        with form.blaming(), writing_once() as uow:
            actions.report_wrong_plaque(uow, code, form.kind.data, form.words.data or "", form.contact.data or "")
        if not form.errors:
            flash(_("已收到，质量监督机构会核实。谢谢。"))
            return see_other(".public", code=code)

    with reading() as uow:
        return page("plaques/wrong.html", form=form, shown=public_page.public_plaque(uow, code))


@bp.post("/wrong-plaque-reports/<uuid:report_id>/answer")
@door(Permission.PLAQUE_ISSUE)
def answer(report_id: UUID) -> ResponseReturnValue:
    form = AnswerForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            report = actions.answer_report(uow, report_id, form.answer.data)
        if not form.errors:
            flash(_("已答复。"))
            return see_other(".show", plaque_id=report.plaque_id)

    with reading() as uow:
        return page("plaques/show.html", shown=queries.reported(uow, report_id), form=form)


@bp.get("/plaques")
@door(Permission.PLAQUE_ISSUE)
def watch() -> ResponseReturnValue:
    with reading() as uow:
        return page("plaques/watch.html", watch=queries.watch(uow))


@bp.route("/wrong-plaque-reports/<uuid:report_id>/contact", methods=["GET", "POST"])
@door(Permission.IDENTITY_REVEAL)
def contact(report_id: UUID) -> ResponseReturnValue:
    form, told = ContactForm(), ""
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            told = actions.reveal_contact(uow, report_id, form.reason.data, form.explanation.data)
    with reading() as uow:
        return page("plaques/contact.html", form=form, waiting=queries.report_to_reveal(uow, report_id), contact=told)


@bp.get("/v/<code>/proof.json")
@door(PUBLIC)
def proof(code: str) -> ResponseReturnValue:
    with reading() as uow:
        found = public_page.public_proof(uow, code)
    answer = Response(found, mimetype="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="{normalised(code)}.json"'
    return answer


@bp.get("/verify")
@door(PUBLIC)
def verify() -> ResponseReturnValue:
    with reading() as uow:
        return page("plaques/verify.html", verifier_key=public_page.verifier_key(uow))
