"""Operators' doors to the tracing of responsibility."""

import json
from datetime import date
from typing import Any, cast

import click
from flask import current_app

from registry.defects.evidence import evidence
from registry.defects.queries import Answer, Answerable, Question, answer, project_id_of
from registry.defects.telling import told
from registry.defects.words import why_words
from registry.kernel.actor import SYSTEM
from registry.kernel.uow import Units
from registry.pledges.words import state_words
from registry.standards.trace_order import Cause

SHOWN = 20  # lots in the answer for people; the JSON holds all that were fetched


@click.command("trace", help="追溯某日施作的部位由谁负责。")
@click.argument("number", metavar="项目编号")
@click.option("--unit", default="", help="单位工程编号，例如 01")
@click.option("--part", default="", help="部位编码，例如 0201（GB 50300 分部分项，或本项目自设部位）")
@click.option("--on", "done_on", required=True, type=click.DateTime(["%Y-%m-%d"]), help="施作日期，例如 2024-05-06")
@click.option("--cause", type=click.Choice([cause.value for cause in Cause]), default=Cause.UNKNOWN.value, help="成因")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def trace(number: str, unit: str, part: str, done_on: Any, cause: str, as_json: bool) -> None:
    """Exit 0 with an answer, that nobody held office included; 2 for a question that is wrong."""
    with cast(Units, current_app.extensions["units"]).reading(SYSTEM) as uow:
        found = answer(uow, Question(project_id_of(uow, number), done_on.date(), unit, part, Cause(cause)))
        said = as_plain(found) | told(uow, evidence(uow, found))
    click.echo(json.dumps(said, ensure_ascii=False, indent=2) if as_json else in_words(said))


def as_plain(found: Answer) -> dict[str, Any]:
    """Who answers, as a JSON object: `persons` in order, each with post, firm, from, to, pledge and rule."""
    return {
        "project": {"number": found.project.number, "name": found.project.name},
        "unit": {"number": found.unit.number, "name": found.unit.name} if found.unit else None,
        "part": {"code": found.question.part, "path": [node.name for node in found.path]} if found.question.part else None,
        "on": found.question.done_on.isoformat(),
        "cause": found.question.cause,
        "persons": [person_as_plain(person) for person in found.persons],
        "earlier": [person_as_plain(person) for person in found.earlier],
    }


def person_as_plain(person: Answerable) -> dict[str, Any]:
    pledge, filing, firm = person.papers.pledge, person.papers.filing, person.organisation
    return {
        "rank": person.rank, "name": person.term.person_name, "post": person.post.label, "post_key": person.term.post,
        "firm": person.participation.organisation_name, "uscc": firm.uscc, "firm_status": firm.status,
        "successor": person.successor.name if person.successor else None,
        "from": person.term.since.isoformat(), "to": day(person.term.until),
        "pledge": None if pledge is None else {
            "number": pledge.number, "signed_on": pledge.signed_on.isoformat(), "late": pledge.late,
            "state": person.state, "filed_on": day(filing.filed_on if filing else None),
            "filing_number": filing.number if filing else None, "document": pledge.document_sha256,
        },
        "state": state_words(person.state), "rule": person.post.article,
        "why": why_words(person.why, person.post.answers_for, boundary=person.boundary),
        "life_ends_on": day(person.life_ends_on),
    }


def day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def in_words(said: dict[str, Any]) -> str:
    head = f"{said['project']['name']}  {said['on']}"
    if not said["persons"]:
        head = f"{said['project']['name']}：登记中 {said['on']} 无人在任。"
    return "\n".join([
        head, *(person_in_words(person) for person in said["persons"]), *(lot_in_words(lot) for lot in said["lots"][:SHOWN]),
        *(material_in_words(batch) for batch in said["materials"]),
    ])


def lot_in_words(lot: dict[str, Any]) -> str:
    names = [f"{mark['doer']}施作、{mark['checker']}检查、{mark['accepter'] or '未'}验收" for mark in lot["marks"]]
    names += [f"{one['label']}{one['name']}{one['verdict']}" for one in lot["signers"]]
    return f"检验批 {lot['number']}  {lot['place']}  {lot['day'] or '—'}  {'；'.join(names)}（{lot['why']}）"


def material_in_words(batch: dict[str, Any]) -> str:
    return f"材料 {batch['number']}  {batch['product']}  {batch['producer']}  {batch['state']}（{batch['why']}）"


def person_in_words(person: dict[str, Any]) -> str:
    term = f"{person['from']} 至 {person['to'] or '今'}"
    return (
        f"{person['rank']}. {person['name']}  {person['post']}  {person['firm']}  {term}  {person['state']}\n"
        f"   {person['rule']}：{person['why']}"
    )


commands = [trace]
