"""A file that could harm is refused whole, at once, and says why."""

import zipfile
from pathlib import Path
from time import monotonic

import pytest
from openpyxl import Workbook as Written

from registry.kernel import workbook_safety as safety
from registry.kernel.workbook import open_workbook
from registry.kernel.workbook_safety import WorkbookRefused, refuse_dangerous
from tests.exchange import rosters

TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/xl/workbook.xml" ContentType="{kind}"/></Types>'
)
PLAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
MACROS = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    return rosters.save(tmp_path / "花名册.xlsx", rosters.rows())


def with_part(path: Path, name: str, content: bytes) -> Path:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return path


def rewritten(path: Path, name: str, change) -> Path:
    """The workbook with one part changed."""
    target = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in source.infolist():
            content = source.read(entry)
            archive.writestr(entry.filename, change(content) if entry.filename == name else content)
    return target


def test_a_plain_workbook_passes(plain):
    refuse_dangerous(plain)


def test_a_text_file_called_xlsx_is_refused(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_text("项目编号,工程名称")
    with pytest.raises(WorkbookRefused, match="不是 Excel"):
        refuse_dangerous(path)


def test_an_empty_file_is_refused(tmp_path):
    path = tmp_path / "a.xlsx"
    path.touch()
    with pytest.raises(WorkbookRefused, match="不是 Excel"):
        refuse_dangerous(path)


def test_a_zip_that_is_no_workbook_is_refused(tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    with pytest.raises(WorkbookRefused, match="不是 Excel"):
        refuse_dangerous(path)


def test_an_old_or_locked_workbook_is_refused(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512))
    with pytest.raises(WorkbookRefused, match="密码"):
        refuse_dangerous(path)


def test_a_locked_entry_is_refused(plain):
    content = bytearray(plain.read_bytes())
    at = content.find(b"PK\x01\x02")
    content[at + 8] |= 1
    plain.write_bytes(content)
    with pytest.raises(WorkbookRefused, match="密码"):
        refuse_dangerous(plain)


def test_macros_are_refused(plain):
    with pytest.raises(WorkbookRefused, match="宏"):
        refuse_dangerous(with_part(plain, "xl/vbaProject.bin", b"x"))


def test_a_workbook_declared_to_hold_macros_is_refused(plain):
    def declare(xml: bytes) -> bytes:
        return xml.replace(PLAIN.encode(), MACROS.encode())

    with pytest.raises(WorkbookRefused, match="宏"):
        refuse_dangerous(rewritten(plain, "[Content_Types].xml", declare))


def test_links_to_other_workbooks_are_refused(plain):
    with pytest.raises(WorkbookRefused, match="外部链接"):
        refuse_dangerous(with_part(plain, "xl/externalLinks/externalLink1.xml", b"<x/>"))


def test_a_file_over_fifty_megabytes_is_refused_unopened(tmp_path):
    path = tmp_path / "a.xlsx"
    with path.open("wb") as file:
        file.truncate(safety.MAX_FILE + 1)
    with pytest.raises(WorkbookRefused, match="50 MB"):
        refuse_dangerous(path)


def test_a_bomb_is_refused_within_a_second(plain):
    bomb = with_part(plain, "xl/worksheets/sheet9.xml", bytes(200 * 2**20))
    start = monotonic()
    with pytest.raises(WorkbookRefused, match="炸弹"):
        refuse_dangerous(bomb)
    assert monotonic() - start < 1


def test_many_small_bombs_are_one_bomb(tmp_path):
    path = tmp_path / "a.xlsx"
    swollen = bytes(1_000_000)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES.format(kind=PLAIN))
        for number in range(430):
            archive.writestr(f"xl/media/{number}", swollen)
    with pytest.raises(WorkbookRefused, match="炸弹"):
        refuse_dangerous(path)


def test_an_archive_of_thousands_of_files_is_refused(tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(safety.MAX_ENTRIES + 1):
            archive.writestr(f"xl/{number}", b"")
    with pytest.raises(WorkbookRefused, match="过多"):
        refuse_dangerous(path)


def test_an_archive_with_two_files_of_one_name_is_refused(plain):
    with pytest.warns(UserWarning, match="Duplicate name"):
        with_part(plain, "xl/workbook.xml", b"<x/>")
    with pytest.raises(WorkbookRefused, match="重名"):
        refuse_dangerous(plain)


@pytest.mark.parametrize("part", [
    "xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml", "xl/styles.xml",
    "xl/_rels/workbook.xml.rels",
])
def test_declared_entities_are_refused_in_every_part_we_read(plain, part):
    laughs = b'<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "' + b"&a;" * 10 + b'">]>'

    def declare(xml: bytes) -> bytes:
        at = xml.index(b"?>") + 2 if xml.startswith(b"<?xml") else 0
        return xml[:at] + laughs + xml[at:]

    with pytest.raises(WorkbookRefused, match="实体声明"):
        rosters.read(rewritten(plain, part, declare), None)


def test_a_damaged_part_is_refused_in_plain_words(plain):
    cut = rewritten(plain, "xl/worksheets/sheet1.xml", lambda xml: xml[: len(xml) // 2])
    with pytest.raises(WorkbookRefused, match="损坏"):
        rosters.read(cut, None)


def test_bytes_that_rotted_are_refused_in_plain_words(plain):
    content = bytearray(plain.read_bytes())
    with zipfile.ZipFile(plain) as archive:
        at = archive.getinfo("xl/worksheets/sheet1.xml").header_offset
    content[at + 80] ^= 0xFF
    plain.write_bytes(content)
    with pytest.raises(WorkbookRefused, match="损坏"):
        rosters.read(plain, None)


def test_more_rows_than_a_roster_may_have_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("registry.kernel.workbook.MAX_ROWS", 50)
    path = tmp_path / "a.xlsx"
    book = Written()
    for _row in range(52):
        book.active.append(["x"])
    book.save(path)
    with pytest.raises(WorkbookRefused, match="20 万行"), open_workbook(path) as opened:
        list(opened.rows("Sheet"))
