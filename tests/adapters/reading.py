"""Reads a printed paper back, by other eyes than ours: PDFium, pikepdf, zxing and OpenCV."""

import io
import json
from typing import Any

import cv2
import numpy
import pikepdf
import pypdfium2
import zxingcpp
from PIL import Image


def text_of(paper: bytes) -> str:
    """The text layer without white space: lines break where they like."""
    document = pypdfium2.PdfDocument(paper)
    pages = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return "".join("".join(pages).split()).replace("\u200b", "")


def picture_of(paper: bytes, dots_per_inch: float) -> Image.Image:
    document = pypdfium2.PdfDocument(paper)
    picture = document[0].render(scale=dots_per_inch / 72).to_pil()
    document.close()
    return picture


def codes_read(picture: Image.Image) -> list[str]:
    """What one good reader finds. For random codes: OpenCV's reader gives up on some that every phone reads."""
    return [code.text for code in zxingcpp.read_barcodes(picture)]


def codes_in(picture: Image.Image) -> list[str]:
    """What two unrelated readers find in a known code: they must agree."""
    found = codes_read(picture)
    grey = numpy.asarray(picture.convert("L"))
    assert cv2.QRCodeDetector().detectAndDecode(grey)[0] in found
    return found


def attached(paper: bytes) -> dict[str, Any]:
    """The attachments by name, read as JSON."""
    with pikepdf.open(io.BytesIO(paper)) as opened:
        return {name: json.loads(held.get_file().read_bytes()) for name, held in opened.attachments.items()}


def metadata_of(paper: bytes) -> str:
    with pikepdf.open(io.BytesIO(paper)) as opened:
        return opened.Root.Metadata.read_bytes().decode()


def trim_mm(paper: bytes) -> tuple[float, float]:
    """Width and height of the first page once it is cut."""
    with pikepdf.open(io.BytesIO(paper)) as opened:
        left, bottom, right, top = (float(edge) for edge in opened.pages[0].trimbox)
    return round((right - left) / 72 * 25.4, 1), round((top - bottom) / 72 * 25.4, 1)


def page_count(paper: bytes) -> int:
    with pikepdf.open(io.BytesIO(paper)) as opened:
        return len(opened.pages)
