"""What the demo shows in place of photos, papers and signatures: drawn, small, the same bytes every time."""

from dataclasses import dataclass
from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as a browser would have sent it."""

    filename: str
    mimetype: str
    content: bytes

    @property
    def stream(self) -> BytesIO:
        return BytesIO(self.content)


def photo(nth: int = 0, name: str = "现场照片.jpg") -> Sent:
    return Sent(name, "image/jpeg", site_photo(nth))


def scan(name: str) -> Sent:
    """A paper as a scanner would have made it."""
    return Sent(f"{name}.pdf", "application/pdf", paper())


@cache
def drawn_name() -> bytes:
    """A signature as a hand would draw one: a few strokes on a transparent ground."""
    image = Image.new("RGBA", (320, 120), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    pen.line([(20, 80), (60, 30), (90, 95), (130, 40), (150, 85)], fill=(20, 30, 60, 255), width=5, joint="curve")
    pen.line([(160, 50), (210, 45), (185, 100), (240, 60), (300, 70)], fill=(20, 30, 60, 255), width=4, joint="curve")
    return saved(image, "PNG")


@cache
def wall_photo() -> bytes:
    """A wall with a plaque on it, in place of a photo: the demo shows no real building."""
    image = Image.new("RGB", (1200, 900), (186, 178, 166))
    pen = ImageDraw.Draw(image)
    for row in range(0, 900, 60):
        pen.line([(0, row), (1200, row)], fill=(168, 160, 148), width=3)
        for column in range(-60 if row % 120 else 0, 1200, 120):
            pen.line([(column, row), (column, row + 60)], fill=(168, 160, 148), width=3)
    pen.rectangle([360, 280, 840, 600], fill=(64, 58, 52), outline=(210, 180, 110), width=8)
    pen.rectangle([680, 420, 800, 540], fill=(240, 236, 228))
    return saved(image, "JPEG")


@cache
def site_photo(nth: int) -> bytes:
    """A mesh of reinforcement on its formwork; each `nth` from a little further off."""
    image = Image.new("RGB", (800, 600), (196, 164, 120))
    pen = ImageDraw.Draw(image)
    step = 90 - 15 * nth
    for column in range(20, 800, step):
        pen.line([(column, 0), (column, 600)], fill=(92, 70, 60), width=10)
    for row in range(30, 600, step):
        pen.line([(0, row), (800, row)], fill=(112, 84, 68), width=10)
    pen.rectangle([0, 520, 800, 600], fill=(148, 146, 142))
    return saved(image, "JPEG")


@cache
def paper() -> bytes:
    """A sheet with lines of writing and a round red seal."""
    image = Image.new("RGB", (620, 877), (252, 252, 250))
    pen = ImageDraw.Draw(image)
    pen.rectangle([180, 70, 440, 96], fill=(40, 40, 44))
    for row in range(160, 700, 36):
        pen.rectangle([70, row, 550 - row % 5 * 40, row + 8], fill=(150, 150, 154))
    pen.ellipse([400, 690, 540, 830], outline=(200, 30, 30), width=6)
    return saved(image, "PDF")


def saved(image: Image.Image, kind: str) -> bytes:
    out = BytesIO()
    image.save(out, kind)
    return out.getvalue()
