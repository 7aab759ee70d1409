"""`flask account`: the first administrator, and what an operator does when nobody can sign in any more."""

import json
import sys
from datetime import timedelta
from typing import cast

import click
from flask import current_app

from registry.accounts import actions, invitations, queries
from registry.accounts.invitations import InvitationFacts
from registry.accounts.models import Account
from registry.accounts.rules import role_name
from registry.kernel.actor import SYSTEM, Role
from registry.kernel.text import _
from registry.kernel.uow import Units

WRONG = 2
LASTS = timedelta(hours=24)
MOST = 10_000
ROLES = click.Choice([role.value for role in Role])

json_option = click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。")
login_argument = click.argument("login", metavar="登录名")


@click.group(help="账户：开户、停用、解除等待。")
def account() -> None:
    """Stand for the commands below it."""


@account.command("open", help="开户：输出一个 24 小时内有效、只能使用一次的链接，由本人打开并设定密码和"
                 "动态验证码。退出码：0 完成，2 参数有误。")
@click.option("--login", required=True, help="登录名，3 至 40 个汉字、字母或数字。")
@click.option("--name", default="", help="姓名；不填则同登录名。")
@click.option("--role", "roles", required=True, multiple=True, type=ROLES,
              help="角色，可重复。首个账户通常是 security-admin（安全管理员）。")
@click.option("--region", default="", help="负责的行政区划代码（监督、审计、城建档案角色必填）。")
@click.option("--uscc", default="", help="所属单位的统一社会信用代码（单位角色必填）。")
@json_option
def open_(as_json: bool, roles: tuple[str, ...], **given: str) -> None:
    with opened().writing(SYSTEM) as uow:
        link = invitations.invite(uow, InvitationFacts(
            name=given["name"] or given["login"], login=given["login"], region=given["region"], lasts=LASTS,
            roles=frozenset(Role(role) for role in roles),
            organisation_id=queries.firm_invited_for(uow, given["uscc"]),
        ))
    if as_json:
        click.echo(json.dumps({"url": link.url, "expires_at": link.invitation.expires_at.isoformat()}))
        return
    click.echo(_("请由本人在 24 小时内打开，只能使用一次："))
    click.echo(link.url)


@account.command("code", help="显示演示账户此刻的动态验证码。仅在演示环境可用。退出码：0 完成，2 不可用。")
@login_argument
def code(login: str) -> None:
    if not current_app.extensions["config"].demo:
        click.echo(_("只有演示环境才能查看动态验证码。"), err=True)
        sys.exit(WRONG)
    with opened().reading(SYSTEM) as uow:
        click.echo(queries.code_of_login(uow, login) or _("请等待下一个 30 秒。"))


@account.command("list", help="列出账户。")
@click.argument("words", metavar="[登录名或姓名]", default="")
@json_option
def list_(words: str, as_json: bool) -> None:
    with opened().reading(SYSTEM) as uow:
        found, _total = queries.accounts_in_reach(uow, words, 0, MOST)
    if as_json:
        click.echo(json.dumps([in_short(one) for one in found], ensure_ascii=False))
        return
    for one in found:
        roles = "、".join(role_name(grant.role) for grant in one.standing_grants)
        click.echo(f"{one.login}  {one.name}  {roles}  {one.state}")


def in_short(one: Account) -> dict[str, object]:
    return {
        "login": one.login, "name": one.name, "state": one.state.value,
        "organisation": one.organisation.uscc if one.organisation else None,
        "roles": [{"role": grant.role.value, "region": grant.region} for grant in one.standing_grants],
        "second_factor": one.totp_sealed is not None,
    }


@account.command("disable", help="停用账户，其登录立即退出。退出码：0 完成，2 没有此账户或已停用。")
@login_argument
def disable(login: str) -> None:
    with opened().writing(SYSTEM) as uow:
        actions.disable_account(uow, queries.account_of_login(uow, login).id)
    click.echo(_("已停用。"))


@account.command("unlock", help="解除因多次输错密码或验证码产生的等待。退出码：0 完成，2 没有此账户。")
@login_argument
def unlock(login: str) -> None:
    with opened().writing(SYSTEM) as uow:
        actions.unlock_account(uow, queries.account_of_login(uow, login).id)
    click.echo(_("已解除等待。"))


def opened() -> Units:
    return cast("Units", current_app.extensions["units"])


commands = [account]
