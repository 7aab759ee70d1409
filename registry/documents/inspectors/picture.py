"""Pictures: decoded to the last pixel, and what the camera noted."""

import re
import warnings
from datetime import datetime
from typing import Any

from PIL import ExifTags, Image, UnidentifiedImageError

from registry.documents.inspectors.frame import Facts, Refused

FORMATS = ["JPEG", "PNG"]
MAX_PIXELS = 100_000_000    # an A1 sheet at 300 dpi has 70 million


def inspect_picture(path: str) -> Facts:
    """Decode the picture to its last pixel, and read what the camera noted about time and place."""
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.simplefilter("ignore")
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(path, formats=FORMATS) as picture:
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
