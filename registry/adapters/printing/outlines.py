"""Lines of text on an artwork: as text for the PDF, as outlines for the engraver. Lengths in millimetres."""

import functools
from typing import Protocol

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont
from markupsafe import Markup

from registry.adapters import fonts
from registry.adapters.printing.marks import short

FACES = {"serif": fonts.SERIF, "serif-bold": fonts.SERIF_BOLD, "sans": fonts.SANS, "sans-bold": fonts.SANS_BOLD}
FAMILIES = {
    "serif": '"Zhuze Serif","Zhuze Serif Rare","Noto Serif CJK SC","Noto Sans CJK SC"',
    "sans": '"Zhuze Sans","Noto Sans CJK SC"',
}
ANCHORS = {"start": 0.0, "middle": 0.5, "end": 1.0}


class Line(Protocol):
    """Draws one line of text; `y` is its baseline, `fit` the width it may have, for which it is made smaller."""

    def __call__(
        self, text: str, x: float, y: float, size: float, face: str = "serif", anchor: str = "start",
        fit: float = 0, spacing: float = 0,
    ) -> Markup: ...


@functools.cache
def opened(face: str) -> TTFont:
    return fonts.whole(FACES[face])


def glyph_of(character: str, face: str) -> tuple[str, str]:
    """The face and the glyph for a character: its own face if that has it, the sans face behind it otherwise."""
    for candidate in (face, "sans"):
        name = fonts.glyphs_of(FACES[candidate]).get(ord(character))
        if name is not None:
            return candidate, name
    raise LookupError(character)


def width_of(text: str, face: str) -> float:
    """Of a line without spacing, in em."""
    total = 0
    for character in text:
        own, name = glyph_of(character, face)
        total += opened(own)["hmtx"].metrics[name][0]
    return total / 1000


def placed(text: str, x: float, size: float, face: str, anchor: str, fit: float, spacing: float) -> tuple[float, float, float]:
    """Return where a line begins, its size and its spacing, once it fits and hangs from its anchor."""
    width = width_of(text, face) * size + spacing * (len(text) - 1)
    shrink = min(1.0, fit / width) if fit and width else 1.0
    return x - width * shrink * ANCHORS[anchor], size * shrink, spacing * shrink


class Typesetter:
    """Lines as SVG text, to be set by WeasyPrint: they can be searched and copied."""

    def __call__(
        self, text: str, x: float, y: float, size: float, face: str = "serif", anchor: str = "start",
        fit: float = 0, spacing: float = 0,
    ) -> Markup:
        left, size, spacing = placed(text, x, size, face, anchor, fit, spacing)
        family, _dash, bold = face.partition("-")
        return Markup(
            '<text x="{x}" y="{y}" font-size="{size}" font-family=\'{family}\' font-weight="{weight}"{spacing}>{text}</text>'
        ).format(
            x=short(left), y=short(y), size=short(size), family=Markup(FAMILIES[family]), weight=700 if bold else 400,
            spacing=Markup(f' letter-spacing="{short(spacing)}"') if spacing else "", text=text,
        )


class Engraver:
    """Lines as outlines: what a machine cuts without having the font."""

    def __call__(
        self, text: str, x: float, y: float, size: float, face: str = "serif", anchor: str = "start",
        fit: float = 0, spacing: float = 0,
    ) -> Markup:
        left, size, spacing = placed(text, x, size, face, anchor, fit, spacing)
        scale, parts = size / 1000, []
        for character in text:
            own, name = glyph_of(character, face)
            glyphs = opened(own).getGlyphSet()
            pen = SVGPathPen(glyphs, ntos=short)
            glyphs[name].draw(TransformPen(pen, (scale, 0, 0, -scale, left, y)))
            parts.append(pen.getCommands())
            left += glyphs[name].width * scale + spacing
        return Markup('<path role="img" aria-label="{text}" d="{path}"/>').format(text=text, path="".join(parts))
