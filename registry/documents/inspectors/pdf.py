"""PDF: whole, open to everyone, of a sane size, and without anything that acts or hides."""

import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pikepdf

from registry.documents.inspectors.frame import Facts, Refused

MAX_STREAM = 1 << 29        # bytes one stream may inflate to; an A0 sheet at 300 dpi has 417 million
MAX_INFLATED = 1 << 32      # bytes all of them may together,
MAX_RATIO = 100             # unless they inflate to less than this many times their size
MAX_PAGES = 20_000
MAX_SIDE = 14_400           # points; ISO 32000-1 annex C
MAX_DEPTH = 100
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
            return {"pages": count_pages(pdf), "signed": signed} | claimed(pdf)
    except pikepdf.PasswordError:
        raise Refused("encrypted") from None
    except pikepdf.PdfError:
        raise Refused("damaged") from None


def claimed(pdf: pikepdf.Pdf) -> Facts:
    """Return the part of ISO 19005 the file says it follows, as {"pdfa": "2B"}; nothing when it says none."""
    status = pdf.open_metadata().pdfa_status if "/Metadata" in pdf.Root else ""
    return {"pdfa": status} if status else {}


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
