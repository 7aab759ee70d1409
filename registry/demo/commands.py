"""The operator's door to the demo city."""

import json
import sys
from typing import Any, cast

import click
from flask import current_app

from registry.demo.city import build_city, exists, is_empty, landmarks
from registry.kernel.text import _
from registry.kernel.uow import Units


@click.command(help="在空库中建成演示城市；已建成时只打印登录名、项目和标牌，不作任何改动。")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出结果。")
def demo(as_json: bool) -> None:
    """Exit 1 when there is something else in the database, or the configuration is not that of a demo."""
    units = cast(Units, current_app.extensions["units"])
    if not exists(units):
        refuse_real_data(units)
        build_city(units)
    said = landmarks(units)
    click.echo(json.dumps(said, ensure_ascii=False, indent=2) if as_json else in_words(said))


def refuse_real_data(units: Units) -> None:
    if not is_empty(units):
        click.echo(_("数据库中已有真实数据，不能再放入演示城市。"), err=True)
        sys.exit(1)


def in_words(said: dict[str, Any]) -> str:
    first = said["sign_ins"][0]
    return "\n".join([
        _("演示登录（密码均为 {password}）：", password=first["password"]),
        *(f"  {one['login']:<11} {one['title']}（{one['name']}）" for one in said["sign_ins"]),
        _("第二因子：登录页会显示演示验证码，或用密钥 {secret} 绑定身份验证器。", secret=first["totp_secret"]),
        _("项目：{name}（{number}）", name=said["project_name"], number=said["project"]),
        _("标牌：{url}", url=said["plaque_url"]),
    ])
