"""Looks into one untrusted file, in a process of its own with little memory and little time.

    python -I inspector.py MEDIA-TYPE PATH    → one JSON object on standard output

{"facts": {…}} when the file may be kept, {"refused": "<code>"} when not. A process that dies or says nothing
has met a file that may not be kept either. It stands alone on purpose and imports nothing of ours, so that
what a hostile file could reach in here is as little as can be.
"""

import json
import re
import resource
import sys
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pikepdf
from PIL import ExifTags, Image, UnidentifiedImageError

Facts = dict[str, Any]

MEMORY = 1 << 30            # bytes of address space
SECONDS = 30                # of processor time
MAX_PIXELS = 100_000_000    # an A1 sheet at 300 dpi has 70 million
MAX_STREAM = 1 << 29        # bytes one stream of a PDF may inflate to; an A0 sheet at 300 dpi has 417 million
MAX_INFLATED = 1 << 32      # bytes all of them may together,
MAX_RATIO = 100             # unless they inflate to less than this many times their size
MAX_PAGES = 20_000
MAX_SIDE = 14_400           # points; ISO 32000-1 annex C
MAX_DEPTH = 100
MAX_ENTRIES, MAX_UNPACKED = 2_000, 1 << 29
TAIL = 1024
BLOCK = 1 << 20

ACTIVE_KEYS = {
    "/JS": "javascript", "/JavaScript": "javascript", "/XFA": "xfa", "/RichMediaContent": "rich-media",
    "/EmbeddedFiles": "embedded-file", "/EF": "embedded-file", "/AA": "open-action",
}
ACTIVE_ACTIONS = {
    "/JavaScript": "javascript", "/Launch": "launch",
    "/SubmitForm": "submit-form", "/ImportData": "submit-form",
    "/GoToE": "embedded-file", "/RichMediaExecute": "rich-media", "/Rendition": "rich-media",
    "/Movie": "rich-media", "/Sound": "rich-media", "/GoTo3DView": "rich-media",
}
ACTIVE_TYPES = {
    "/EmbeddedFile": "embedded-file", "/FileAttachment": "embedded-file", "/RichMedia": "rich-media",
    "/Screen": "rich-media", "/Movie": "rich-media", "/Sound": "rich-media", "/3D": "rich-media",
}
IMAGE_FILTERS = {"/DCTDecode", "/JPXDecode", "/CCITTFaxDecode", "/JBIG2Decode"}


class Refused(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def confine() -> None:
    """Take away memory, time, and the writing of files."""
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0), (resource.RLIMIT_NOFILE, 32),
    ):
        resource.setrlimit(limit, (value, value))


def refuse_second_face(path: str, media_type: str) -> None:
    """A file that another program would open as something else again is no evidence of anything."""
    with Path(path).open("rb") as file:
        head = file.read(TAIL)
    if media_type != "application/pdf" and b"%PDF-" in head:
        raise Refused("two-faced")
    if media_type != "application/ofd" and is_archive(path):
        raise Refused("two-faced")


def is_archive(path: str) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return bool(archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False


# ── PDF ──────────────────────────────────────────────────────────────────────────────────────────

def inspect_pdf(path: str) -> Facts:
    with Path(path).open("rb") as file:
        file.seek(max(0, Path(path).stat().st_size - TAIL))
        if b"%%EOF" not in file.read():
            raise Refused("truncated")
    try:
        with pikepdf.open(path, attempt_recovery=False, access_mode=pikepdf.AccessMode.stream) as pdf:
            if pdf.is_encrypted:
                raise Refused("encrypted")
            signed = refuse_active(pdf)
            return {"pages": count_pages(pdf), "signed": signed}
    except pikepdf.PasswordError:
        raise Refused("encrypted") from None
    except pikepdf.PdfError:
        raise Refused("damaged") from None


def refuse_active(pdf: pikepdf.Pdf) -> bool:
    """Refuse whatever acts, hides or bursts. Return whether the file carries an electronic signature."""
    opened = pdf.Root.get("/OpenAction")
    if isinstance(opened, pikepdf.Dictionary) and opened.get("/S") != "/GoTo":
        raise Refused("open-action")  # an array merely says where to begin; LibreOffice always writes one
    signed, raw, inflated = False, 0, 0
    for found in dictionaries(pdf):
        signed = signed or "/ByteRange" in found
        for key in found.keys():  # noqa: SIM118 — not a dict
            if key in ACTIVE_KEYS:
                raise Refused(ACTIVE_KEYS[key])
        for key, active in (("/S", ACTIVE_ACTIONS), ("/Type", ACTIVE_TYPES), ("/Subtype", ACTIVE_TYPES)):
            value = found.get(key)
            if isinstance(value, pikepdf.Name) and str(value) in active:
                raise Refused(active[str(value)])
        if isinstance(found, pikepdf.Stream):
            packed, unpacked = sizes_of(found)
            raw, inflated = raw + packed, inflated + unpacked
            if unpacked > MAX_STREAM or (inflated > MAX_INFLATED and inflated > MAX_RATIO * raw):
                raise Refused("bomb")
    return signed


def dictionaries(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """Yield every dictionary and stream of the file, those inside others too."""
    for top in pdf.objects:
        stack: list[tuple[pikepdf.Object, int]] = [(top, 0)]
        while stack:
            found, depth = stack.pop()
            if depth > MAX_DEPTH:
                raise Refused("damaged")
            if isinstance(found, pikepdf.Array):
                inner: Iterable[Any] = list(found)
            elif isinstance(found, pikepdf.Dictionary | pikepdf.Stream):
                yield found
                inner = [value for _name, value in found.items()]
            else:
                continue
            stack.extend((each, depth + 1) for each in inner
                         if isinstance(each, pikepdf.Array | pikepdf.Dictionary) and not each.is_indirect)


def sizes_of(stream: pikepdf.Object) -> tuple[int, int]:
    """Return how large a stream is as it lies in the file, and inflated (counted up to the limit)."""
    raw = stream.read_raw_bytes()
    filters: Any = stream.get("/Filter", [])
    names = [str(filters)] if isinstance(filters, pikepdf.Name) else [str(name) for name in filters]
    if set(names) <= IMAGE_FILTERS:
        return len(raw), len(raw)
    if set(names) - {"/FlateDecode"} - IMAGE_FILTERS:
        return len(raw), len(stream.read_bytes())  # rare codings: the limit on memory holds this line
    blocks: Iterable[bytes] = [raw]
    for name in names:
        if name == "/FlateDecode":
            blocks = inflating(blocks)
    return len(raw), counted(blocks)


def inflating(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what `blocks` inflate to, a little at a time, up to where they are damaged."""
    stream = zlib.decompressobj()
    for block in blocks:
        rest = block
        while rest and not stream.eof:
            try:
                yield stream.decompress(rest, BLOCK)
            except zlib.error:
                return
            rest = stream.unconsumed_tail


def counted(blocks: Iterable[bytes]) -> int:
    total = 0
    for block in blocks:
        total += len(block)
        if total > MAX_STREAM:
            break
    return total


def count_pages(pdf: pikepdf.Pdf) -> int:
    count = len(pdf.pages)
    if not 1 <= count <= MAX_PAGES:
        raise Refused("damaged")
    for page in pdf.pages:
        left, bottom, right, top = (float(side) for side in page.mediabox)
        if max(abs(right - left), abs(top - bottom)) > MAX_SIDE:
            raise Refused("page-too-large")
    return count


# ── Pictures ──────────────────────────────────────────────────────────────────────────────────────────

def inspect_picture(path: str, picture_format: str) -> Facts:
    """Decode the picture to its last pixel, and read what the camera noted about time and place."""
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.simplefilter("ignore")
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(path, formats=[picture_format]) as picture:
            picture.load()
            facts: Facts = {"width": picture.width, "height": picture.height}
            return facts | camera_notes(picture)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused("too-many-pixels") from None
    except UnidentifiedImageError:
        raise Refused("damaged") from None
    except (OSError, SyntaxError, ValueError, EOFError):
        raise Refused("truncated") from None


def camera_notes(picture: Image.Image) -> Facts:
    """Return what EXIF says, as evidence: it can be false, so nothing is ever decided by it."""
    try:
        exif = picture.getexif()
        taken, place = exif.get_ifd(ExifTags.IFD.Exif), exif.get_ifd(ExifTags.IFD.GPSInfo)
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, EOFError):
        return {}
    base, gps = ExifTags.Base, ExifTags.GPS
    notes = {
        "taken_at": time_of(taken.get(base.DateTimeOriginal), taken.get(base.OffsetTimeOriginal)),
        "latitude": degrees(place.get(gps.GPSLatitude), place.get(gps.GPSLatitudeRef), 90),
        "longitude": degrees(place.get(gps.GPSLongitude), place.get(gps.GPSLongitudeRef), 180),
        "camera": words(f"{exif.get(base.Make, '')} {exif.get(base.Model, '')}"),
    }
    return {name: value for name, value in notes.items() if value not in (None, "")}


def time_of(noted: object, offset: object) -> str | None:
    """Return ISO 8601, with the offset from UTC where the camera noted it.

    >>> time_of("2024:05:06 08:30:00", "+08:00")
    '2024-05-06T08:30:00+08:00'
    """
    try:
        taken = datetime.strptime(str(noted)[:19], "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 — cameras seldom know theirs
    except ValueError:
        return None
    known = re.fullmatch(r"[+-]\d\d:\d\d", str(offset))
    return taken.isoformat() + (known[0] if known else "")


def degrees(parts: Any, side: object, most: int) -> float | None:
    """Return signed decimal degrees (about a metre exact) from degrees, minutes, seconds and N, S, E or W."""
    try:
        whole, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    found = round(whole + minutes / 60 + seconds / 3600, 6)
    if not 0 <= found <= most:  # false for NaN, too
        return None
    return -found if str(side) in {"S", "W"} else found


def words(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:80]


# ── Archives ──────────────────────────────────────────────────────────────────────────────────────────

def inspect_ofd(path: str) -> Facts:
    """Read the directory of the archive alone: what it says of sizes is judged, and nothing is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise Refused("truncated") from None
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(packed, BLOCK):
        raise Refused("bomb")
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused("encrypted")
    if "OFD.xml" not in {entry.filename for entry in entries}:
        raise Refused("not-ofd")
    return {}


INSPECTIONS: dict[str, Callable[[str], Facts]] = {
    "application/pdf": inspect_pdf,
    "application/ofd": inspect_ofd,
    "image/jpeg": lambda path: inspect_picture(path, "JPEG"),
    "image/png": lambda path: inspect_picture(path, "PNG"),
}
"""Of any other kind nothing is asked but to be one kind alone: it is kept as evidence, never opened here."""


def inspect(media_type: str, path: str) -> Facts:
    try:
        refuse_second_face(path, media_type)
        return {"facts": INSPECTIONS[media_type](path) if media_type in INSPECTIONS else {}}
    except Refused as no:
        return {"refused": no.code}
    except MemoryError:
        return {"refused": "bomb"}


if __name__ == "__main__":
    confine()
    json.dump(inspect(sys.argv[1], sys.argv[2]), sys.stdout)
