"""Doors for those who manage accounts: the security administrator, the head of a station, a firm's filer."""

from uuid import UUID

from flask import flash, g, request
from flask.typing import ResponseReturnValue

from registry.accounts import actions, invitations, queries
from registry.accounts.blueprint import bp
from registry.accounts.forms import GrantForm, InviteForm, ReasonForm
from registry.accounts.invitations import InvitationFacts
from registry.kernel.actor import Role
from registry.kernel.text import _
from registry.policy import Permission
from registry.web.door import door, reading, writing
from registry.web.pages import page, see_other, window_asked


@bp.get("/accounts")
@door(Permission.ACCOUNT_MANAGE)
def index() -> ResponseReturnValue:
    window, words = window_asked(), request.args.get("q", "")
    with reading() as uow:
        found, total = queries.accounts_in_reach(uow, words, window.offset, window.size)
        return page(
            "accounts/index.html", accounts=found, total=total, window=window, words=words,
            waiting=queries.invitations_in_reach(uow),
        )


@bp.get("/accounts/<uuid:account_id>")
@door(Permission.ACCOUNT_MANAGE)
def show(account_id: UUID) -> ResponseReturnValue:
    with reading() as uow:
        return shown(queries.account(uow, account_id), None)


def shown(managed: queries.Managed, link: invitations.Link | None) -> tuple[str, int]:
    form = GrantForm()
    form.offer(managed.grantable)
    return page("accounts/show.html", managed=managed, form=form, reset=ReasonForm(), link=link)


@bp.post("/accounts/<uuid:account_id>/grants")
@door(Permission.ACCOUNT_MANAGE)
def grant(account_id: UUID) -> ResponseReturnValue:
    form = GrantForm()
    with reading() as uow:
        managed = queries.account(uow, account_id)
    form.offer(managed.grantable)
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            actions.grant_role(uow, account_id, Role(form.role.data), form.region.data or "")
            return see_other(".show", account_id=account_id)
    return page("accounts/show.html", managed=managed, form=form, reset=ReasonForm(), link=None)


@bp.post("/accounts/grants/<uuid:grant_id>/end")
@door(Permission.ACCOUNT_MANAGE)
def end_grant(grant_id: UUID) -> ResponseReturnValue:
    with writing() as uow:
        ended = actions.end_grant(uow, grant_id)
    return see_other(".show", account_id=ended.account_id)


@bp.post("/accounts/<uuid:account_id>/disable")
@door(Permission.ACCOUNT_MANAGE)
def disable(account_id: UUID) -> ResponseReturnValue:
    with writing() as uow:
        actions.disable_account(uow, account_id)
    flash(_("账户已停用，其登录均已退出。"))
    return see_other(".show", account_id=account_id)


@bp.post("/accounts/<uuid:account_id>/enable")
@door(Permission.ACCOUNT_MANAGE)
def enable(account_id: UUID) -> ResponseReturnValue:
    with writing() as uow:
        actions.enable_account(uow, account_id)
    return see_other(".show", account_id=account_id)


@bp.post("/accounts/<uuid:account_id>/unlock")
@door(Permission.ACCOUNT_MANAGE)
def unlock(account_id: UUID) -> ResponseReturnValue:
    with writing() as uow:
        actions.unlock_account(uow, account_id)
    flash(_("等待已解除，可以重新登录。"))
    return see_other(".show", account_id=account_id)


@bp.post("/accounts/<uuid:account_id>/sessions/end")
@door(Permission.ACCOUNT_MANAGE)
def end_sessions(account_id: UUID) -> ResponseReturnValue:
    with writing() as uow:
        actions.end_sessions(uow, account_id)
    return see_other(".show", account_id=account_id)


@bp.post("/accounts/<uuid:account_id>/second-factor/reset")
@door(Permission.ACCOUNT_RESET)
def reset_second_factor(account_id: UUID) -> ResponseReturnValue:
    form = ReasonForm()
    if form.validate_on_submit():
        with writing() as uow:
            actions.reset_second_factor(uow, account_id, form.reason.data)
        flash(_("第二因子已解除，该账户下次登录时须重新绑定。"))
        return see_other(".show", account_id=account_id)
    with reading() as uow:
        managed = queries.account(uow, account_id)
    grants = GrantForm()
    grants.offer(managed.grantable)
    return page("accounts/show.html", managed=managed, form=grants, reset=form, link=None)


@bp.post("/accounts/<uuid:account_id>/recovery")
@door(Permission.ACCOUNT_MANAGE)
def issue_recovery(account_id: UUID) -> ResponseReturnValue:
    with writing() as uow:
        link = invitations.issue_recovery(uow, account_id)
        return shown(queries.account(uow, account_id), link)


@bp.route("/accounts/invite", methods=["GET", "POST"])
@door(Permission.ACCOUNT_MANAGE)
def invite() -> ResponseReturnValue:
    form = InviteForm()
    with reading() as uow:
        form.offer(queries.roles_to_give(uow))
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            link = invitations.invite(uow, InvitationFacts(
                name=form.name.data, roles=frozenset(Role(role) for role in form.roles.data),
                organisation_id=queries.firm_invited_for(uow, form.uscc.data or ""),
                region=form.region.data or "",
            ))
            return page("accounts/invited.html", link=link)
    return page("accounts/invite.html", form=form, own_firm=g.actor.organisation is not None)
