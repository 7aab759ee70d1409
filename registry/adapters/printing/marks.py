"""What the forms ask for beside text: days in Chinese, long numbers in groups, QR codes."""

import base64
import io
from datetime import date, datetime, timedelta, timezone

import segno
from markupsafe import Markup
from PIL import Image

from registry.kernel.qr import QUIET, qr_plan

BLANK_DAY = "\u3000\u3000\u3000年\u3000\u3000月\u3000\u3000日"  # room for ink
MASK = 3    # trying all eight takes three times as long, and any of them can be read
PIXELS = 8  # a module of a code on a form
CHINA = timezone(timedelta(hours=8))

Point = tuple[int, int]


def day(value: str | None) -> str:
    """2026-03-02 → 2026年3月2日; nothing → room to write the day by hand."""
    if not value:
        return BLANK_DAY
    parsed = date.fromisoformat(value)
    return f"{parsed.year}年{parsed.month}月{parsed.day}日"


def dotted(value: str) -> str:
    """2026-03-02 → 2026.03.02, for narrow columns."""
    return value.replace("-", ".")


def instant(value: str) -> str:
    """2026-03-02T04:05:06+00:00 → 2026年3月2日 12:05:06, China Standard Time."""
    local = datetime.fromisoformat(value).astimezone(CHINA)
    return f"{day(local.date().isoformat())} {local:%H:%M:%S}"


def grouped(text: str, size: int = 8) -> str:
    """A long number in groups, so that eyes can compare it."""
    return " ".join(text[start:start + size] for start in range(0, len(text), size))


def qr(text: str, side_mm: float, alt: str, level: str = "M") -> Markup:
    """A QR code on a form, `side_mm` wide with two light modules around it: the paper does the rest.

    level   how much may be lost: M 15 %, Q 25 % for what hangs on a site

    It comes as pixels, eight to a module: as a path it would take a tenth of the time of the whole paper.
    """
    rows = segno.make(text, error=level, micro=False, boost_error=False, mask=MASK).matrix
    code = Image.new("1", (len(rows) + 4, len(rows) + 4), 1)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                code.putpixel((x + 2, y + 2), 0)
    kept = io.BytesIO()
    code.resize((code.width * PIXELS, code.height * PIXELS), Image.Resampling.NEAREST).save(kept, "PNG")
    picture = base64.b64encode(kept.getvalue()).decode()
    return Markup(
        '<img style="width:{side}mm;height:{side}mm" alt="{alt}" src="data:image/png;base64,{picture}">'
    ).format(side=side_mm, alt=alt, picture=picture)


def plaque_qr(text: str, x: float, y: float, side_mm: float) -> Markup:
    """A QR code to be cut: a light square of `side_mm`, the symbol in it at the strongest level that fits.

    Raises Invalid when no level does.
    """
    plan = qr_plan(text, side_mm)
    edge = QUIET * plan.module_mm
    path, _modules = qr_path(text, plan.level, plan.module_mm, x + edge, y + edge)
    return Markup(
        '<rect x="{x}" y="{y}" width="{side}" height="{side}" fill="#fff"/>'
        '<path fill="#000" fill-rule="evenodd" d="{path}"/>'
    ).format(x=short(x), y=short(y), side=short(side_mm), path=path)


def qr_path(text: str, level: str, module: float = 1, x: float = 0, y: float = 0) -> tuple[str, int]:
    """The dark modules as one SVG path with the corner at x, y, and how many modules there are on a side.

    The path runs around whole dark areas: a machine cuts them without seams between modules.
    """
    code = segno.make(text, error=level, micro=False, boost_error=False, mask=MASK)
    matrix = code.matrix
    dark = {(column, row) for row, line in enumerate(matrix) for column, bit in enumerate(line) if bit}
    parts = []
    for ring in outlines(dark):
        (column, row), *turns = ring
        parts.append(f"M{short(x + column * module)} {short(y + row * module)}")
        before = column
        for column, row in turns:
            upright = column == before
            parts.append(f"V{short(y + row * module)}" if upright else f"H{short(x + column * module)}")
            before = column
        parts.append("z")
    return "".join(parts), len(matrix)


def outlines(dark: set[Point]) -> list[list[Point]]:
    """Corners of the rings around areas of `dark` unit squares, a hole as a ring of its own (even-odd)."""
    onward: dict[Point, list[Point]] = {}
    for x, y in sorted(dark):
        for start, end, beside in (
            ((x, y), (x + 1, y), (x, y - 1)), ((x + 1, y), (x + 1, y + 1), (x + 1, y)),
            ((x + 1, y + 1), (x, y + 1), (x, y + 1)), ((x, y + 1), (x, y), (x - 1, y)),
        ):
            if beside not in dark:
                onward.setdefault(start, []).append(end)
    rings = []
    while onward:
        start = next(iter(onward))
        ring, here, heading = [], start, None
        while here in onward:
            there = onward[here].pop()
            if not onward[here]:
                del onward[here]
            turn = (there[0] - here[0], there[1] - here[1])
            if turn != heading:
                ring.append(here)
            here, heading = there, turn
        rings.append(ring)
    return rings


def short(value: float) -> str:
    """A micrometre is enough for any engraver."""
    return f"{value:.3f}".rstrip("0").rstrip(".") if value else "0"
