"""Turning a cell as people really fill it in into a value, where only one value can be meant.

Every reader takes a `Cell` that holds something and returns a `Read`: the value, and what the cell was
changed into when it had to be changed. What could mean two things, or has lost digits, raises
`Unreadable`, whose message says what is wrong and what would be right.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from registry.kernel.errors import Invalid
from registry.kernel.text import _
from registry.kernel.workbook import Cell, Kind
from registry.parties.identifiers import compact

EXACT_DIGITS = 15
"""Excel keeps fifteen significant digits of a number and fills the rest with zeros."""
EXACT_LIMIT = 2**53
FIRST_YEAR, LAST_YEAR = 1949, 2200
FIRST_SERIAL, LAST_SERIAL = 18_264, 109_938      # 1950-01-01 and 2200-12-30
EPOCH_1900, EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)

SPACES = re.compile(r"[\s\u200b-\u200f\u2028-\u202e\u2060\ufeff\x00-\x1f\x7f]+")
HAN = r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff（）、，。：；]"
BESIDE_HAN = re.compile(f"(?<={HAN}) | (?={HAN})")
NARROW = {
    sign: sign - 0xFEE0
    for sign in [*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B), ord("－"), ord("＃")]
}
"""Full-width digits, letters and hyphens, which people never mean; other full-width signs they may."""
QUOTES = "'`’‘"
NOTHING = frozenset({"/", "\\", "-", "—", "——", "--", "－", "无", "暂无", "空", "N/A", "n/a", "null", "None"})
WRITTEN_DAY = re.compile(
    r"([0-9]{4})[-–—./年、,。]([0-9]{1,2})[-–—./月、,。]([0-9]{1,2})[日号]?"
    r"(?:T?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?Z?)?"
)
PLAIN_DAY = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
FLOAT_TAIL = re.compile(r"([0-9]+)\.0+")


class Unreadable(Invalid):
    """The cell can be read in more than one way, or in none."""

    code = "roster.unreadable"


class Read(NamedTuple):
    """`value`, and `mended`: the text that took the place of what the cell held (None when it was right)."""

    value: object
    mended: str | None = None


Reader = Callable[[Cell], Read]


def squeezed(text: str) -> str:
    """Return `text` without any space and in half-width signs, as numbers and dates are written."""
    return SPACES.sub("", unicodedata.normalize("NFKC", text)).strip(QUOTES)


def coded(text: str) -> str:
    """Return `text` as codes are written: no space, half-width digits, letters and hyphens."""
    return SPACES.sub("", text.translate(NARROW)).strip(QUOTES)


def tidied(text: str) -> str:
    """Return free text with single spaces and half-width digits and letters."""
    return SPACES.sub(" ", text.translate(NARROW)).strip()


def joined(text: str) -> str:
    """Return `text` as proper names are written: tidied, and without a space beside a Chinese character."""
    return BESIDE_HAN.sub("", tidied(text))


def is_blank(cell: Cell) -> bool:
    """Whether the cell holds nothing but spaces. A formula without a result is not blank but unreadable."""
    return not cell.computed and not SPACES.sub("", cell.text)


def says_nothing(cell: Cell) -> bool:
    """Whether people wrote a sign for "nothing" into an optional cell (/、—、无)."""
    return cell.kind is Kind.TEXT and SPACES.sub("", cell.text) in NOTHING


def refuse_unreadable(cell: Cell) -> None:
    """Raise for cells that no column can take: errors, and formulas that were never calculated."""
    if cell.kind is Kind.ERROR:
        raise Unreadable(_("单元格是公式错误值 {value}，请填写实际内容。", value=cell.text))
    if cell.computed and not cell.text:
        raise Unreadable(_("单元格是没有计算结果的公式，请在 Excel 中打开并保存，或直接填写数值。"))
    if cell.kind is Kind.BOOLEAN:
        raise Unreadable(_("单元格是逻辑值（TRUE/FALSE），请填写实际内容。"))


def _refuse_date(cell: Cell) -> None:
    if cell.kind is Kind.DATE:
        raise Unreadable(_("单元格被 Excel 变成了日期，请把此列设为“文本”格式后重新填写。"))


def text(limit: int = 200) -> Reader:
    """Return the reader of names and free text of at most `limit` characters."""

    def read(cell: Cell) -> Read:
        _refuse_date(cell)
        if cell.kind is Kind.NUMBER:
            return Read(plain_number(cell.text), None)
        value = tidied(cell.text)
        if len(value) > limit:
            raise Unreadable(_("内容有 {count} 字，最多 {limit} 字。", count=len(value), limit=limit))
        return Read(value, value if value != cell.text else None)

    return read


def firm_name(cell: Cell) -> Read:
    """Read the name of a firm: as free text, brackets full-width as on the licence."""
    read = text()(cell)
    value = joined(str(read.value)).replace("(", "（").replace(")", "）")
    return Read(value, value if value != cell.text else None)


def person_name(cell: Cell) -> Read:
    """Read the name of a person: one middle dot for all its look-alikes (买买提·艾力)."""
    read = text(60)(cell)
    value = re.sub(r"[•・‧∙⋅．]", "·", joined(str(read.value)))
    if any(sign.isdecimal() for sign in value):
        raise Unreadable(_("姓名中不应有数字，请核对是否填错了列。"))
    return Read(value, value if value != cell.text else None)


def code(limit: int = 60) -> Reader:
    """Return the reader of codes of at most `limit` characters: no spaces, half-width."""

    def read(cell: Cell) -> Read:
        _refuse_date(cell)
        if cell.kind is Kind.NUMBER:
            value = digits_of_number(cell)
            return Read(value, value)
        value = coded(cell.text)
        if tail := FLOAT_TAIL.fullmatch(value):
            value = tail[1]
        if re.fullmatch(r"[0-9](\.[0-9]+)?[Ee]\+?[0-9]+", value):
            reason = _("科学计数法 {value} 已丢失数字，请把此列设为“文本”格式后重新填写。", value=value)
            raise Unreadable(reason)
        if len(value) > limit:
            raise Unreadable(_("内容有 {count} 字，最多 {limit} 字。", count=len(value), limit=limit))
        return Read(value, value if value != cell.text else None)

    return read


def document_number(cell: Cell) -> Read:
    """Read the number of an identity document: as a code, in upper case, without hyphens."""
    read = code()(cell)
    value = compact(str(read.value))
    return Read(value, value if value != cell.text else read.mended)


def unit_number(cell: Cell) -> Read:
    """Read the number of a unit project. A bare number below 100 lost its leading zero to Excel: 1 → 01."""
    read = code(40)(cell)
    value = str(read.value)
    return Read(value.zfill(2), value.zfill(2)) if cell.kind is Kind.NUMBER else read


def digits_of_number(cell: Cell) -> str:
    """Return the digits of a code that was entered as a number, or raise when some are lost.

    Sixteen digits are still exact when a double can hold them and Excel has not zeroed the last one.
    """
    number = number_of(cell.text)
    if number != number.to_integral_value() or number < 0:
        raise Unreadable(_("此列是编码，不应有小数或负号，请设为“文本”格式后重新填写。"))
    digits = str(int(number))
    if len(digits) > EXACT_DIGITS and (int(number) > EXACT_LIMIT or digits[EXACT_DIGITS:].strip("0") == ""):
        raise Unreadable(_("此列是数字格式，第 15 位之后的数字已被 Excel 丢失，请设为“文本”格式后重新填写。"))
    return digits.zfill(cell.width)


def number_of(written: str) -> Decimal:
    """Return a number as the file writes it, rounded to the fifteen digits that Excel shows."""
    try:
        number = Decimal(written)
    except InvalidOperation as strange:
        raise Unreadable(_("“{value}”不是数字。", value=written)) from strange
    if "." in written and len(number.as_tuple().digits) > EXACT_DIGITS:
        return Decimal(f"{number:.{EXACT_DIGITS}g}")
    return number


def plain_number(written: str) -> str:
    """Return a number without exponent and without needless zeros."""
    number = number_of(written)
    return f"{number.normalize():f}"


def amount(*units: str) -> Reader:
    """Return the reader of quantities ≥ 0, which may carry one of `units` and thousands separators."""
    return lambda cell: Read(*_quantity(cell, units))


def count(*units: str) -> Reader:
    """Return the reader of whole numbers ≥ 0."""

    def read(cell: Cell) -> Read:
        value, mended = _quantity(cell, units)
        if value != value.to_integral_value() or value > 10**6:
            raise Unreadable(_("“{value}”不是整数。", value=cell.text.strip()))
        return Read(int(value), None if mended is None else str(int(value)))

    return read


def degrees(lowest: int, highest: int) -> Reader:
    """Return the reader of a longitude or latitude in decimal degrees that lies within China."""

    def read(cell: Cell) -> Read:
        value, mended = _quantity(cell, ("°", "度"))
        if not lowest <= value <= highest:
            raise Unreadable(_("应为 {lowest} 至 {highest} 之间的十进制度数，请核对经度、纬度是否颠倒。",
                               lowest=lowest, highest=highest))
        return Read(round(value, 6), mended)

    return read


def _quantity(cell: Cell, units: tuple[str, ...]) -> tuple[Decimal, str | None]:
    """Return a number ≥ 0 and, when the text had to be changed to read it, how it reads now."""
    _refuse_date(cell)
    written = cell.text
    if cell.kind is Kind.TEXT:
        written = squeezed(written)
        written = next((written.removesuffix(unit) for unit in units if written.endswith(unit)), written)
        written = written.replace(",", "") if GROUPED.fullmatch(written) else written
    number = number_of(written)
    if not number.is_finite() or number < 0:
        raise Unreadable(_("“{value}”不是大于或等于 0 的数字。", value=cell.text.strip()))
    return number, written if cell.kind is Kind.TEXT and written != cell.text else None


@dataclass(frozen=True, slots=True)
class Days:
    """The reader of days. `counts_from_1904` is how the workbook numbers them (old Macs)."""

    counts_from_1904: bool = False

    def __call__(self, cell: Cell) -> Read:
        if cell.kind is Kind.DATE:
            return Read(self._serial(number_of(cell.text)))
        written = plain_number(cell.text) if cell.kind is Kind.NUMBER else squeezed(cell.text)
        day = self._written(written)
        return Read(day, None if cell.text == f"{day}" else f"{day}")

    def _written(self, written: str) -> date:
        if match := WRITTEN_DAY.fullmatch(written) or PLAIN_DAY.fullmatch(written):
            return _day(*match.groups())
        try:
            number = Decimal(written)
        except InvalidOperation as strange:
            raise _incomplete(written) from strange
        return self._serial(number)

    def _serial(self, number: Decimal) -> date:
        """Return the day with that serial number, if a building could have anything to do with it."""
        if not FIRST_SERIAL - 1462 <= number <= LAST_SERIAL:
            raise _incomplete(f"{number:f}")
        day = (EPOCH_1904 if self.counts_from_1904 else EPOCH_1900) + timedelta(days=int(number))
        return _day(f"{day.year}", f"{day.month}", f"{day.day}")


def _incomplete(written: str) -> Unreadable:
    return Unreadable(_("“{value}”不是完整的日期，请按 2024-03-05 填写。", value=written[:20]))


def _day(year: str, month: str, day: str) -> date:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError as missing:
        written = f"{year}-{month}-{day}"
        raise Unreadable(_("日历上没有 {written} 这一天，请核对。", written=written)) from missing
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise Unreadable(_("日期 {day} 不在 1949 至 2200 年之间，请核对年份。", day=found))
    return found
