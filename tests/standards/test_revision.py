"""From typed rows to an edition, and what it changes: pure."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.standards.cells import record_of, texts_of, understood, written
from registry.standards.drafts import Draft, shipped
from registry.standards.kinds import KINDS
from registry.standards.labels import OF_FIELD
from registry.standards.layout import Layout, layout_of
from registry.standards.reading import Malformed, read
from registry.standards.revision import Empty, Fate, Faulty, TypedRow, changes, content_typed
from registry.standards.rules import content_hash

DRAFTS = shipped()


def draft(kind: str, key: str = "") -> Draft:
    return next(one for one in DRAFTS if (one.kind, one.key) == (kind, key))


def layout(kind: str) -> Layout:
    return layout_of(KINDS[kind])


def typed(kind: str, content: Any) -> list[TypedRow]:
    records = layout(kind).records(content)
    return [TypedRow(n, texts_of(layout(kind), record), str(n * 10)) for n, record in enumerate(records, 1)]


@pytest.mark.parametrize("one", DRAFTS, ids=lambda d: f"{d.kind} {d.key} {d.region} {d.version}")
def test_every_edition_can_be_typed_and_comes_out_the_same(one: Draft) -> None:
    again = content_typed(layout(one.kind), typed(one.kind, one.content), one.content)
    assert content_hash(again) == content_hash(one.content)


@pytest.mark.parametrize("one", DRAFTS, ids=lambda d: f"{d.kind} {d.key} {d.region} {d.version}")
def test_without_the_edition_at_hand_it_still_means_the_same(one: Draft) -> None:
    kind = layout(one.kind)
    for record in kind.records(one.content):
        again, wrong = record_of(kind, texts_of(kind, record))
        assert not wrong
        assert read(kind.shape, again, "") == read(kind.shape, record, "")


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_has_one_chinese_heading_of_its_own(kind: str) -> None:
    headings = [column.heading for column in layout(kind).columns]
    assert len(set(headings)) == len(headings)
    assert not [heading for heading in headings if heading.isascii()]


def test_the_headings_stand_in_alphabetical_order_but_for_kin() -> None:
    assert [name[0] for name in OF_FIELD] == sorted(name[0] for name in OF_FIELD)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).map(str.strip).filter(bool), max_size=5))
def test_a_list_comes_through_a_cell_whatever_signs_it_holds(items: list[str]) -> None:
    assert understood(tuple[str, ...], written(tuple[str, ...], items)) == items


def test_a_small_record_in_a_list_is_one_line() -> None:
    gate = draft("gates").content[0]  # type: ignore[index]  # JSON
    line = texts_of(layout("gates"), gate)["needs"].split("\n")[0]
    assert line == "in-office | 项目负责人在任 | 登记该岗位的项目负责人 | firm"


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"label": ""}, "第 1 行“名称”：没有填写。"),
        ({"qualification_required": "也许"}, "第 1 行“须有注册执业资格”：应当填写“是”或“否”。"),
        ({"demand": "随便"}, "第 1 行“承诺要求”：应当是下列之一：必须承诺并备案、参建即须承诺并备案、可以承诺。"),
    ],
)
def test_a_mistake_is_named_by_row_and_column(cells: dict[str, str], said: str) -> None:
    rows = typed("posts", draft("posts").content)
    rows[0].texts.update(cells)
    with pytest.raises(Faulty) as refusal:
        content_typed(layout("posts"), rows, draft("posts").content)
    assert [str(fault) for fault in refusal.value.faults] == [said]


@pytest.mark.parametrize(
    ("kind", "cells", "said"),
    [
        ("change-clock", {"period.amount": "五", "period.unit": "日"}, "“期限·数量”：应当是整数"),
        ("change-clock", {"period.amount": "5", "period.unit": ""}, "“期限·计量”：没有填写"),
        ("change-clock", {"period.amount": "0", "period.unit": "日"}, "期限至少是 1"),
    ],
)
def test_a_small_record_is_filled_in_whole_or_not_at_all(kind: str, cells: dict[str, str], said: str) -> None:
    with pytest.raises(Faulty, match=said):
        content_typed(layout(kind), [TypedRow(1, cells)], None)
    nothing = content_typed(layout(kind), [TypedRow(1, {"period.amount": "", "period.unit": " "})], None)
    assert KINDS[kind].read(nothing).period is None


def test_a_row_that_stands_there_twice_is_refused_with_both_numbers() -> None:
    rows = typed("roles", draft("roles").content)
    with pytest.raises(Faulty, match="第 99 行：与第 1 行重复（owner）"):
        content_typed(layout("roles"), [*rows, TypedRow(99, rows[0].texts, "990")], None)


def test_an_edition_without_a_row_is_refused() -> None:
    rows = [TypedRow(row.number, row.texts, row.order, out=True) for row in typed("roles", draft("roles").content)]
    for nothing in (rows, [TypedRow(1, {})], []):
        with pytest.raises(Empty, match="至少要有一行"):
            content_typed(layout("roles"), nothing, draft("roles").content)


def test_rows_go_where_their_order_says_and_a_word_is_no_order() -> None:
    rows = typed("roles", draft("roles").content)
    first = TypedRow(rows[4].number, rows[4].texts, "5")
    content = content_typed(layout("roles"), [*rows[:4], first, *rows[5:]], draft("roles").content)
    assert [row["key"] for row in content][:2] == ["supervision", "owner"]
    with pytest.raises(Faulty, match="第 5 行：次序应当是数字"):
        content_typed(layout("roles"), [*rows[:4], TypedRow(5, rows[4].texts, "最前")], None)


def test_a_division_without_its_parent_is_refused_by_the_tree() -> None:
    orphan = TypedRow(1, {"code": "020101", "name": "模板"})
    content = content_typed(layout("divisions"), [orphan], None)
    with pytest.raises(Malformed, match="上级不存在"):
        KINDS["divisions"].read(content)


def test_changes_name_what_was_added_removed_changed_and_moved() -> None:
    old = draft("roles").content
    rows = typed("roles", old)
    rows[1].texts["label"] = "岩土勘察单位"
    moved = TypedRow(rows[4].number, rows[4].texts, "5")
    new = content_typed(layout("roles"), [
        *rows[:4], moved, *rows[5:-1], TypedRow(50, {"key": "insurer", "label": "保险单位", "principal": "否"}, "999"),
    ], old)
    found = changes(layout("roles"), old, new)
    assert {row.fate: row.title.split()[0] for row in found.rows} == {
        Fate.MOVED: "supervision", Fate.CHANGED: "survey", Fate.ADDED: "insurer", Fate.REMOVED: "component-supplier",
    }
    [cell] = next(row for row in found.rows if row.fate is Fate.CHANGED).cells
    assert cell.heading == "名称"
    assert "".join(piece.text for line in cell.lines for piece in line if piece.change != "removed") == "岩土勘察单位"
    assert found.same == len(rows) - 3


def test_an_edition_changes_nothing_in_itself() -> None:
    for one in DRAFTS:
        assert changes(layout(one.kind), one.content, one.content).rows == []
