"""Reading the cells of a workbook (.xlsx) as a stream.

Memory does not grow with the number of rows: each row is forgotten once it is read, and the strings of the
workbook wait in an unnamed temporary file.

openpyxl writes our workbooks but does not read theirs: its streaming reader keeps every shared string and
one empty element per row, forgets merged cells, and cannot say which values a formula computed.
"""

import re
import zipfile
import zlib
from array import array
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from mmap import ACCESS_READ, mmap
from pathlib import Path, PurePosixPath
from tempfile import TemporaryFile
from typing import IO, NamedTuple

from lxml import etree
from openpyxl.styles.numbers import is_date_format
from openpyxl.utils.cell import column_index_from_string, range_boundaries

from registry.kernel.text import _
from registry.kernel.workbook_safety import (
    CONTENT_TYPES,
    WORKBOOK_TYPE,
    WorkbookRefused,
    damaged,
    refuse_dangerous,
    refuse_declarations,
    small_part,
)

MAX_ROWS = 200_000  # below the header of each sheet
MAX_COLUMNS = 256
DAMAGE = (zipfile.BadZipFile, zlib.error, etree.XMLSyntaxError, EOFError, KeyError, IndexError, ValueError)
MERGE = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref\s*=\s*[\"']([A-Za-z]+[0-9]+:[A-Za-z]+[0-9]+)[\"']")
ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
BUILTIN_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""Number formats that show a date in a Chinese Excel (27–36 and 50–58 exist in East Asian editions only)."""


class Kind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"          # a number that the sheet shows as a date
    BOOLEAN = "boolean"
    ERROR = "error"        # #REF!, #N/A …


class Cell(NamedTuple):
    """One cell as the file holds it: numbers as written, so that no digit is lost on the way."""

    kind: Kind
    text: str
    computed: bool = False     # by a formula; without a stored result `text` is empty
    width: int = 0             # digits shown by a format such as 000
    filled: bool = False       # from the first cell of a merged range


class Merge(NamedTuple):
    """A merged range; rows and columns count from 1, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


Row = tuple[int, dict[int, Cell]]
"""Number of the row, and the cells that hold something by the number of their column."""


@dataclass(frozen=True, slots=True)
class Style:
    """What a number format means for us."""

    shows_date: bool = False
    width: int = 0


class Strings:
    """The shared strings of a workbook, kept in a temporary file that has no name."""

    def __init__(self) -> None:
        self._file = TemporaryFile()  # noqa: SIM115 — closed by close()
        self._ends = array("Q", [0])
        self._bytes: mmap | None = None

    def append(self, text: str) -> None:
        encoded = text.encode()
        self._file.write(encoded)
        self._ends.append(self._ends[-1] + len(encoded))

    def __getitem__(self, index: int) -> str:
        if self._bytes is None:
            self._file.flush()
            self._bytes = mmap(self._file.fileno(), 0, access=ACCESS_READ)
        if index < 0:
            raise IndexError(index)
        return self._bytes[self._ends[index]:self._ends[index + 1]].decode()

    def close(self) -> None:
        if self._bytes is not None:
            self._bytes.close()
        self._file.close()


class Workbook:
    """An opened workbook. Use `open_workbook`, which judges the file first and closes it afterwards."""

    def __init__(self, archive: zipfile.ZipFile, strings: Strings) -> None:
        self._archive = archive
        self._strings = strings
        part = _workbook_part(archive)
        targets = _targets(archive, part)
        book = small_part(archive, part)
        self.sheets = {
            sheet.get("name", ""): targets[relation]
            for sheet in book.iterfind("{*}sheets/{*}sheet")
            if (relation := _relation(sheet)) in targets
        }
        self.counts_from_1904 = any(
            settings.get("date1904") in ("1", "true") for settings in book.iterfind("{*}workbookPr")
        )
        self._styles = _styles(archive, _beside(targets, "styles.xml"))
        _read_strings(archive, _beside(targets, "sharedStrings.xml"), strings)

    def merges(self, sheet: str) -> list[Merge]:
        """Return the merged ranges of a sheet from top to bottom.

        The file lists them after the rows they concern, hence this quick look ahead through the bytes.
        """
        found = set()
        with self._archive.open(self.sheets[sheet]) as stream:
            kept = b""
            while chunk := stream.read(2**20):
                window = kept + chunk
                found.update(MERGE.findall(window))
                kept = window[-256:]
        boundaries = (range_boundaries(ref.decode()) for ref in found)
        return sorted(Merge(top, left, bottom, right) for left, top, right, bottom in boundaries)

    def rows(self, sheet: str) -> Iterator[Row]:
        """Yield the rows of a sheet that hold anything. Raises WorkbookRefused past MAX_ROWS."""
        number = seen = 0
        try:
            with self._archive.open(self.sheets[sheet]) as stream:
                for element in _elements(stream, "row"):
                    number = int(element.get("r") or number + 1)
                    cells = self._cells(element)
                    if not cells:
                        continue
                    seen += 1
                    if seen > MAX_ROWS + 1:
                        raise WorkbookRefused(_("工作表超过 20 万行，请拆分后分别导入。"))
                    yield number, cells
        except DAMAGE as broken:
            raise damaged() from broken

    def _cells(self, row: etree._Element) -> dict[int, Cell]:
        """Return the cells of a row element that hold something."""
        namespace = row.tag[:-len("row")]
        value_tag, formula_tag, inline_tag = f"{namespace}v", f"{namespace}f", f"{namespace}is"
        cells: dict[int, Cell] = {}
        column = 0
        for element in row:
            reference = element.get("r")
            column = _column(reference) if reference else column + 1
            text, computed, inline = "", False, None
            for child in element:
                if child.tag == value_tag:
                    text = child.text or ""
                elif child.tag == formula_tag:
                    computed = True
                elif child.tag == inline_tag:
                    inline = child
            if inline is not None:
                text = _rich_text(inline)
            if (text.strip() or computed) and column <= MAX_COLUMNS:
                cells[column] = self._cell(element, text, computed)
        return cells

    def _cell(self, element: etree._Element, text: str, computed: bool) -> Cell:
        match element.get("t", "n"):
            case "s":
                return Cell(Kind.TEXT, self._strings[int(text)] if text else "", computed)
            case "str" | "inlineStr":
                return Cell(Kind.TEXT, _unescaped(text), computed)
            case "b":
                return Cell(Kind.BOOLEAN, text, computed)
            case "e":
                return Cell(Kind.ERROR, text, computed)
            case "d":
                return Cell(Kind.TEXT, text, computed)
        style = self._styles.get(element.get("s", "0"), Style())
        return Cell(Kind.DATE if style.shows_date else Kind.NUMBER, text, computed, style.width)


@contextmanager
def open_workbook(path: Path) -> Iterator[Workbook]:
    """Open a workbook for streaming. Raises WorkbookRefused, while opening or while its rows are read."""
    refuse_dangerous(path)
    with zipfile.ZipFile(path) as archive, closing(Strings()) as strings:
        try:
            book = Workbook(archive, strings)
        except DAMAGE as broken:
            raise damaged() from broken
        yield book


def _elements(stream: IO[bytes], name: str) -> Iterator[etree._Element]:
    """Yield each element of that name, forgetting it and everything before it afterwards."""
    parsing = etree.iterparse(
        stream, tag=f"{{*}}{name}", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )
    for _event, element in parsing:
        refuse_declarations(element)
        yield element
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


def _workbook_part(archive: zipfile.ZipFile) -> str:
    for part in small_part(archive, CONTENT_TYPES):
        if part.get("ContentType", "").endswith(WORKBOOK_TYPE) and part.get("PartName"):
            return str(part.get("PartName")).lstrip("/")
    return "xl/workbook.xml"


def _targets(archive: zipfile.ZipFile, part: str) -> dict[str, str]:
    """Return the parts that the workbook part refers to, by the id of the relation."""
    folder = PurePosixPath(part).parent
    relations = small_part(archive, str(folder / "_rels" / f"{PurePosixPath(part).name}.rels"))
    found = {}
    for relation in relations:
        target = relation.get("Target", "")
        path = target.lstrip("/") if target.startswith("/") else str(folder / target)
        if path in archive.NameToInfo:
            found[relation.get("Id", "")] = path
    return found


def _relation(sheet: etree._Element) -> str:
    return next((value for name, value in sheet.attrib.items() if name.endswith("}id")), "")


def _beside(targets: dict[str, str], name: str) -> str:
    return next((path for path in targets.values() if path.lower().endswith(name.lower())), "")


def _styles(archive: zipfile.ZipFile, part: str) -> dict[str, Style]:
    """Return what each cell style means for us, by the index that cells name it by."""
    if not part:
        return {}
    root = small_part(archive, part)
    formats = {
        form.get("numFmtId", ""): form.get("formatCode", "") for form in root.iterfind("{*}numFmts/{*}numFmt")
    }
    return {
        str(index): _style(form.get("numFmtId", "0"), formats)
        for index, form in enumerate(root.iterfind("{*}cellXfs/{*}xf"))
    }


def _style(number: str, formats: dict[str, str]) -> Style:
    code = formats.get(number, "")
    shows_date = is_date_format(code) if code else number.isdecimal() and int(number) in BUILTIN_DATES
    return Style(shows_date, len(code) if code and not code.strip("0") else 0)


def _read_strings(archive: zipfile.ZipFile, part: str, strings: Strings) -> None:
    if part:
        with archive.open(part) as stream:
            for element in _elements(stream, "si"):
                strings.append(_unescaped(_rich_text(element)))


def _rich_text(element: etree._Element) -> str:
    """Return the text of a string item, its runs joined, the phonetic guide (拼音) left out."""
    if len(element) == 1 and element[0].tag.endswith("}t"):
        return element[0].text or ""
    namespace = element.tag[:element.tag.index("}") + 1]
    plain = element.find(f"{namespace}t")
    runs = [run.findtext(f"{namespace}t") or "" for run in element.iterfind(f"{namespace}r")]
    return (plain.text or "" if plain is not None else "") + "".join(runs)


def _unescaped(text: str) -> str:
    """Return `text` with signs that XML cannot carry put back (`_x000D_`)."""
    return ESCAPE.sub(lambda sign: chr(int(sign[1], 16)), text) if "_x" in text else text


def _column(reference: str) -> int:
    column: int = column_index_from_string(reference.rstrip("0123456789"))
    return column
