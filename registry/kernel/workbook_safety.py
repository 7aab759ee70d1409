"""Judging a workbook (.xlsx) that a stranger sent, before anything in it is unpacked.

Refused whole: other kinds of file, more than 50 MB, macros, passwords, links to other workbooks, archives
that swell, declared entities. Sizes are judged by the archive's own directory, so a bomb is refused at once.
"""

import zipfile
from pathlib import Path

from lxml import etree

from registry.kernel.errors import Invalid
from registry.kernel.text import _

MAX_FILE = 50 * 2**20
MAX_UNPACKED = 400 * 2**20
"""A sheet of 200,000 rows and twelve columns unpacks to about 190 MiB when every text is written inline."""
MAX_ENTRIES = 2_000
MAX_RATIO = 100
RATIO_MATTERS_FROM = 2**20
MAX_SMALL_PART = 8 * 2**20

ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
CONTENT_TYPES = "[Content_Types].xml"
WORKBOOK_TYPE = "sheet.main+xml"


class WorkbookRefused(Invalid):
    """The file as a whole cannot be taken."""

    code = "workbook.refused"


def damaged() -> WorkbookRefused:
    return WorkbookRefused(_("文件已损坏，无法打开，请在 Excel 中重新保存。"))


def refuse_dangerous(path: Path) -> None:
    """Raise WorkbookRefused unless the file is an .xlsx that may be unpacked. Unpacks nothing itself.

    Needs no more than the central directory and the content types, so a bomb is refused at once.
    """
    if path.stat().st_size > MAX_FILE:
        raise WorkbookRefused(_("文件超过 50 MB，请拆分后分别导入。"))
    with path.open("rb") as file:
        start = file.read(8)
    if start == OLE_MAGIC:
        raise WorkbookRefused(_("文件设有打开密码或为旧版 .xls，请取消密码并另存为 .xlsx。"))
    if not start.startswith(ZIP_MAGIC) or not zipfile.is_zipfile(path):
        raise WorkbookRefused(_("文件不是 Excel 工作簿（.xlsx）。"))
    try:
        with zipfile.ZipFile(path) as archive:
            _refuse_swelling(archive.infolist())
            _refuse_foreign(archive)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, UnicodeDecodeError) as broken:
        raise damaged() from broken


def _refuse_swelling(entries: list[zipfile.ZipInfo]) -> None:
    """Judge the declared sizes; zipfile never gives out more bytes than an entry has declared."""
    if len(entries) > MAX_ENTRIES:
        raise WorkbookRefused(_("压缩包内文件过多，不是正常的 Excel 工作簿。"))
    if len({entry.filename for entry in entries}) < len(entries):
        raise WorkbookRefused(_("压缩包内有重名文件，不是正常的 Excel 工作簿。"))
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise WorkbookRefused(_("文件设有打开密码，请取消密码后再导入。"))
    swollen = any(
        entry.file_size > RATIO_MATTERS_FROM and entry.file_size > MAX_RATIO * max(entry.compress_size, 1)
        for entry in entries
    )
    if swollen or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise WorkbookRefused(_("文件解压后过大，可能是压缩炸弹，已拒绝打开。"))


def _refuse_foreign(archive: zipfile.ZipFile) -> None:
    """Refuse what is no plain workbook: macros, links to other files, other Office documents."""
    names = archive.namelist()
    if CONTENT_TYPES not in names:
        raise WorkbookRefused(_("文件不是 Excel 工作簿（.xlsx）。"))
    types = {part.get("ContentType", "") for part in small_part(archive, CONTENT_TYPES)}
    if any("vbaproject" in name.lower() for name in names) or any(
        "macroenabled" in kind.lower() or "vbaproject" in kind.lower() for kind in types
    ):
        raise WorkbookRefused(_("文件含有宏，请另存为不含宏的 .xlsx。"))
    if any(name.lower().startswith("xl/externallinks/") for name in names):
        raise WorkbookRefused(_("文件引用了其他工作簿，请断开外部链接（数据 → 编辑链接）后再导入。"))
    if not any(kind.endswith(WORKBOOK_TYPE) for kind in types):
        raise WorkbookRefused(_("文件不是 Excel 工作簿（.xlsx）。"))


def small_part(archive: zipfile.ZipFile, name: str) -> etree._Element:
    """Return the root of a part that is small in every honest workbook."""
    if archive.getinfo(name).file_size > MAX_SMALL_PART:
        raise WorkbookRefused(_("文件解压后过大，可能是压缩炸弹，已拒绝打开。"))
    safe = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(archive.read(name), safe)
    except etree.XMLSyntaxError as broken:
        raise damaged() from broken
    refuse_declarations(root)
    return root


def refuse_declarations(element: etree._Element) -> None:
    """Refuse a document type declaration: no workbook has one, and entities are declared nowhere else."""
    if element.getroottree().docinfo.internalDTD is not None:
        raise WorkbookRefused(_("文件含有外部实体声明，已拒绝打开。"))
