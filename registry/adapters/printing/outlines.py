"""Lines of text on an artwork: as text for the PDF, as outlines for the engraver. Lengths in millimetres."""

import functools
from dataclasses import dataclass
from typing import Any

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont
from markupsafe import Markup

from registry.adapters import fonts
from registry.adapters.printing.marks import short

FACES = {
    "serif": fonts.SERIF, "serif-bold": fonts.SERIF_BOLD, "sans": fonts.SANS, "sans-bold": fonts.SANS_BOLD,
}
FAMILIES = {
    "serif": "'Zhuze Serif','Zhuze Serif Rare','Noto Serif CJK SC','Noto Sans CJK SC'",
    "serif-bold": "'Zhuze Serif','Noto Serif CJK SC','Noto Sans CJK SC'",  # the rare face is not to be had bold
    "sans": "'Zhuze Sans','Noto Sans CJK SC'",
    "sans-bold": "'Zhuze Sans','Noto Sans CJK SC'",
}
ANCHORS = {"start": 0.0, "middle": 0.5, "end": 1.0}

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Setting:
    """How a line is set: the named arguments of `line` in an artwork."""

    face: str = "serif"
    anchor: str = "start"      # which end of the line its place is: start, middle or end
    fit: float = 0             # the width it may have, for which it is made smaller; 0: any
    spacing: float = 0         # between characters


@functools.cache
def opened(face: str) -> TTFont:
    return fonts.whole(FACES[face])


def glyph_of(character: str, face: str) -> tuple[str, str]:
    """The face and the glyph for a character: its own face if that has it, the sans face behind it if not."""
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
    return total / fonts.EM


def fitted(text: str, x: float, size: float, setting: Setting) -> tuple[float, float, float]:
    """Return where a line begins, its size and its spacing, once it fits and hangs from its anchor."""
    width = width_of(text, setting.face) * size + setting.spacing * (len(text) - 1)
    shrink = min(1.0, setting.fit / width) if setting.fit and width else 1.0
    return x - width * shrink * ANCHORS[setting.anchor], size * shrink, setting.spacing * shrink


class Typesetter:
    """Lines as SVG text, to be set by WeasyPrint: they can be searched and copied."""

    def __call__(self, text: str, place: Place, size: float, **how: Any) -> Markup:
        """Draw `text` with its baseline at `place`."""
        setting = Setting(**how)
        left, size, spacing = fitted(text, place[0], size, setting)
        return Markup(
            '<text x="{x}" y="{y}" font-size="{size}" font-family="{family}" font-weight="{weight}"'
            ' letter-spacing="{spacing}">{text}</text>'
        ).format(
            x=short(left), y=short(place[1]), size=short(size), family=FAMILIES[setting.face],
            weight="bold" if setting.face.endswith("-bold") else "normal", spacing=short(spacing), text=text,
        )


class Engraver:
    """Lines as outlines: what a machine cuts without having the font."""

    def __call__(self, text: str, place: Place, size: float, **how: Any) -> Markup:
        """Draw `text` with its baseline at `place`."""
        setting = Setting(**how)
        left, size, spacing = fitted(text, place[0], size, setting)
        scale, parts = size / fonts.EM, []
        for character in text:
            own, name = glyph_of(character, setting.face)
            glyphs = opened(own).getGlyphSet()
            pen = SVGPathPen(glyphs, ntos=short)
            glyphs[name].draw(TransformPen(pen, (scale, 0, 0, -scale, left, place[1])))
            parts.append(pen.getCommands())
            left += glyphs[name].width * scale + spacing
        line = Markup('<path role="img" aria-label="{text}" d="{path}"/>')
        return line.format(text=text, path="".join(parts))
