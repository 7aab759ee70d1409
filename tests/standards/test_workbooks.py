"""Editions as workbooks: out, back in, and what is refused on the way."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from openpyxl import Workbook, load_workbook

from registry.kernel.actor import SYSTEM, Actor, Role
from registry.kernel.errors import Forbidden, NotFound
from registry.kernel.uow import Units
from registry.kernel.workbook_safety import WorkbookRefused
from registry.standards import actions, queries
from registry.standards.actions import VersionTaken, load_defaults
from registry.standards.commands import standards
from registry.standards.drafts import shipped
from registry.standards.kinds import KINDS
from registry.standards.layout import layout_of
from registry.standards.models import StandardEdition
from registry.standards.reading import Malformed
from registry.standards.revision import Faulty, TypedRow, content_typed
from registry.standards.rules import Edition, Status, content_hash
from registry.standards.workbooks import HEAD_SHEET, ROWS_SHEET, read_workbook, workbook_of
from tests.conftest import NOON

ROLES = layout_of(KINDS["roles"])
OFFICER = Actor(account=uuid4(), person=uuid4(), region="370100", roles=frozenset({Role.OFFICER}))
CONTENT: list[dict[str, Any]] = [
    {"key": "owner", "label": "建设单位", "principal": True, "synonyms": ["建设", "业主单位"]},
    {"key": "design", "label": "设计单位", "principal": True},
]


def head(**facts: Any) -> Edition:
    usual: dict[str, Any] = {
        "id": uuid4(), "kind": "roles", "key": "", "region": "370100", "version": "2026-1",
        "effective_from": NOON.date(), "title": "责任主体", "source": "地方规定", "status": Status.LAW, "note": "",
        "content_sha256": "", "entered_at": NOON,
    }
    return Edition(**usual | facts)


@pytest.fixture
def loaded(units: Units) -> Units:
    with units.writing(SYSTEM) as uow:
        load_defaults(uow)
    return units


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "责任主体.xlsx"
    path.write_bytes(workbook_of(head(), ROLES, CONTENT))
    return path


def changed(path: Path, change: Callable[[Any], object]) -> Path:
    """The workbook after somebody has had it open in a spreadsheet program."""
    book = load_workbook(path)
    change(book)
    book.save(path)
    return path


@pytest.mark.parametrize("one", shipped(), ids=lambda d: f"{d.kind} {d.key} {d.region} {d.version}")
def test_an_edition_goes_out_and_comes_back_the_same(one: Any, tmp_path: Path) -> None:
    layout, path = layout_of(KINDS[one.kind]), tmp_path / "edition.xlsx"
    facts = {name: getattr(one, name) for name in ("kind", "key", "region", "version", "effective_from", "title",
                                                    "source", "status", "note")}
    path.write_bytes(workbook_of(head(**facts), layout, one.content))
    again = read_workbook(path, layout)
    assert content_hash(content_typed(layout, again.rows, one.content)) == content_hash(one.content)
    assert (again.head["version"], again.head["region"]) == (one.version, one.region)


def test_a_text_that_looks_like_a_formula_stays_a_text(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    signs = ["=HYPERLINK(\"http://example.org\")", "+1", "-1", "@SUM(A1)"]
    content = [{"key": sign, "label": sign, "principal": False} for sign in signs]
    path.write_bytes(workbook_of(head(title="=1+1"), ROLES, content))
    sheet = load_workbook(path)[ROWS_SHEET]
    assert {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row if cell.value} == {"s"}
    assert load_workbook(path)[HEAD_SHEET]["B6"].data_type == "s"
    assert content_typed(ROLES, read_workbook(path, ROLES).rows, None) == content


def formula(book: Any) -> None:
    book[ROWS_SHEET]["B2"] = "=A2"


def a_number(book: Any) -> None:
    book[ROWS_SHEET]["A2"] = 101


def merged(book: Any) -> None:
    book[ROWS_SHEET].merge_cells("B2:B3")


def wrong_heading(book: Any) -> None:
    book[ROWS_SHEET]["B1"] = "中文名"


def heading_twice(book: Any) -> None:
    book[ROWS_SHEET]["B1"] = "代码"


def column_gone(book: Any) -> None:
    book[ROWS_SHEET].delete_cols(4)


def beyond_the_headings(book: Any) -> None:
    book[ROWS_SHEET]["H2"] = "多出来的"


def sheet_gone(book: Any) -> None:
    del book[ROWS_SHEET]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (formula, "第 2 行“名称”是公式"),
        (a_number, "第 2 行“代码”是数字或日期格式"),
        (merged, "第 2 行有合并单元格"),
        (wrong_heading, "不认识的列“中文名”"),
        (heading_twice, "列“代码”出现了不止一次"),
        (column_gone, "缺少列“别称”"),
        (beyond_the_headings, "第 2 行 H 列没有表头"),
        (sheet_gone, "没有名为“内容”的工作表"),
    ],
)
def test_a_workbook_that_cannot_be_meant_is_refused_with_the_place(
    file: Path, change: Callable[[Any], object], said: str
) -> None:
    with pytest.raises(WorkbookRefused, match=said):
        read_workbook(changed(file, change), ROLES)


def test_a_mistake_is_named_by_the_row_of_the_workbook(file: Path) -> None:
    def mistake(book: Any) -> None:
        book[ROWS_SHEET]["C3"] = "大概"

    with pytest.raises(Faulty, match="第 3 行“五方责任主体”：应当填写“是”或“否”"):
        content_typed(ROLES, read_workbook(changed(file, mistake), ROLES).rows, CONTENT)


def test_columns_may_stand_in_any_order(file: Path) -> None:
    def turned(book: Any) -> None:
        sheet = book[ROWS_SHEET]
        for line in range(1, 4):
            sheet.cell(line, 1).value, sheet.cell(line, 2).value = sheet.cell(line, 2).value, sheet.cell(line, 1).value

    assert content_typed(ROLES, read_workbook(changed(file, turned), ROLES).rows, None) == CONTENT


def test_macros_bombs_and_other_files_are_refused_unopened(file: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    with pytest.raises(WorkbookRefused, match="宏"):
        read_workbook(file, ROLES)
    bomb = tmp_path / "bomb.xlsx"
    Workbook().save(bomb)
    with zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b"0" * 300_000_000)
    with pytest.raises(WorkbookRefused, match="压缩炸弹"):
        read_workbook(bomb, ROLES)
    other = tmp_path / "手册.xlsx"
    other.write_text("编码,名称", encoding="utf-8")
    with pytest.raises(WorkbookRefused, match="不是 Excel 工作簿"):
        read_workbook(other, ROLES)


def test_a_workbook_of_more_than_five_megabytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "big.xlsx"
    path.write_bytes(b"PK\x03\x04" + bytes(5 * 2**20))
    with pytest.raises(WorkbookRefused, match="超过 5 MB"):
        read_workbook(path, ROLES)


def test_more_rows_than_anybody_reads_are_refused() -> None:
    texts = {"label": "某单位", "principal": "否"}
    rows = [TypedRow(n, {"key": f"role-{n}"} | texts) for n in range(1, 5_002)]
    with pytest.raises(Malformed, match="超过 5000 行"):
        content_typed(ROLES, rows, None)


def test_whoever_is_in_may_take_a_workbook(loaded: Units) -> None:
    with loaded.reading(OFFICER) as uow:
        found = queries.edition_named(uow, str(first(uow).id))
        made = queries.workbook(uow, found.id)
    assert made.name.endswith(".xlsx")
    assert made.size > 1_000


def first(uow: Any) -> Any:
    return queries.sections(uow)[0].editions[0].edition


def test_an_edition_comes_in_from_a_workbook_once(loaded: Units, file: Path) -> None:
    with loaded.writing(SYSTEM) as uow:
        [entered] = actions.load_workbook(uow, file)
        assert (entered.kind, entered.region, entered.status) == ("roles", "370100", Status.LAW)
        assert actions.load_workbook(uow, file) == []

    def another(book: Any) -> None:
        book[ROWS_SHEET]["B2"] = "业主单位"

    changed(file, another)
    with loaded.writing(SYSTEM) as uow, pytest.raises(VersionTaken):
        actions.load_workbook(uow, file)
    with loaded.writing(OFFICER) as uow, pytest.raises((Forbidden, NotFound)):
        actions.load_workbook(uow, file)


@pytest.mark.parametrize(
    ("cell", "text", "said"),
    [("B4", None, "缺少“版本号”"), ("B5", "明年", "应当是日期"), ("B8", "传闻", "law、suggestion"), ("B3", "37", "6 位数字")],
)
def test_the_first_sheet_must_say_what_it_is(loaded: Units, file: Path, cell: str, text: str | None, said: str) -> None:
    def say(book: Any) -> None:
        book[HEAD_SHEET][cell] = text

    changed(file, say)
    with loaded.writing(SYSTEM) as uow, pytest.raises(Malformed, match=said):
        actions.load_workbook(uow, file)


def test_the_operator_takes_a_workbook_out_and_puts_one_in(loaded: Units, file: Path, tmp_path: Path) -> None:
    app = Flask("operator")
    app.extensions["units"] = loaded
    app.cli.add_command(standards)
    run = app.test_cli_runner().invoke
    with loaded.reading(SYSTEM) as uow:
        edition = first(uow)
    out = tmp_path / "out.xlsx"
    assert run(args=["standards", "export", str(edition.id), "--out", str(out)]).exit_code == 0
    assert "新录入 0 个版本" in run(args=["standards", "import", str(out)]).output
    assert "新录入 1 个版本" in run(args=["standards", "import", str(file)]).output
    assert run(args=["standards", "export", "nobody", "--out", str(out)]).exit_code == 2

    def mistake(book: Any) -> None:
        book[ROWS_SHEET]["C2"] = "大概"
        book[HEAD_SHEET]["B4"] = "2026-2"

    answer = run(args=["standards", "import", str(changed(file, mistake))])
    assert answer.exit_code == 2
    assert "第 2 行“五方责任主体”" in answer.output


def test_every_shipped_edition_survives_the_way_through_the_database(loaded: Units, tmp_path: Path) -> None:
    with loaded.writing(SYSTEM) as uow:
        rows = [listed.edition.id for section in queries.sections(uow) for listed in section.editions]
        for edition_id in rows:
            path = tmp_path / f"{edition_id}.xlsx"
            with queries.workbook(uow, edition_id).opened(0, None) as stream:
                path.write_bytes(stream.read())
            assert actions.load_workbook(uow, path) == []
        assert uow.session.query(StandardEdition).count() == len(shipped())
