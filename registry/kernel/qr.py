"""How a QR code must be made to fit a space and still be scanned. Pure."""

import math
from typing import NamedTuple

import segno

from registry.kernel.errors import Invalid
from registry.kernel.text import _

ALPHANUMERIC = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
QUIET = 4           # modules left light on every side (ISO/IEC 18004 §6.3.8)
SMALLEST_MM = 0.9   # of a module cut into stone or steel and read from a metre away
LEVELS = ("H", "Q")  # 30 % and 25 % of the codewords may be lost; the stronger first


class QrPlan(NamedTuple):
    """A code that fits."""

    level: str          # H or Q
    modules: int        # on a side, without the quiet zone
    module_mm: float


def qr_plan(text: str, side_mm: float) -> QrPlan:
    """Return how `text` goes on a square of `side_mm` at the strongest level that can be cut.

    text     upper-case alphanumeric only: that mode needs a third fewer modules than bytes
    side_mm  of the whole light square, the quiet zone included
    raises   Invalid for another character, or when a module would be smaller than 0.9 mm even at level Q
    """
    strange = sorted(set(text) - ALPHANUMERIC)
    if not text or strange:
        raise Invalid(
            _("二维码内容只能用大写字母、数字和 $%*+-./: ，不能有“{strange}”。", strange="".join(strange)),
            field="qr_text",
        )
    sizes = {level: modules_of(text, level) for level in LEVELS}
    for level, modules in sizes.items():
        module_mm = side_mm / (modules + 2 * QUIET)
        if module_mm >= SMALLEST_MM:
            return QrPlan(level, modules, module_mm)
    needed = SMALLEST_MM * (min(sizes.values()) + 2 * QUIET)
    raise Invalid(
        _("二维码边长 {side:g} 毫米太小，每个模块不足 {least} 毫米，无法可靠扫描。",
          side=side_mm, least=SMALLEST_MM),
        field="qr_mm", remedy=_("边长至少 {needed} 毫米。", needed=math.ceil(needed)),
    )


def modules_of(text: str, level: str) -> int:
    """Return the modules on a side of the smallest code for `text`, without the quiet zone."""
    return len(segno.make(text, error=level, micro=False, boost_error=False, mask=0).matrix)
