"""Which kinds of file are taken in, how each is told by its bytes, and what a file may be called."""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

from registry.kernel.errors import Invalid
from registry.kernel.text import _

HEAD = 1024  # bytes a file is told by
MAX_UPLOAD = 2 * 1024**3  # bytes
NAME_LENGTH = 120
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})  # Unicode categories
UNSAID = frozenset({"", "application/octet-stream", "binary/octet-stream", "application/x-unknown"})
"""What browsers declare when they do not know. It contradicts nothing."""


class Unsuitable(Invalid):
    """The file is not one the registry takes in."""

    code = "document.unsuitable"

    def __init__(self, message: str) -> None:
        super().__init__(message, field="file")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file.

    name         what acts call it when they say what they take; two kinds may share it
    signature    what it begins with
    endings      of its name, in lower case; the first is the usual one
    inspector    the module under inspectors/ that looks into it
    declared     media types browsers give it; the first is the one we keep it under
    """

    name: str
    label: str
    signature: re.Pattern[bytes]
    endings: tuple[str, ...]
    declared: tuple[str, ...]
    inspector: str = "opaque"

    @property
    def media_type(self) -> str:
        return self.declared[0]


def kind(
    name: str, label: str, signature: bytes, endings: str, *declared: str, inspector: str = "opaque",
) -> Kind:
    return Kind(name, label, re.compile(signature, re.DOTALL), tuple(endings.split()), declared, inspector)


KINDS = (
    kind("pdf", "PDF", rb"%PDF-[12]\.\d", ".pdf", "application/pdf", "application/x-pdf",
         inspector="pdf"),
    kind("image", "JPG", rb"\xff\xd8\xff", ".jpg .jpeg", "image/jpeg", "image/jpg", "image/pjpeg",
         inspector="picture"),
    kind("image", "PNG", rb"\x89PNG\r\n\x1a\n", ".png", "image/png", "image/x-png",
         inspector="picture"),
    kind("ofd", "OFD", rb"PK\x03\x04", ".ofd", "application/ofd", "application/zip", "application/x-ofd",
         inspector="ofd"),
    kind("video", "MP4", rb".{4}ftyp(isom|iso\d|mp4\d|avc1|M4V |MSNV|qt  |3gp\d)", ".mp4 .m4v .mov .3gp",
         "video/mp4", "video/quicktime", "video/x-m4v", "video/3gpp"),
    kind("drawing", "DWG", rb"AC10\d\d", ".dwg", "image/vnd.dwg", "application/acad", "application/x-dwg",
         "image/x-dwg", "application/dwg", "drawing/dwg"),
    kind("model", "IFC", rb"(\xef\xbb\xbf)?\s*ISO-10303-21;", ".ifc", "application/x-step", "application/ifc",
         "model/ifc", "application/p21", "text/plain"),
    kind("model", "RVT", rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".rvt", "application/vnd.autodesk.revit",
         "application/x-revit", "application/revit", inspector="revit"),
)

PAPERS = frozenset({"pdf", "image"})
"""Signed paper, scanned or photographed."""
PICTURES = frozenset({"image"})
PLANS = frozenset({"pdf", "ofd", "drawing", "model"})
"""Sheets of drawings and models of a building, kept as given."""
EVIDENCE = frozenset(each.name for each in KINDS)


OURS = {"image/svg+xml": "svg", "application/json": "json"}  # never taken in, only made by the registry itself


def ending_of(media_type: str) -> str:
    """Return the usual ending of a kept kind, without the dot: "pdf"; "bin" for one we do not know."""
    found = {one.media_type: one.endings[0].lstrip(".") for one in KINDS} | OURS
    return found.get(media_type, "bin")


def clean_name(given: str) -> str:
    """Return the name to keep a file under: no path, nothing invisible, nothing that turns the writing round.

    Rare characters and their variation selectors stay. At most 120 characters; the ending stays whole.
    """
    name = unicodedata.normalize("NFC", given).replace("\\", "/").rpartition("/")[2]
    seen = "".join(sign for sign in name if unicodedata.category(sign) not in UNSEEN)
    plain = " ".join(re.sub(r'[<>:"|?*]', "_", seen).split()).strip(". ")
    ending = PurePosixPath(plain).suffix[:12]
    stem = plain.removesuffix(ending) if ending else plain
    return (stem[:NAME_LENGTH - len(ending)] + ending) or "未命名"


def kind_of(head: bytes) -> Kind | None:
    """Tell the kind by the first bytes of a file (HEAD of them do), None when it is none of ours."""
    return next((each for each in KINDS if each.signature.match(head)), None)


def refuse_unknown_ending(name: str) -> None:
    """Raise Unsuitable for a file whose name alone tells that it will be refused."""
    ending = PurePosixPath(name).suffix.lower()
    if not any(ending in each.endings for each in KINDS):
        raise Unsuitable(_("“{name}”不是可以接收的格式。请上传 {kinds} 文件。",
                           name=name, kinds=labels_of(EVIDENCE)))


def labels_of(wanted: frozenset[str]) -> str:
    return "、".join(each.label for each in KINDS if each.name in wanted)


def agreed_kind(head: bytes, name: str, declared: str) -> Kind:
    """Return the kind on which the bytes, the ending of the name and the declared type agree.

    Raises Unsuitable when they do not, or when the kind is not taken in at all.
    """
    found = kind_of(head)
    ending = PurePosixPath(name).suffix.lower()
    if found is None:
        raise Unsuitable(_("文件“{name}”的内容不是可以接收的格式。请上传 {kinds} 文件。",
                           name=name, kinds=labels_of(EVIDENCE)))
    if ending not in found.endings:
        raise Unsuitable(_("文件“{name}”的内容是 {kind}，扩展名却不是 {endings}。请核对后改正文件名再上传。",
                           name=name, kind=found.label, endings="、".join(found.endings)))
    said = declared.partition(";")[0].strip().lower()
    if said not in UNSAID and said not in found.declared:
        raise Unsuitable(_("文件“{name}”的内容是 {kind}，声明的类型却是 {said}。请重新导出后上传。",
                           name=name, kind=found.label, said=said[:60]))
    return found


def require_kind(name: str, wanted: frozenset[str]) -> None:
    """Raise Unsuitable unless the kind called `name` is among those this act takes."""
    if name not in wanted:
        raise Unsuitable(_("此处只接收 {kinds} 文件。", kinds=labels_of(wanted)))
