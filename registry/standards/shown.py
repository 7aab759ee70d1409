"""The content of an edition as people read it: tables with Chinese headings."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import singledispatch
from itertools import groupby
from typing import Any

from babel.support import LazyProxy

from registry.kernel.text import _, later
from registry.standards.catalogues import DesignLife, Gate, Retention
from registry.standards.divisions import DivisionLevel
from registry.standards.drawings import ChangeKind, Deliverable, Presence
from registry.standards.lots import LotLayout, Side
from registry.standards.posts import Demand
from registry.standards.rules import Standing, Status
from registry.standards.warranty import MonthDay, Season, WarrantyRule, WarrantyUnit

NOTHING = "—"
Column = tuple[LazyProxy, str | Callable[[Any], object]]
"""A heading, and the attribute or function that gives the cell."""

WORDS: dict[type[StrEnum], dict[str, LazyProxy]] = {
    Status: {Status.LAW: later("法规"), Status.SUGGESTION: later("默认建议")},
    Standing: {
        Standing.IN_FORCE: later("施行中"),
        Standing.TO_COME: later("尚未施行"),
        Standing.SUPERSEDED: later("已由后一版本取代"),
    },
    Demand: {
        Demand.ALWAYS: later("必须承诺并备案"),
        Demand.WHERE_PRESENT: later("参建即须承诺并备案"),
        Demand.NEVER: later("可以承诺"),
    },
    Retention: {
        Retention.PERMANENT: later("永久"), Retention.LONG: later("长期"), Retention.SHORT: later("短期"),
    },
    Presence: {Presence.ALWAYS: later("必须交付"), Presence.WHERE_PRESENT: later("有该专业设计的须交付")},
    Side: {
        Side.CONTRACTOR: later("施工单位"), Side.SUPERVISION: later("监理单位"), Side.OWNER: later("建设单位"),
        Side.DESIGN: later("设计单位"),
    },
    DivisionLevel: {
        DivisionLevel.DIVISION: later("分部"),
        DivisionLevel.SUBDIVISION: later("子分部"),
        DivisionLevel.ITEM: later("分项"),
    },
}


FORMATS = {"pdf": "PDF", "ofd": "OFD", "image": "JPG/PNG", "drawing": "DWG", "model": "IFC/RVT"}
"""Kinds of file (see registry/documents/kinds.py) by the names people know them by."""


def warranty_length(rule: WarrantyRule) -> str:
    return {
        WarrantyUnit.DESIGN_LIFE: _("设计使用年限"),
        WarrantyUnit.YEAR: _("{n} 年", n=rule.amount),
        WarrantyUnit.HEATING_SEASON: _("{n} 个采暖期", n=rule.amount),
        WarrantyUnit.COOLING_SEASON: _("{n} 个供冷期", n=rule.amount),
        WarrantyUnit.AGREED: _("由合同约定"),
        WarrantyUnit.RESTART: _("重新计算"),
    }[rule.unit]


def life_length(life: DesignLife) -> str:
    if life.years is None:
        return _("见说明")
    return _("不少于 {n} 年", n=life.years) if life.at_least else _("{n} 年", n=life.years)


def needs_listed(gate: Gate) -> str:
    return "；".join(need.label for need in gate.needs)


def formats_listed(wanted: Deliverable) -> str:
    return "、".join(FORMATS.get(name, name) for name in wanted.formats)


def offices_listed(kind: ChangeKind) -> str:
    return "、".join(office.label for office in kind.approvals)


def layout_listed(layout: LotLayout) -> str:
    return "、".join(row.code for row in layout.rows)


NAME: Column = (later("名称"), "label")
SOURCE: Column = (later("依据"), "source")
NOTE: Column = (later("说明"), "note")
SYNONYMS: Column = (later("别称"), "synonyms")
PERIOD: Column = (later("期限"), lambda clock: clock.period or _("未规定天数"))
ENTRIES: tuple[Column, ...] = ((later("代码"), "key"), NAME, SYNONYMS, NOTE)

COLUMNS: dict[str, tuple[Column, ...]] = {
    "roles": (NAME, (later("五方责任主体"), "principal"), SYNONYMS),
    "posts": (
        (later("岗位"), "label"),
        (later("承诺要求"), "demand"),
        (later("须有注册执业资格"), "qualification_required"),
        (later("承担的责任"), "answers_for"),
        (later("依据"), "article"),
    ),
    "gates": (
        (later("事项"), "label"),
        (later("未备案的后果"), "consequence"),
        (later("前提"), needs_listed),
        SOURCE,
    ),
    "change-clock": (PERIOD,),
    "archive-handover": (PERIOD,),
    "plaque-timing": ((later("时间"), str), (later("位置"), "place")),
    "plaque-content": ((later("内容"), "label"), (later("性质"), "status"), SOURCE),
    "divisions": (
        (later("编码"), "code"),
        (later("名称"), "name"),
        (later("层级"), "level"),
        (later("验收标准"), "standard"),
    ),
    "warranty": (
        (later("部位"), "part"),
        (later("最低期限"), warranty_length),
        (later("起算日"), "starts"),
        SOURCE,
        NOTE,
    ),
    "seasons": ((later("采暖期"), "heating"), (later("供冷期"), "cooling")),
    "design-life": (
        (later("对象"), "label"), (later("年限"), life_length), (later("性质"), "status"), SOURCE, NOTE
    ),
    "archive-catalogue": (
        (later("编码"), "code"),
        (later("文件名称"), "name"),
        (later("分类"), "section_name"),
        (later("形成单位"), "produced_by"),
        (later("保管期限（建议）"), "retention"),
    ),
    "responsibility-form": (
        (later("栏目"), "label"), (later("必填"), "required"), (later("公开"), "public"), SOURCE,
    ),
    "qualification-kinds": (NAME, SYNONYMS, NOTE),
    "project-categories": ENTRIES,
    "structure-kinds": ENTRIES,
    "reveal-reasons": ENTRIES,
    "lot-layouts": (NAME, (later("分项"), layout_listed)),
    "key-steps": (NAME, (later("分项"), "codes"), (later("未标识不得验收"), "demanded"), (later("依据"), "article")),
    "first-samples": (
        NAME, (later("分项"), "codes"), (later("验收单位"), "sides"), (later("未验收不得大面积施工"), "holds_lots"),
        (later("依据"), "article"),
    ),
    "drawing-disciplines": (NAME, (later("图号前缀"), "prefix"), (later("涉及的分部工程"), "parts"), SYNONYMS),
    "drawing-stages": (
        NAME, (later("据以施工"), "builds"), (later("须经审查合格"), "review_required"), SOURCE,
    ),
    "design-deliverables": (
        NAME, (later("格式"), formats_listed), (later("要求"), "presence"), SOURCE,
    ),
    "change-kinds": (NAME, (later("须批准"), offices_listed), SOURCE),
    "review-triggers": (NAME, (later("涉及的分部工程"), "parts"), SOURCE),
    "argument-kinds": (
        NAME, (later("专家至少（人）"), "experts_at_least"), (later("须与工程无利害关系"), "outsiders_only"), SOURCE,
    ),
    "target-kinds": (NAME, (later("可选值"), "choices"), (later("单位"), "unit"), SOURCE),
}
"""How each kind is laid out. A wording is no table: its page prints the text itself."""

CUT: dict[str, tuple[Callable[[Any], str], Callable[[Any], str]]] = {
    "divisions": (lambda row: row.code[:2], lambda first: f"{first.code} {first.name}"),
    "archive-catalogue": (lambda row: row.category, lambda first: f"{first.category} {first.category_name}"),
}
"""Long tables are cut where the first of these changes; the second makes a title of a piece's first row."""


@dataclass(frozen=True, slots=True)
class Sheet:
    title: str                       # "" for a table in one piece
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def sheets(kind: str, content: Any) -> tuple[Sheet, ...]:
    """Return the content of an edition as tables; none for a kind that is not made of rows."""
    columns = COLUMNS.get(kind, ())
    if not columns:
        return ()
    headings = tuple(str(heading) for heading, _cell in columns)
    rows: Iterable[Any] = content if hasattr(content, "__iter__") else (content,)
    mark, title = CUT.get(kind, (lambda _row: "", lambda _first: ""))
    pieces = [list(piece) for _mark, piece in groupby(rows, mark)]
    return tuple(
        Sheet(title(piece[0]), headings, tuple(row_said(row, columns) for row in piece)) for piece in pieces
    )


def row_said(row: Any, columns: tuple[Column, ...]) -> tuple[str, ...]:
    cells = (getattr(row, cell) if isinstance(cell, str) else cell(row) for _heading, cell in columns)
    return tuple(said(cell) for cell in cells)


@singledispatch
def said(value: object) -> str:
    """Return a value in words."""
    return NOTHING if value in (None, "") else str(value)


@said.register
def _truth(value: bool) -> str:
    return _("是") if value else _("否")


@said.register
def _choice(value: StrEnum) -> str:
    return str(WORDS[type(value)][value])


@said.register
def _several(value: tuple) -> str:  # type: ignore[type-arg]  # singledispatch looks at the bare class
    return "、".join(said(part) for part in value) or NOTHING


@said.register
def _season(value: Season) -> str:
    return _("{first} 至 {last}", first=said(value.first), last=said(value.last))


@said.register
def _day_of_year(value: MonthDay) -> str:
    return _("{month}月{day}日", month=value.month, day=value.day)
