"""`flask recall`: where a material went, for an operator in a hurry."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, cast

import click
from flask import current_app

from registry.kernel.actor import SYSTEM
from registry.kernel.errors import Invalid
from registry.kernel.text import _
from registry.kernel.uow import Units
from registry.materials.reach import Target
from registry.materials.seeking import sought_by
from registry.works.recall import Answerable, Place, Reached, search_places

FOUND, NOTHING, UNREADABLE = 0, 1, 2


@click.command("recall", help=(
    "追溯材料去向：由炉批号（或供应、生产单位，或产品名称）列出使用它的检验批、部位、单位工程和当时在任的项目负责人。"
    "退出码：0 找到，1 没有找到，2 条件有误。"
))
@click.argument("word", metavar="炉批号", default="")
@click.option("--product", metavar="产品名称", default="", help="查一种产品，可与 --producer 合用。")
@click.option("--producer", metavar="统一社会信用代码", default="", help="生产单位；不写炉批号时查它的全部材料。")
@click.option("--supplier", metavar="统一社会信用代码", default="", help="供应单位的全部材料。")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出结果。")
def recall(word: str, product: str, producer: str, supplier: str, as_json: bool) -> None:
    target = target_of(word, product, supplier)
    with cast("Units", current_app.extensions["units"]).reading(SYSTEM) as uow:
        try:
            found = search_places(uow, sought_by(uow, target, product or word, supplier or producer), limit=None)
        except Invalid as no:
            click.echo(str(no), err=True)
            sys.exit(UNREADABLE)
    click.echo(json.dumps(as_plain(found), ensure_ascii=False, indent=2, default=str) if as_json else in_words(found))
    sys.exit(FOUND if found.batches else NOTHING)


def target_of(word: str, product: str, supplier: str) -> Target:
    if supplier:
        return Target.SUPPLIER
    if product:
        return Target.PRODUCT
    return Target.BATCH if word else Target.PRODUCER


def as_plain(found: Reached) -> dict[str, Any]:
    """Return what was found as one JSON object. Its keys are published: they may be added to and never renamed."""
    return {
        "batches": found.batches,
        "lots": [lot_of(place) for place in found.places if place.lot_id],
        "unused": [{"batch": place.batch_number, "project": place.project_number} for place in found.places if not place.lot_id],
        "parts": distinct([
            {"id": place.part_id, "name": place.part, "building": place.building} for place in found.places if place.part_id
        ]),
        "projects": distinct([
            {"id": place.project_id, "number": place.project_number, "name": place.project} for place in found.places
        ]),
        "persons": distinct([
            {"project": place.project_number} | asdict(one) for place in found.places for one in place.leaders
        ]),
    }


def lot_of(place: Place) -> dict[str, Any]:
    return {
        "id": place.lot_id, "number": place.lot_number, "name": place.lot, "item": place.item_code, "place": place.place,
        "part": place.part, "building": place.building, "project": place.project_number, "batch": place.batch_number,
        "quantity": place.used, "unit": place.unit, "used_on": place.used_on,
    }


def distinct(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({tuple(row.values()): row for row in rows}.values())


def in_words(found: Reached) -> str:
    head = _("进场批 {batches}，检验批 {lots}，单位工程 {buildings}，工程项目 {projects}。", batches=found.batches,
             lots=found.lots, buildings=found.buildings, projects=found.projects)
    return "\n".join([head, *(line_of(place) for place in found.places)])


def line_of(place: Place) -> str:
    where = " ".join(word for word in (place.building, place.lot_number, place.place or place.part) if word)
    return _("{project} {where}（{batch} {product}）：{leaders}", project=place.project, where=where or _("未使用"),
             batch=place.batch_number, product=place.product, leaders=names_of(place.leaders))


def names_of(leaders: Sequence[Answerable]) -> str:
    return "、".join(f"{one.name}（{one.firm}）" for one in leaders)


commands = [recall]
