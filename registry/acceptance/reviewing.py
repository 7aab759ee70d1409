"""核查: the tables gone through line by line before a unit project or its main structure passes.

What a line asks is the edition's; what was found is an `Answer`. A line nobody answers is not there (不涉及), unless
it is demanded; of each trade that the building has, every table needs one line at least.

Source: GB 50300-2013 5.0.3, 5.0.4, 附录H 表H.0.1-2~H.0.1-4; GB 50204-2015 10.1.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from babel.support import LazyProxy
from sqlalchemy.orm import Session

from registry.acceptance.rules import State, Totals
from registry.acceptance.sheets import Sent, SheetRefused, read_count
from registry.acceptance.standing import UnitState
from registry.kernel.text import _, later
from registry.standards import handbook as standards
from registry.standards import kinds
from registry.standards.reviews import ReviewLine, ReviewTable

TABLE_NAMES: dict[ReviewTable, LazyProxy] = {
    ReviewTable.RECORDS: later("单位工程质量控制资料核查记录"),
    ReviewTable.TESTS: later("单位工程安全和功能检验资料核查及主要功能抽查记录"),
    ReviewTable.LOOKS: later("单位工程观感质量检查记录"), ReviewTable.ENTITY: later("结构实体检验记录"),
}
"""As the forms of the appendix are titled."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found for one line.

    count, right             份数 or 抽查处数, and how many of them conform (观感: 好 or 一般)
    sampled, sampled_right   主要功能抽查, in the table of tests alone
    note                     报告编号和出具单位, or a remark
    """

    key: str
    count: int
    right: int
    sampled: int = 0
    sampled_right: int = 0
    note: str = ""


def lines_asked(lines: Sequence[ReviewLine], state: UnitState, code: str) -> tuple[ReviewLine, ...]:
    """Return the lines that are asked at a node: those of trades that the building has."""
    return tuple(
        line for line in lines
        if line.level_code == code and any(state.node(one).state is not State.ABSENT for one in line.codes)
    )


def mistakes_in(lines: Sequence[ReviewLine], answers: Mapping[str, Answer]) -> dict[str, str]:
    """Return what keeps the answers from passing, by the field it is about; nothing when they pass."""
    wrong = {name: why for line in lines for name, why in mistakes_of(line, answers.get(line.key))}
    by_trade: defaultdict[tuple[ReviewTable, str], list[ReviewLine]] = defaultdict(list)
    for line in lines:
        by_trade[line.table, line.subject].append(line)
    for (_table, subject), trade in by_trade.items():
        if not any(line.key in answers for line in trade):
            wrong.setdefault(f"count-{trade[0].key}", _("{subject}至少填写一项。", subject=subject))
    return wrong


def mistakes_of(line: ReviewLine, answer: Answer | None) -> list[tuple[str, str]]:
    if answer is None:
        return [(f"count-{line.key}", _("“{label}”必须填写。", label=line.label))] if line.demanded else []
    found = []
    for whole, right, name in ((answer.count, answer.right, "right"), (answer.sampled, answer.sampled_right, "fit")):
        if right > whole:
            found.append((f"{name}-{line.key}", _("“{label}”：符合的不能多于总数 {whole}。", label=line.label, whole=whole)))
        elif right < whole:
            found.append((f"{name}-{line.key}", _(
                "“{label}”：{whole} 项中有 {n} 项不符合，处理合格后才能验收。", label=line.label, whole=whole, n=whole - right,
            )))
    if line.numbered and not answer.note:
        found.append((f"note-{line.key}", _("“{label}”须填写报告编号和检测单位。", label=line.label)))
    return found


def totals_of(lines: Sequence[ReviewLine], answers: Mapping[str, Answer]) -> Totals:
    """Return what the form of the unit project counts: lines gone through, not sheets of paper (共__项)."""
    given = {table: [answers[line.key] for line in lines if line.table is table and line.key in answers] for table in ReviewTable}
    sampled = [answer for answer in given[ReviewTable.TESTS] if answer.sampled]
    return Totals(
        *paired(given[ReviewTable.RECORDS]), *paired(given[ReviewTable.TESTS]), len(sampled), len(sampled),
        *paired(given[ReviewTable.LOOKS]),
    )


def paired(answers: Sequence[Answer]) -> tuple[int, int]:
    return len(answers), sum(answer.right == answer.count for answer in answers)


def answers_kept(lines: Sequence[ReviewLine], answers: Mapping[str, Answer]) -> list[dict[str, object]]:
    """Return the answers as the record keeps them, in the order of the edition."""
    return [asdict(answers[line.key]) for line in lines if line.key in answers]


def read_answers(lines: Sequence[ReviewLine], sent: Sent) -> dict[str, Answer]:
    """Return what was typed in, by the line's key. A conforming number left empty means all of them.

    Raises SheetRefused, naming every field that holds no number.
    """
    mistakes: dict[str, str] = {}
    found = {}
    for line in lines:
        count = read_count(f"count-{line.key}", sent, 0, mistakes)
        sampled = read_count(f"sampled-{line.key}", sent, 0, mistakes)
        answer = Answer(
            line.key, count, read_count(f"right-{line.key}", sent, count, mistakes), sampled,
            read_count(f"fit-{line.key}", sent, sampled, mistakes),
            " ".join("".join(sent.get(f"note-{line.key}", ())).split())[:200],
        )
        if answer.count or answer.right or answer.sampled or answer.note:
            found[line.key] = answer
    if mistakes:
        raise SheetRefused(mistakes)
    return found


@dataclass(frozen=True, slots=True)
class ReviewedTable:
    """One table with what was found, as pages and papers show it: trade after trade."""

    table: ReviewTable
    rows: tuple[tuple[ReviewLine, Answer], ...]


def tables_kept(session: Session, totals: Mapping[str, Any]) -> tuple[ReviewedTable, ...]:
    """Return what a record keeps of 核查, by the lines of the edition it was made under."""
    review = totals.get("review")
    if not review:
        return ()
    lines = standards.content_of(session, kinds.UNIT_REVIEWS, UUID(review["edition"]))
    return tables_of(lines, {one["key"]: Answer(**one) for one in review["answers"]})


def tables_of(lines: Sequence[ReviewLine], answers: Mapping[str, Answer]) -> tuple[ReviewedTable, ...]:
    """Return the tables that hold an answer, in the order of the appendix."""
    found = (
        ReviewedTable(table, tuple((line, answers[line.key]) for line in lines if line.table is table and line.key in answers))
        for table in ReviewTable
    )
    return tuple(one for one in found if one.rows)
