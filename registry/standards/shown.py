"""The content of an edition as people read it: tables with Chinese headings."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import singledispatch
from itertools import groupby
from typing import Any

from babel.support import LazyProxy

from registry.kernel.text import _, later
from registry.standards.acceptance import AcceptanceLevel, AcceptanceRole, SamplingTables
from registry.standards.catalogues import DesignLife, Gate, Retention
from registry.standards.checks import CheckChapter, Severity
from registry.standards.divisions import DivisionLevel
from registry.standards.drawings import ChangeKind, Deliverable, Presence
from registry.standards.lots import LotLayout, Side
from registry.standards.periods import PeriodUnit, PlaqueMoment
from registry.standards.posts import Demand
from registry.standards.reviews import ReviewTable
from registry.standards.rules import Standing, Status
from registry.standards.site_management import Before
from registry.standards.stages import Requirement, Stage
from registry.standards.trace_order import Cause, Reason
from registry.standards.warranty import MonthDay, Season, WarrantyClock, WarrantyRule, WarrantyUnit

NOTHING = "—"
NAMELESS: Mapping[str, str] = {}
CODES = frozenset({"role", "roles", "responsible", "part", "parts", "divisions", "codes", "posts"})
"""Fields that hold codes of other editions: shown by their names."""
NAMED = "name of "
"""Before the name of a field that holds such a code in this one kind."""
Column = tuple[LazyProxy, str | Callable[[Any], object]]
"""A heading, and the attribute or function that gives the cell."""

WORDS: dict[type[StrEnum], dict[str, LazyProxy]] = {
    Status: {Status.LAW: later("法规"), Status.SUGGESTION: later("默认建议")},
    Standing: {
        Standing.IN_FORCE: later("施行中"), Standing.TO_COME: later("尚未施行"), Standing.SUPERSEDED: later("已由后一版本取代"),
    },
    Demand: {
        Demand.ALWAYS: later("必须承诺并备案"), Demand.WHERE_PRESENT: later("参建即须承诺并备案"),
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
    AcceptanceLevel: {
        AcceptanceLevel.LOT: later("检验批"),
        AcceptanceLevel.CONCEALED: later("隐蔽工程"),
        AcceptanceLevel.ITEM: later("分项工程"),
        AcceptanceLevel.SUBDIVISION: later("子分部工程"),
        AcceptanceLevel.DIVISION: later("分部工程"),
        AcceptanceLevel.UNIT: later("单位工程竣工预验收"),
    },
    ReviewTable: {
        ReviewTable.RECORDS: later("质量控制资料核查"), ReviewTable.TESTS: later("安全和功能检验资料核查及主要功能抽查"),
        ReviewTable.LOOKS: later("观感质量检查"), ReviewTable.ENTITY: later("结构实体检验"),
    },
    CheckChapter: {
        CheckChapter.CONDUCT: later("质量行为"),
        CheckChapter.ENTITY: later("实体质量"),
        CheckChapter.LIFETIME: later("质量终身责任与追溯"),
    },
    Severity: {Severity.A: later("A 严重"), Severity.B: later("B 一般"), Severity.C: later("C 轻微")},
    Stage: {
        Stage.BEFORE_START: later("开工前"),
        Stage.CONSTRUCTION: later("施工"),
        Stage.ACCEPTANCE: later("竣工验收"),
        Stage.FILING: later("备案"),
        Stage.HANDOVER: later("移交"),
    },
    Requirement: {Requirement.REQUIRED: later("必备"), Requirement.IF_APPLICABLE: later("有则必备")},
    Cause: {
        Cause.UNKNOWN: later("成因未定"),
        Cause.SURVEY: later("勘察"),
        Cause.DESIGN: later("设计"),
        Cause.WORKMANSHIP: later("施工"),
        Cause.MATERIAL: later("材料"),
    },
    Reason: {
        Reason.DID_THE_WORK: later("负责该部位的施工"),
        Reason.WATCHED_THE_WORK: later("负责该部位的监理"),
        Reason.MADE_THE_DOCUMENTS: later("对勘察、设计文件负责"),
        Reason.OVERALL: later("对工程质量承担全面责任"),
        Reason.SUPPLIED: later("负责检测或材料构件供应"),
        Reason.OTHER: later("当日在任"),
    },
    PeriodUnit: {
        PeriodUnit.WORKING_DAY: later("工作日"), PeriodUnit.DAY: later("日"), PeriodUnit.MONTH: later("月"),
    },
    PlaqueMoment: {
        PlaqueMoment.AFTER_ACCEPTANCE: later("竣工验收合格后"),
        PlaqueMoment.BEFORE_ACCEPTANCE: later("竣工验收前"),
        PlaqueMoment.BEFORE_DELIVERY: later("交付使用前"),
    },
    WarrantyUnit: {
        WarrantyUnit.DESIGN_LIFE: later("设计使用年限"),
        WarrantyUnit.YEAR: later("年"),
        WarrantyUnit.HEATING_SEASON: later("采暖期"),
        WarrantyUnit.COOLING_SEASON: later("供冷期"),
        WarrantyUnit.AGREED: later("由合同约定"),
        WarrantyUnit.RESTART: later("重新计算"),
    },
    WarrantyClock: {
        WarrantyClock.CONTRACTOR: later("施工单位对建设单位"),
        WarrantyClock.BUYER: later("建设单位对购房人、所有权人"),
        WarrantyClock.RETENTION: later("缺陷责任期（保证金）"),
    },
    DivisionLevel: {
        DivisionLevel.DIVISION: later("分部"), DivisionLevel.SUBDIVISION: later("子分部"), DivisionLevel.ITEM: later("分项"),
    },
    Before: {
        Before.NOTHING: later("不提示"), Before.WARN: later("提示"), Before.REFUSE: later("未检查合格不得施工"),
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


def signers_listed(role: AcceptanceRole) -> str:
    return "、".join(duty.label for duty in role.signing)


def attendants_listed(role: AcceptanceRole) -> str:
    return "、".join(duty.label for duty in role.attending)


def least_listed(tables: SamplingTables) -> str:
    return "；".join(_("不超过 {n} 抽 {sample}", n=row.upto, sample=row.sample) for row in tables.least)


def judgements_listed(tables: SamplingTables) -> str:
    return "；".join(_("{n} 个样本可有 {bad} 个不合格", n=row.sample, bad=row.accept) for row in tables.single)


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
    "site-posts": (
        NAME, (later("简称"), "short"), (later("岗位责任"), "duties"), (later("依据"), "article"),
    ),
    "checklist": (
        (later("编号"), "key"), (later("检查要点"), "text"), (later("依据条款"), "clause"),
        (later("查什么资料"), "evidence"), (later("建议严重程度"), "severity"), (later("分部分项"), "divisions"),
        (later("性质"), "status"),
    ),
    "stage-documents": (
        (later("编码"), "code"), (later("文件"), "name of code"), (later("责任主体"), "role"),
        (later("必备性"), "need"), (later("适用情形"), "when"),
        (later("性质"), "status"), SOURCE,
    ),
    "trace-order": (
        (later("成因"), "cause"), (later("部位"), "part"), (later("责任主体"), "role"), (later("列入的理由"), "reason"),
    ),
    "completion-gates": ((later("条件"), "label"), (later("补齐办法"), "remedy"), (later("性质"), "status"), SOURCE),
    "completion-clocks": (
        (later("通知监督机构"), "notice"), (later("监督报告"), "report"), (later("备案"), "filing"),
        (later("责令重新验收"), "reacceptance"),
    ),
    "filing-documents": (NAME, SOURCE),
    "dwelling-checks": (NAME, (later("要求"), "requirement"), (later("性质"), "status"), SOURCE),
    "residential": (NAME, (later("住宅"), "dwellings"), SYNONYMS),
    "acceptance-roles": (
        (later("层级"), "level"), NAME, (later("编码"), "codes"), (later("签字"), signers_listed),
        (later("参加"), attendants_listed), SOURCE,
    ),
    "sampling": ((later("检验批容量与最小抽样数量"), least_listed), (later("一般项目一次抽样判定"), judgements_listed)),
    "lot-templates": (
        NAME, (later("分项编码"), "codes"), (later("验收依据"), "standard"),
        (later("主控项目与一般项目"), lambda row: tuple(f"{check.clause} {check.label}" for check in row.checks)),
    ),
    "concealed-work": (
        NAME, (later("编码"), "codes"), (later("隐检内容"), "contents"), (later("提前通知（小时）"), "hours"),
        (later("通知质量监督机构"), "station"), (later("最少照片"), "photos"), SOURCE,
    ),
    "unit-reviews": (
        (later("专业"), "subject"), NAME, (later("分部"), "codes"), (later("必填"), "demanded"),
        (later("须填报告编号"), "numbered"), SOURCE,
    ),
    "lot-layouts": (NAME, (later("分项"), layout_listed)),
    "key-steps": (NAME, (later("分项"), "codes"), (later("未标识不得验收"), "demanded"), (later("依据"), "article")),
    "first-samples": (
        NAME, (later("分项"), "codes"), (later("验收单位"), "sides"), (later("未验收不得大面积施工"), "holds_lots"),
        (later("依据"), "article"),
    ),
    "site-management": (NAME, (later("主要内容"), "hint"), (later("必须填写"), "demanded"), SOURCE),
    "site-management-rule": (
        (later("填写岗位"), NAMED + "fills"), (later("检查岗位"), NAMED + "checks"),
        (later("首批检验批之前"), "before_lots"), SOURCE,
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

def chapter_of(check: Any) -> str:
    return f"{said(check.chapter)} · {check.subject}"


def stage_of(document: Any) -> str:
    return said(document.stage)


def table_of(line: Any) -> str:
    return said(line.table)


CUT: dict[str, tuple[Callable[[Any], str], Callable[[Any], str]]] = {
    "checklist": (lambda row: row.subject, chapter_of),
    "stage-documents": (lambda row: row.stage, stage_of),
    "unit-reviews": (lambda row: row.table, table_of),
    "divisions": (lambda row: row.code[:2], lambda first: f"{first.code} {first.name}"),
    "archive-catalogue": (lambda row: row.category, lambda first: f"{first.category} {first.category_name}"),
}
"""Long tables are cut where the first of these changes; the second makes a title of a piece's first row."""


@dataclass(frozen=True, slots=True)
class Sheet:
    title: str                       # "" for a table in one piece
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def sheets(kind: str, content: Any, names: Mapping[str, str] = NAMELESS, wanted: str = "") -> tuple[Sheet, ...]:
    """Return the content of an edition as tables; none for a kind that is not made of rows.

    names    what codes and keys of other editions stand for: "owner" → 建设单位
    wanted   words that a row must hold to be shown, in any of its cells; "" for every row
    """
    columns = COLUMNS.get(kind, ())
    if not columns:
        return ()
    headings = tuple(str(heading) for heading, _cell in columns)
    rows: Iterable[Any] = content if hasattr(content, "__iter__") else (content,)
    mark, title = CUT.get(kind, (lambda _row: "", lambda _first: ""))
    pieces = [list(piece) for _mark, piece in groupby(rows, mark)]
    titled = [(title(piece[0]), piece) for piece in pieces]
    told = [Sheet(name, headings, found_in(rows_said(piece, columns, names), name, wanted)) for name, piece in titled]
    return tuple(sheet for sheet in told if sheet.rows or not wanted)


def rows_said(rows: Iterable[Any], columns: tuple[Column, ...], names: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    return (tuple(cell_said(row, cell, names) for _heading, cell in columns) for row in rows)


def found_in(rows: Iterable[tuple[str, ...]], title: str, wanted: str) -> tuple[tuple[str, ...], ...]:
    """Return the rows that hold every word wanted, in a cell of theirs or in the title they stand under."""
    words = wanted.casefold().split()
    return tuple(cells for cells in rows if all(word in " ".join((title, *cells)).casefold() for word in words))


def cell_said(row: Any, cell: str | Callable[[Any], object], names: Mapping[str, str]) -> str:
    if not isinstance(cell, str):
        return said(cell(row))
    value = getattr(row, cell.removeprefix(NAMED))
    if cell.removeprefix(NAMED) in CODES or cell.startswith(NAMED):
        value = tuple(names.get(code, code) for code in ((value,) if isinstance(value, str) else value) if code)
    return said(value)


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
