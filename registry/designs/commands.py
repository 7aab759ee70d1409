"""Operators' doors to the designs."""

import json
from typing import Any, cast

import click
from flask import current_app

from registry.designs.models import DesignChange, DrawingSet
from registry.designs.queries import InForceDrawings, drawings_in_force, unit_numbered
from registry.designs.words import why_words
from registry.kernel.actor import SYSTEM
from registry.kernel.uow import Units


@click.group("designs", help="设计成果。")
def designs() -> None:
    """Everything about drawings."""


@designs.command("in-force", help="查询某日某部位的有效图纸和设计变更。")
@click.argument("number", metavar="项目编号")
@click.option("--unit", required=True, help="单位工程编号，例如 01")
@click.option("--part", default="", help="部位编码，例如 0201（GB 50300 分部分项，或该单位工程自设部位）")
@click.option("--on", "day", required=True, type=click.DateTime(["%Y-%m-%d"]), help="日期，例如 2024-05-06")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def in_force(number: str, unit: str, part: str, day: Any, as_json: bool) -> None:
    """Exit 0 with an answer, that nothing was in force included; 2 for a question that is wrong."""
    with cast(Units, current_app.extensions["units"]).reading(SYSTEM) as uow:
        said = as_plain(drawings_in_force(uow, unit_numbered(uow, number, unit).id, part, day.date()))
    click.echo(json.dumps(said, ensure_ascii=False, indent=2) if as_json else in_words(said))


def as_plain(found: InForceDrawings) -> dict[str, Any]:
    """The answer as a JSON object: `sets` and `changes` in force; `waiting` and `waiting_changes` with the reason."""
    return {
        "project": {"number": found.unit.project.number, "name": found.unit.project.name},
        "unit": {"number": found.unit.number, "name": found.unit.name},
        "part": {"code": found.part, "path": [node.name for node in found.path]} if found.part else None,
        "on": found.on.isoformat(),
        "sets": [set_as_plain(one) for one in found.sets],
        "changes": [change_as_plain(one) for one in found.changes],
        "waiting": [set_as_plain(one.what) | {"why": one.why, "why_words": why_words(one.why)} for one in found.waiting],
        "waiting_changes": [
            change_as_plain(one.what) | {"why": one.why, "why_words": why_words(one.why)} for one in found.waiting_changes
        ],
    }


def set_as_plain(one: DrawingSet) -> dict[str, Any]:
    return {
        "id": str(one.id), "discipline": one.discipline, "stage": one.stage, "version": one.version, "number": one.number,
        "title": one.title, "delivered_on": one.delivered_on.isoformat(), "designer": one.designer_name,
        "firm": one.participation.organisation_name,
        "reviews": [
            {"number": each.review.certificate_number, "result": each.review.result, "on": each.review.issued_on.isoformat()}
            for each in one.reviewed
        ],
    }


def change_as_plain(one: DesignChange) -> dict[str, Any]:
    return {
        "id": str(one.id), "kind": one.kind, "number": one.number, "parts": one.parts,
        "effective_on": one.effective_on.isoformat(), "review_required": one.review_required,
    }


def in_words(said: dict[str, Any]) -> str:
    lines = [f"{said['project']['name']}  {said['unit']['name']}  {said['on']}"]
    lines += [f"有效  {one['number']} {one['title']} 第 {one['version']} 版" for one in said["sets"]]
    lines += [f"有效变更  {one['number']}" for one in said["changes"]]
    lines += [f"未生效  {one['number']} {one['title']} 第 {one['version']} 版：{one['why_words']}" for one in said["waiting"]]
    lines += [f"未生效变更  {one['number']}：{one['why_words']}" for one in said["waiting_changes"]]
    return "\n".join(lines if len(lines) > 1 else [*lines, "没有交付过图纸。"])


commands = [designs]
