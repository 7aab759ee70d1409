"""Real files of every kind the registry meets, honest and hostile."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import pikepdf
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational


def pdf(change: Callable[[pikepdf.Pdf], object] = lambda _: None, **saving: object) -> bytes:
    """A PDF of one page, after `change`."""
    made = pikepdf.new()
    made.add_blank_page(page_size=(595, 842))
    change(made)
    out = io.BytesIO()
    made.save(out, **saving)  # type: ignore[arg-type]  # each test names what it needs
    return out.getvalue()


def acting(kind: str, **more: object) -> pikepdf.Dictionary:
    return pikepdf.Dictionary(S=pikepdf.Name(kind), **more)


def annotated(made: pikepdf.Pdf, annotation: pikepdf.Dictionary) -> None:
    made.pages[0].Annots = pikepdf.Array([made.make_indirect(annotation)])


def linked(made: pikepdf.Pdf, action: pikepdf.Dictionary) -> None:
    annotated(made, pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action))


def jpeg(size: tuple[int, int] = (64, 48), exif: Image.Exif | None = None) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(out, "JPEG", exif=exif or Image.Exif())
    return out.getvalue()


def photograph(taken: str = "2024:05:06 08:30:00", offset: str = "+08:00") -> bytes:
    """A photograph with the camera's notes: 36°40'12" N, 117°0'36" E."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "HUAWEI\0\x07"
    exif[ExifTags.Base.Model] = "Mate 60"
    exif[ExifTags.IFD.Exif] = {
        ExifTags.Base.DateTimeOriginal: taken, ExifTags.Base.OffsetTimeOriginal: offset,
    }
    exif[ExifTags.IFD.GPSInfo] = {
        ExifTags.GPS.GPSLatitudeRef: "N", ExifTags.GPS.GPSLatitude: angle(36, 40, 12),
        ExifTags.GPS.GPSLongitudeRef: "E", ExifTags.GPS.GPSLongitude: angle(117, 0, 36),
    }
    return jpeg(exif=exif)


def angle(*parts: int) -> tuple[IFDRational, ...]:
    return tuple(IFDRational(part) for part in parts)


def png(size: tuple[int, int] = (64, 48)) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 60).save(out, "PNG")
    return out.getvalue()


def png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_bomb(side: int = 50_000) -> bytes:
    """A picture of `side` × `side` black pixels in a few megabytes at most."""
    row = b"\0" * (1 + side // 8 + (side % 8 > 0))
    squeeze = zlib.compressobj(9)
    body = b"".join(squeeze.compress(row) for _ in range(side)) + squeeze.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunks = (b"IHDR", head), (b"IDAT", body), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*chunk) for chunk in chunks)


def zeros_squeezed(size: int, times: int) -> bytes:
    squeeze = zlib.compressobj(9)
    data = b"".join(squeeze.compress(bytes(1 << 20)) for _ in range(size >> 20)) + squeeze.flush()
    for _ in range(times - 1):
        data = zlib.compress(data, 9)
    return data


def pdf_bomb(size: int = 640 << 20, times: int = 2) -> bytes:
    """A few kilobytes that inflate to more than half a gibibyte."""
    def load(made: pikepdf.Pdf) -> None:
        stream = pikepdf.Stream(made, b"")
        stream.write(zeros_squeezed(size, times), filter=pikepdf.Array([pikepdf.Name.FlateDecode] * times))
        made.pages[0].Contents = made.make_indirect(stream)
    return pdf(load, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)


def archive(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in entries.items():
            packed.writestr(name, data)
    return out.getvalue()


def ofd() -> bytes:
    root = b"<ofd:OFD xmlns:ofd='http://www.ofdspec.org/2016'/>"
    return archive({"OFD.xml": root, "Doc_0/Document.xml": b"<x/>"})


MP4 = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41" + bytes(64)
DWG = b"AC1032\0\0\0\0\0" + bytes(64)
IFC = b"ISO-10303-21;\nHEADER;\nENDSEC;\nDATA;\nENDSEC;\nEND-ISO-10303-21;\n"


def rvt() -> bytes:
    """The head of a compound file, and a directory entry that only Revit writes."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "BasicFileInfo".encode("utf-16-le") + bytes(486)
