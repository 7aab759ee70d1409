"""What the forms ask for beside text: days in Chinese, long numbers in groups, QR codes."""

from datetime import date

import segno
from markupsafe import Markup, escape

BLANK_DAY = "\u3000\u3000\u3000年\u3000\u3000月\u3000\u3000日"  # room for ink


def day(value: str | None) -> str:
    """2026-03-02 → 2026年3月2日; nothing → room to write the day by hand."""
    if not value:
        return BLANK_DAY
    parsed = date.fromisoformat(value)
    return f"{parsed.year}年{parsed.month}月{parsed.day}日"


def grouped(text: str, size: int = 8) -> str:
    """A long number in groups, so that eyes can compare it."""
    return " ".join(text[start:start + size] for start in range(0, len(text), size))


def qr(text: str, side_mm: float, level: str = "M", alt: str = "二维码", quiet: int = 2) -> Markup:
    """A QR code as inline SVG, `side_mm` wide with `quiet` light modules around it."""
    path, modules = qr_path(text, level)
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{side}mm" height="{side}mm" '
        'viewBox="{start} {start} {whole} {whole}"><title>{alt}</title><path d="{path}"/></svg>'
    ).format(side=f"{side_mm:g}", start=-quiet, whole=modules + 2 * quiet, alt=escape(alt), path=path)


def qr_path(text: str, level: str) -> tuple[str, int]:
    """The dark modules as one SVG path in units of a module, and how many modules there are on a side.

    The mask is fixed: trying all eight takes three times as long and any of them can be read.
    """
    code = segno.make(text, error=level, micro=False, boost_error=False, mask=3)
    parts = []
    for y, row in enumerate(code.matrix):
        x = 0
        for dark, length in runs(row):
            if dark:
                parts.append(f"M{x} {y}h{length}v1h-{length}z")
            x += length
    return "".join(parts), code.symbol_size(border=0)[0]


def runs(row: bytes | bytearray) -> list[tuple[int, int]]:
    """[1, 1, 0] → [(1, 2), (0, 1)]."""
    found: list[tuple[int, int]] = []
    for value in row:
        if found and found[-1][0] == value:
            found[-1] = (value, found[-1][1] + 1)
        else:
            found.append((value, 1))
    return found
