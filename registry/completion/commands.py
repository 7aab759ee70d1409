"""Operators' doors to completion: the conditions before a step, from the command line."""

import json
import sys
from typing import Any, NoReturn, cast

import click
from flask import current_app

from registry.completion.gates import GateLine, UnitGates
from registry.completion.queries import gates_by_number
from registry.completion.rules import MOMENT_WORDS, STATE_WORDS
from registry.kernel.actor import SYSTEM
from registry.kernel.errors import NotFound
from registry.kernel.text import _
from registry.kernel.uow import Units
from registry.standards.completion import Moment

OPEN, SHUT, NO_SUCH = 0, 1, 2
HELP = (
    "逐项核查办理监督手续、竣工验收、备案、移交的前提：依据、状态、缺什么、由谁办理、在哪一页。\n\n"
    "退出码：0 法律规定的均已满足，1 有未满足的，2 没有该项目或单位工程。"
)


@click.command("gates", help=HELP)
@click.argument("number", metavar="项目编号")
@click.option("--unit", default="", help="单位工程编号，例如 01；不填则全部")
@click.option("--moment", type=click.Choice([one.value for one in Moment]), default=Moment.ACCEPTANCE.value, help="办理事项")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def gates(number: str, unit: str, moment: str, as_json: bool) -> None:
    try:
        with cast(Units, current_app.extensions["units"]).reading(SYSTEM) as uow:
            found = gates_by_number(uow, number, Moment(moment))
    except NotFound:
        refuse(_("没有项目编号为 {number} 的项目。", number=number))
    units = [one for one in found.units if unit in ("", one.unit.number)]
    if not units:
        refuse(_("没有编号为 {number} 的单位工程。", number=unit))
    if as_json:
        click.echo(json.dumps({
            "project": {"number": found.project.number, "name": found.project.name}, "moment": found.moment.value,
            "units": [as_plain(one) for one in units],
        }, ensure_ascii=False, indent=2))
    else:
        click.echo("\n\n".join(in_words(one) for one in units))
    sys.exit(OPEN if all(one.open for one in units) else SHUT)


def refuse(said: str) -> NoReturn:
    click.echo(said, err=True)
    sys.exit(NO_SUCH)


def as_plain(found: UnitGates) -> dict[str, Any]:
    return {
        "unit": {"number": found.unit.number, "name": found.unit.name}, "open": found.open,
        "gates": [
            {
                "rule": line.rule, "label": line.label, "source": line.source, "status": line.status.value,
                "state": line.state.value, "missing": list(line.missing), "remedy": line.remedy, "who": line.who,
                "link": line.link,
            }
            for line in found.lines
        ],
    }


def in_words(found: UnitGates) -> str:
    done, every = found.done
    head = _("{unit} {moment}：{done}/{every}", unit=found.unit.name, moment=MOMENT_WORDS[found.moment], done=done, every=every)
    return "\n".join([head, *(line_in_words(line) for line in found.lines)])


def line_in_words(line: GateLine) -> str:
    said = f"[{STATE_WORDS[line.state]}] {line.label}（{line.source}）"
    if line.passed:
        return said
    cure = _("    由{who}办理：{remedy}", who=line.who, remedy=line.remedy)
    return "\n".join([said, *(f"    {one}" for one in line.missing), cure])


commands = [gates]
