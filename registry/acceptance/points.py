"""Measured points (实测点): reading what people type, and judging it by the limits of the standard."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from registry.kernel.errors import Invalid
from registry.kernel.text import _
from registry.standards.acceptance import Measure

NOT_MEASURED = frozenset({"", "-", "--", "—", "——", "–", "/", "\\", "无", "未测", "未检"})
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
COMPARED = re.compile(r"[<>≤≥≦≧＜＞~～]|大于|小于|约|以上|以下|不超过")
SIGNS = str.maketrans({"−": "-", "–": "-", "﹣": "-", "＋": "+", "。": ".", "·": "."})
LARGEST = Decimal(1_000_000)
MOST_POINTS = 400    # for one measure of one lot; more belong into several lots


class PointRefused(Invalid):
    """What was typed is no measured value."""

    code = "acceptance.point-refused"


@dataclass(frozen=True, slots=True)
class Measured:
    """The points of one measure, judged.

    outside   how many lie outside the limits
    worst     the largest deviation, in the measure's unit
    """

    points: tuple[Decimal, ...]
    outside: int
    worst: Decimal | None
    passed: bool
    why: str = ""

    @property
    def rate(self) -> Decimal:
        """合格点率, per cent with one decimal; 0 without points."""
        if not self.points:
            return Decimal(0)
        return (Decimal(100 * (len(self.points) - self.outside)) / len(self.points)).quantize(Decimal("0.1"))


def read_point(typed: str, measure: Measure) -> Decimal | None:
    """Return the value somebody typed for one point, None for a point that was not measured.

    typed    "3", "＋３", "-2.5mm", "−2"; "—" and the like mean not measured
    raises   PointRefused for "≥5", "3~5", text and numbers nobody measures, saying what would be right
    """
    plain = unicodedata.normalize("NFKC", typed).translate(SIGNS)
    text = "".join(plain.split())
    if text in NOT_MEASURED or typed.strip() in NOT_MEASURED:
        return None
    if COMPARED.search(typed) or COMPARED.search(text):
        raise PointRefused(_(
            "“{typed}”不是实测值：请填写量出来的数字，例如 3 或 -2.5，不要填写“≥”“≤”“约”或范围。", typed=typed.strip()[:20],
        ))
    unit = unicodedata.normalize("NFKC", measure.unit)
    number = text.removesuffix(unit)
    if not NUMBER.fullmatch(number):
        raise PointRefused(_(
            "“{typed}”不是数字：请填写以 {unit} 计的实测值，没有测的填“—”。", typed=typed.strip()[:20], unit=measure.unit,
        ))
    value = Decimal(number)
    if abs(value) > LARGEST:
        raise PointRefused(_("“{typed}”过大，请核对单位（应为 {unit}）。", typed=typed.strip()[:20], unit=measure.unit))
    return value


def is_refused(typed: str, measure: Measure) -> bool:
    """Whether `read_point` refuses what was typed: for the cell to say so."""
    try:
        read_point(typed, measure)
    except PointRefused:
        return True
    return False


def judge(points: Sequence[Decimal], measure: Measure) -> Measured:
    """Judge measured points by the limits of a measure.

    The points within must make up `percent` of all; where the standard says so, none may lie beyond `most`
    per cent of the limit it exceeds. A limit of zero allows nothing beyond it that way.
    source   GB 50203-2011 3.0.22; GB 50204-2015 5.5.3; GB 50210-2018 3.0.20; GB 50300-2013 5.0.1
    """
    lower, upper = limit(measure.lower), limit(measure.upper)
    outside = [point for point in points if beyond(point, lower, upper)]
    worst = max(points, key=abs, default=None)
    if not points:
        return Measured((), 0, None, passed=False, why=_("没有实测点。"))
    if (len(points) - len(outside)) * 100 < measure.percent * len(points):
        found = Measured(tuple(points), len(outside), worst, passed=False)
        return Measured(found.points, found.outside, worst, passed=False, why=_(
            "合格点率 {rate}%，低于 {percent}%。", rate=found.rate, percent=measure.percent,
        ))
    far = [point for point in outside if measure.most and too_far(point, lower, upper, measure.most)]
    if far:
        return Measured(tuple(points), len(outside), worst, passed=False, why=_(
            "最大偏差 {worst} {unit} 超过允许偏差的 {times} 倍。", worst=max(far, key=abs), unit=measure.unit,
            times=Decimal(measure.most) / 100,
        ))
    return Measured(tuple(points), len(outside), worst, passed=True)


def limit(written: str) -> Decimal | None:
    return Decimal(written) if written else None


def beyond(point: Decimal, lower: Decimal | None, upper: Decimal | None) -> bool:
    return (lower is not None and point < lower) or (upper is not None and point > upper)


def too_far(point: Decimal, lower: Decimal | None, upper: Decimal | None, most: int) -> bool:
    """Whether a point lies further out than `most` per cent of the limit on its side."""
    exceeded = upper if upper is not None and point > upper else lower
    return exceeded is not None and exceeded != 0 and abs(point) * 100 > abs(exceeded) * most


def limits_said(measure: Measure) -> str:
    """Return the limits as the standards print them: ±5, +8/-5, ≤10, ≥0.5, with the unit."""
    lower, upper = limit(measure.lower), limit(measure.upper)
    if lower is not None and upper is not None and lower == -upper:
        said = f"±{upper}"
    elif lower is not None and upper is not None and lower != 0:
        said = f"{signed(upper)}，{signed(lower)}"
    elif upper is not None:
        said = f"≤{upper}" if lower is None or lower == 0 else f"{signed(upper)}"
    else:
        said = f"≥{lower}"
    return f"{said} {measure.unit}"


def signed(value: Decimal) -> str:
    return f"{value:+}" if value else "0"
