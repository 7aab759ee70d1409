"""The fonts the forms are printed with: trimmed faces made from Noto CJK, and the whole of Noto behind them.

`python -m registry.adapters.fonts FOLDER` makes the trimmed faces once (some seconds each, nothing when they
are there). A trimmed face holds GB 2312 and the usual punctuation as TrueType outlines: embedding from it
takes a tenth of the time of embedding from Noto's 65,535 glyphs. It is never cut down as CFF, which comes out
blank in MuPDF and Ghostscript. What it lacks comes from Noto itself; what Noto lacks cannot be printed.
"""

import ctypes
import functools
import logging
import os
import sys
import unicodedata
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph

from registry.kernel.errors import Unavailable
from registry.kernel.text import _

EM = 1000  # units per em of Noto CJK and of the faces cut from it
BOLD = 700  # usWeightClass
HANZI = ("CJK UNIFIED", "CJK COMPATIBILITY IDEOGRAPH", "CJK RADICAL", "KANGXI RADICAL")  # in Unicode's names
RECIPE = 1  # raise when the trimmed faces come out differently; old ones are then made anew
MAX_ERROR = 1.0  # of a quadratic curve against Noto's cubic one, in thousandths of an em
HOMES = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
WHITE = frozenset("\n\r\t")  # printed as spaces

LIBRARIES = {
    "libgobject-2.0.so.0": "libglib2.0-0",
    "libfontconfig.so.1": "libfontconfig1",
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz.so.0": "libharfbuzz0b",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",  # without it one page takes fifteen seconds
}
"""Shared library → the Debian package that brings it."""


@dataclass(frozen=True, slots=True)
class Face:
    """One face: where it is cut from, and the name under which the style sheets know the cut one."""

    key: str
    collection: str        # file of fonts-noto-cjk
    source: str            # family inside the collection
    family: str            # ours; never Noto's, or fontconfig may hand out the one for the other
    style: str
    weight: int            # usWeightClass
    rare: bool = False     # holds what the common face of the same name lacks


SERIF = Face("serif-regular", "NotoSerifCJK-Regular.ttc", "Noto Serif CJK SC", "Zhuze Serif", "Regular", 400)
SERIF_BOLD = Face("serif-bold", "NotoSerifCJK-Bold.ttc", "Noto Serif CJK SC", "Zhuze Serif", "Bold", BOLD)
SANS = Face("sans-regular", "NotoSansCJK-Regular.ttc", "Noto Sans CJK SC", "Zhuze Sans", "Regular", 400)
SANS_BOLD = Face("sans-bold", "NotoSansCJK-Bold.ttc", "Noto Sans CJK SC", "Zhuze Sans", "Bold", BOLD)
SERIF_RARE = Face(
    "serif-rare", "NotoSerifCJK-Regular.ttc", "Noto Serif CJK SC", "Zhuze Serif Rare", "Regular", 400,
    rare=True,
)
FACES = (SERIF, SERIF_BOLD, SANS, SANS_BOLD, SERIF_RARE)


def encoded(charset: str) -> frozenset[int]:
    """The code points with two bytes in GB 2312 or GBK, as Python's codec knows them."""
    pairs = (bytes((row, cell)) for row in range(0x81, 0xFF) for cell in range(0x40, 0xFF))
    texts = (pair.decode(charset, "ignore") for pair in pairs)
    return frozenset(ord(text) for text in texts if len(text) == 1 and not text.isascii())


def common_set() -> frozenset[int]:
    """The code points of a common face: GB 2312, Latin, punctuation, units, numbers in circles."""
    ranges = (
        range(0x20, 0x7F), range(0xA0, 0x180), range(0x2010, 0x2040), range(0x2190, 0x21A0),
        range(0x2460, 0x2500), range(0x25A0, 0x2600),
        range(0x3000, 0x3040), range(0x3220, 0x3244), range(0x3251, 0x3260), range(0xFF00, 0xFFF0),
    )
    single = (0x2103, 0x2116, 0x2610, 0x2611, 0x2612, 0x2713, 0x2717, 0x338E, 0x338F, 0x33A0, 0x33A1, 0x33A5)
    return encoded("gb2312").union(*ranges, single)


def wanted_by(face: Face) -> frozenset[int]:
    """The code points a trimmed face is to hold. The rare face has the rest of GBK: 昇, 喆, 堃 in names."""
    return encoded("gbk") - common_set() if face.rare else common_set()


@functools.cache
def collection(name: str) -> Path:
    """Where the system keeps a collection of Noto CJK. Raises Unavailable when it does not."""
    for home in HOMES:
        for found in sorted(home.rglob(name)):
            return found
    raise Unavailable(_("系统没有中文字库文件 {name}。", name=name), remedy=_("请安装 fonts-noto-cjk。"))


def whole(face: Face) -> TTFont:
    """Open a face of Noto as the system has it."""
    path = collection(face.collection)
    with TTCollection(str(path), lazy=True) as opened:
        number = next(i for i, font in enumerate(opened.fonts) if font["name"].getDebugName(1) == face.source)
    return TTFont(str(path), fontNumber=number, lazy=True)


def trimmed_path(folder: Path, face: Face) -> Path:
    return folder / f"{face.key}.{RECIPE}.ttf"


def trim(face: Face, folder: Path) -> Path:
    """Make one trimmed face in `folder`, all or nothing, and return its path."""
    wanted = wanted_by(face)
    target = trimmed_path(folder, face)
    partial = target.with_suffix(f".{os.getpid()}.part")
    with whole(face) as source:
        characters = {code: glyph for code, glyph in source.getBestCmap().items() if code in wanted}
        order = [".notdef", *sorted(set(characters.values()) - {".notdef"})]
        drawn(source, face, order, characters).save(str(partial))
    partial.replace(target)
    return target


def drawn(source: TTFont, face: Face, order: list[str], characters: dict[int, str]) -> TTFont:
    """Return a TrueType font with the glyphs `order` of `source`. Same source, same bytes."""
    builder = FontBuilder(EM, isTTF=True)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap(characters)
    outlines = quadratic(source, order)
    builder.setupGlyf(outlines)
    widths = source["hmtx"].metrics
    builder.setupHorizontalMetrics({name: (widths[name][0], left_of(outlines[name])) for name in order})
    describe(builder, source, face)
    return builder.font


def quadratic(source: TTFont, order: list[str]) -> dict[str, Glyph]:
    """The outlines of some glyphs, Noto's cubic curves made quadratic as TrueType wants them."""
    glyphs, outlines = source.getGlyphSet(), {}
    for name in order:
        pen = TTGlyphPen(None)
        glyphs[name].draw(Cu2QuPen(pen, MAX_ERROR, reverse_direction=True))
        outlines[name] = pen.glyph()
    return outlines


def left_of(outline: Glyph) -> int:
    """The left side bearing; an empty glyph has no box to measure."""
    return int(outline.xMin) if outline.numberOfContours else 0


def describe(builder: FontBuilder, source: TTFont, face: Face) -> None:
    """Take over line measures, copyright, licence and dates of the source; the names are ours."""
    head, line, measures, names = source["head"], source["hhea"], source["OS/2"], source["name"]
    builder.setupHorizontalHeader(ascent=line.ascent, descent=line.descent, lineGap=line.lineGap)
    builder.setupNameTable({
        "familyName": face.family, "styleName": face.style, "fullName": f"{face.family} {face.style}",
        "psName": f"{face.family}-{face.style}".replace(" ", ""),
        "uniqueFontIdentifier": f"{face.key} {RECIPE}",
        "copyright": names.getDebugName(0) or "", "licenseDescription": names.getDebugName(13) or "",
    })
    builder.setupOS2(
        usWeightClass=face.weight, fsSelection=0x20 if face.weight == BOLD else 0x40, achVendID="ZHZE",
        sTypoAscender=measures.sTypoAscender, sTypoDescender=measures.sTypoDescender,
        sTypoLineGap=measures.sTypoLineGap, usWinAscent=measures.usWinAscent,
        usWinDescent=measures.usWinDescent, sxHeight=measures.sxHeight, sCapHeight=measures.sCapHeight,
        ulUnicodeRange1=measures.ulUnicodeRange1, ulUnicodeRange2=measures.ulUnicodeRange2,
        ulCodePageRange1=measures.ulCodePageRange1,
    )
    builder.setupPost(keepGlyphNames=False)
    builder.font["head"].created, builder.font["head"].modified = head.created, head.modified
    builder.font["head"].macStyle = 1 if face.weight == BOLD else 0
    builder.font.recalcTimestamp = False


def prepare(folder: Path) -> list[Path]:
    """Make the trimmed faces that `folder` lacks, and fonts.conf beside them. Return the faces made now."""
    folder.mkdir(parents=True, exist_ok=True)
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    missing = [face for face in FACES if not trimmed_path(folder, face).exists()]
    with ProcessPoolExecutor(max_workers=min(len(missing), os.cpu_count() or 1) or 1) as pool:
        made = list(pool.map(trim, missing, [folder] * len(missing)))
    write_config(folder)
    return made


def write_config(folder: Path) -> Path:
    """Write the fonts.conf that shows WeasyPrint our faces and Noto, and nothing else of the system."""
    homes = sorted({str(collection(face.collection).parent) for face in FACES})
    lines = "".join(f"<dir>{escape(home)}</dir>" for home in [str(folder.absolute()), *homes])
    text = (
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">\n'
        f"<fontconfig>{lines}<cachedir>{escape(str(folder.absolute() / 'cache'))}</cachedir>"
        "<config><rescan><int>0</int></rescan></config></fontconfig>\n"
    )
    path = folder / "fonts.conf"
    if not path.exists() or path.read_text() != text:
        folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}.part")
        partial.write_text(text)
        partial.replace(path)
    return path


@functools.cache
def glyphs_of(face: Face) -> dict[int, str]:
    """Code point → name of the glyph, for the whole of a face of Noto."""
    with whole(face) as font:
        return dict(font.getBestCmap())


def uncovered(text: str) -> list[str]:
    """Return the characters of `text` that no font can print, each once, in their order."""
    serif, sans = glyphs_of(SERIF), glyphs_of(SANS)
    return [c for c in dict.fromkeys(text) if c not in WHITE and ord(c) not in serif and ord(c) not in sans]


def twins(text: str) -> list[tuple[str, str]]:
    """Return the pairs of hanzi in `text` that share one glyph, such as 一 U+4E00 and the radical ⼀ U+2F00.

    On one sheet the text layer could not tell them apart, so a name might be copied as another name.
    """
    pairs, seen = [], dict[str, str]()
    for c in sorted(set(text)):
        if unicodedata.name(c, "").startswith(HANZI):
            glyph = glyphs_of(SERIF).get(ord(c)) or glyphs_of(SANS).get(ord(c)) or c
            if seen.setdefault(glyph, c) != c:
                pairs.append((seen[glyph], c))
    return pairs


def spelled(characters: Iterable[str]) -> str:
    """Name characters so that a person can find them: the sign where it can be shown, always the number."""
    return "、".join(f"{c} U+{ord(c):04X}" if c.isprintable() else f"U+{ord(c):04X}" for c in characters)


def missing_system_libraries() -> list[str]:
    """Return the Debian packages that printing needs and the system lacks."""
    missing = []
    for library, package in LIBRARIES.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(package)
    if not all(any(any(home.rglob(face.collection)) for home in HOMES) for face in FACES):
        missing.append("fonts-noto-cjk")
    return missing


if __name__ == "__main__":
    for path in prepare(Path(sys.argv[1])):
        sys.stdout.write(f"{path}\n")
