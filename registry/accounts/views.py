"""Doors for signing in, for one's own account, and for invited people."""

from typing import cast
from uuid import UUID

from flask import Response, current_app, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from registry.accounts import actions, invitations, office, own, queries, sessions
from registry.accounts.blueprint import bp
from registry.accounts.events import Place
from registry.accounts.forms import (
    ChangePasswordForm,
    CodeForm,
    EnrolForm,
    JoinForm,
    JoinInPersonForm,
    JoinKnownForm,
    PasswordOnlyForm,
    RecoverForm,
    RecoverKnownForm,
    SignInForm,
)
from registry.accounts.invitations import Acceptance, Asked
from registry.accounts.models import Purpose
from registry.accounts.sessions import Admission, SignInExpired, Step
from registry.kernel.actor import NOBODY, Actor
from registry.kernel.errors import Forbidden
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.policy import Permission
from registry.web import login
from registry.web.door import PUBLIC, door, reading, units, writing
from registry.web.pages import page, see_other

__all__ = ["bp", "office"]


def place() -> Place:
    """Where the request came from: the address that trusted proxies vouch for, or the peer's own."""
    return Place(request.remote_addr or "", request.user_agent.string)


def go_on(admission: Admission) -> Response:
    """Hand the browser its new token and send it to the next step."""
    if admission.step is Step.IN:
        login.admit(admission.token)
        return away(login.take_target())
    login.admit_half(admission.token)
    return see_other(".second_factor" if admission.step is Step.SECOND_FACTOR else ".enrol")


def away(path: str) -> Response:
    return cast("Response", redirect(path, 303))


def on_demo() -> bool:
    return bool(current_app.extensions["config"].demo)


@bp.errorhandler(SignInExpired)
def sign_in_again(no: SignInExpired) -> ResponseReturnValue:
    flash(str(no), "wait")
    return see_other(".sign_in")


@bp.after_app_request
def note_denial(response: Response) -> Response:
    """Whatever was refused to someone signed in is noted: by its door, without ids."""
    actor: Actor = g.get("actor", NOBODY)
    if response.status_code == Forbidden.status and actor.account is not None:
        with units().writing(actor) as uow:
            actions.note_denial(uow, request.endpoint or "", place())
    return response


@bp.route("/sign-in", methods=["GET", "POST"])
@door(PUBLIC)
def sign_in() -> ResponseReturnValue:
    form = SignInForm()
    if "next" in request.args:
        login.keep_target(request.args["next"])
    if g.actor.account is not None:
        return away(login.take_target())
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            return go_on(sessions.sign_in(uow, form.login.data, form.password.data, place()))
    return page("accounts/sign_in.html", form=form)


@bp.route("/sign-in/code", methods=["GET", "POST"])
@door(PUBLIC)
def second_factor() -> ResponseReturnValue:
    form = CodeForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            return go_on(sessions.pass_second_factor(uow, login.half_token(), form.given, place()))
    with reading() as uow:
        account = queries.waiting_for_code(uow, login.half_token())
        hint = queries.code_for_demo(uow, login.half_token()) if on_demo() else ""
        return page("accounts/second_factor.html", form=form, account=account, hint=hint)


@bp.route("/sign-in/enrol", methods=["GET", "POST"])
@door(PUBLIC)
def enrol() -> ResponseReturnValue:
    form = EnrolForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            admission, codes = sessions.take_second_factor(uow, login.half_token(), form.code.data, place())
            login.admit(admission.token)
            return page("accounts/recovery_codes.html", codes=codes, onward=login.take_target())
    with reading() as uow:
        offer = queries.enrolment_on_the_way_in(uow, login.half_token())
        hint = queries.code_for_demo(uow, login.half_token()) if on_demo() else ""
        return page("accounts/enrol.html", form=form, offer=offer, hint=hint)


@bp.post("/sign-out")
@door(PUBLIC)
def sign_out() -> ResponseReturnValue:
    if g.actor.account is not None:
        with writing() as uow:
            sessions.sign_out(uow)
    login.dismiss()
    flash(_("您已退出。"))
    return see_other(".sign_in")


@bp.route("/confirm", methods=["GET", "POST"])
@door(Permission.ACCOUNT_OWN)
def confirm() -> ResponseReturnValue:
    onward = login.local_path(request.args.get("next", ""))
    with reading() as uow:
        holds_second_factor = queries.holds_second_factor(uow)
        hint = queries.own_code_for_demo(uow) if on_demo() else ""
    form = CodeForm() if holds_second_factor else PasswordOnlyForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            prove(form, uow)
            return away(onward)
    return page("accounts/confirm.html", form=form, onward=onward, hint=hint)


def prove(form: CodeForm | PasswordOnlyForm, uow: UnitOfWork) -> None:
    if isinstance(form, CodeForm):
        actions.confirm_identity(uow, form.given)
    else:
        actions.confirm_by_password(uow, form.password.data)


@bp.get("/me")
@door(Permission.ACCOUNT_OWN)
def me() -> ResponseReturnValue:
    with reading() as uow:
        return page("accounts/me.html", own=queries.own(uow), present=g.actor.session)


@bp.route("/me/password", methods=["GET", "POST"])
@door(Permission.ACCOUNT_OWN)
def change_password() -> ResponseReturnValue:
    form = ChangePasswordForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            admission = own.change_password(uow, form.old.data, form.password.data, place())
            login.admit(admission.token)
            flash(_("密码已更改，其他地方的登录均已退出。"))
            return see_other(".me")
    return page("accounts/change_password.html", form=form)


@bp.post("/me/second-factor/begin")
@door(Permission.ACCOUNT_OWN)
def begin_second_factor() -> ResponseReturnValue:
    with writing() as uow:
        own.begin_second_factor(uow)
    return see_other(".bind_second_factor")


@bp.route("/me/second-factor", methods=["GET", "POST"])
@door(Permission.ACCOUNT_OWN)
def bind_second_factor() -> ResponseReturnValue:
    form = EnrolForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            codes = own.bind_second_factor(uow, form.code.data, place())
            return page("accounts/recovery_codes.html", codes=codes, onward=url_for(".me"))
    with reading() as uow:
        return page("accounts/enrol.html", form=form, offer=queries.own_enrolment(uow), hint="")


@bp.post("/me/recovery-codes")
@door(Permission.ACCOUNT_OWN)
def replace_recovery_codes() -> ResponseReturnValue:
    with writing() as uow:
        codes = own.replace_recovery_codes(uow)
    return page("accounts/recovery_codes.html", codes=codes, onward=url_for(".me"))


@bp.post("/me/sessions/<uuid:session_id>/end")
@door(Permission.ACCOUNT_OWN)
def end_session(session_id: UUID) -> ResponseReturnValue:
    with writing() as uow:
        own.end_session(uow, session_id)
    return see_other(".me")


@bp.post("/me/sessions/end-others")
@door(Permission.ACCOUNT_OWN)
def end_other_sessions() -> ResponseReturnValue:
    with writing() as uow:
        own.end_other_sessions(uow)
    flash(_("其他地方的登录均已退出。"))
    return see_other(".me")


@bp.route("/invitations/<token>", methods=["GET", "POST"])
@door(PUBLIC)
def accept(token: str) -> ResponseReturnValue:
    with reading() as uow:
        invited = queries.invited(uow, token)
    form = form_for(invited)
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            admission = invitations.accept(uow, token, acceptance(form), place())
            login.keep_target(invited.invitation.target)
            return go_on(admission)
    body, status = page("accounts/accept.html", form=form, invited=invited)
    return body, status, {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}


def form_for(invited: queries.Invited) -> FlaskForm:
    """Return the form with what this invitation asks for; a login chosen beforehand is not asked for."""
    if invited.invitation.purpose is Purpose.RECOVER:
        return RecoverKnownForm() if invited.asks is Asked.TAIL else RecoverForm()
    kinds = {Asked.NOTHING: JoinForm, Asked.TAIL: JoinKnownForm, Asked.WHOLE: JoinInPersonForm}
    form = kinds[invited.asks]()
    if invited.invitation.login:
        del form.login
    return form


def acceptance(form: FlaskForm) -> Acceptance:
    given = form.data
    return Acceptance(
        password=given["password"], login=given.get("login", ""), name=given.get("name", ""),
        identity_kind=given.get("identity_kind", ""), identity=given.get("identity", ""),
    )
