"""What is taken in, and what is turned away with a reason a person can act on."""

import resource
import time
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from registry.documents.inspection import REASONS, Finding, ask_inspector, inspect_file
from registry.documents.kinds import Unsuitable
from tests.documents import samples

Arrived = Callable[..., Finding]


@pytest.fixture
def arrived(tmp_path: Path) -> Arrived:
    """Inspect the given bytes under a name and a declared type."""
    def inspect(data: bytes, name: str = "扫描件.pdf", declared: str = "application/pdf") -> Finding:
        path = tmp_path / "arrived.part"
        path.write_bytes(data)
        return inspect_file(path, name, declared)
    return inspect


@pytest.mark.parametrize(("data", "name", "declared", "media_type"), [
    (samples.pdf(), "承诺书.pdf", "application/pdf", "application/pdf"),
    (samples.pdf(), "承诺书.PDF", "", "application/pdf"),
    (samples.jpeg(), "现场.jpg", "image/jpeg", "image/jpeg"),
    (samples.jpeg(), "现场.JPEG", "image/pjpeg", "image/jpeg"),
    (samples.png(), "签字.png", "image/png", "image/png"),
    (samples.ofd(), "电子证照.ofd", "application/octet-stream", "application/ofd"),
    (samples.MP4, "首件样板.mp4", "video/mp4", "video/mp4"),
    (samples.DWG, "结构施工图.dwg", "image/vnd.dwg", "image/vnd.dwg"),
    (samples.IFC, "模型.ifc", "", "application/x-step"),
    (samples.rvt(), "模型.rvt", "", "application/vnd.autodesk.revit"),
])
def test_an_honest_file_is_taken_in(
    arrived: Arrived, data: bytes, name: str, declared: str, media_type: str,
) -> None:
    assert arrived(data, name, declared).kind.media_type == media_type


@pytest.mark.parametrize(("data", "name", "declared", "said"), [
    (samples.pdf(), "承诺书.jpg", "image/jpeg", "扩展名"),
    (samples.pdf(), "承诺书", "application/pdf", "扩展名"),
    (samples.jpeg(), "承诺书.pdf", "application/pdf", "扩展名"),
    (samples.png(), "签字.png", "text/html", "声明的类型"),
    (samples.pdf(), "扫描件.pdf", "image/png", "声明的类型"),
    (b"MZ\x90\0" + bytes(100), "扫描件.pdf", "application/pdf", "不是可以接收的格式"),
    (b"<html><body>%PDF-1.7", "扫描件.pdf", "application/pdf", "不是可以接收的格式"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "图.svg", "image/svg+xml", "不是可以接收的格式"),
    (b"GIF89a" + bytes(100), "图.gif", "image/gif", "不是可以接收的格式"),
    (b"\0" * 2000, "扫描件.pdf", "application/pdf", "不是可以接收的格式"),
    (b"", "扫描件.pdf", "application/pdf", "空的"),
])
def test_bytes_name_and_declared_type_must_agree(
    arrived: Arrived, data: bytes, name: str, declared: str, said: str,
) -> None:
    with pytest.raises(Unsuitable, match=said):
        arrived(data, name, declared)


@pytest.mark.parametrize(("data", "name", "declared"), [
    (samples.pdf() + samples.archive({"x.txt": b"x"}), "扫描件.pdf", "application/pdf"),
    (samples.png() + samples.archive({"x.txt": b"x"}), "图.png", "image/png"),
    (samples.jpeg()[:2] + b"\xff\xfe\x00\x10%PDF-1.7 hello" + samples.jpeg()[2:], "图.jpg", "image/jpeg"),
    (samples.MP4 + samples.archive({"x.txt": b"x"}), "录像.mp4", "video/mp4"),
])
def test_a_file_with_two_faces_is_refused(arrived: Arrived, data: bytes, name: str, declared: str) -> None:
    with pytest.raises(Unsuitable, match=r"同时是两种格式|不完整"):
        arrived(data, name, declared)


def with_script(made: pikepdf.Pdf) -> None:
    made.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=pikepdf.Array([
        "x", samples.acting("/JavaScript", JS="app.alert(1)"),
    ])))


def with_open_action(kind: str, **more: object) -> Callable[[pikepdf.Pdf], None]:
    def change(made: pikepdf.Pdf) -> None:
        made.Root.OpenAction = samples.acting(kind, **more)
    return change


def with_link(kind: str, **more: object) -> Callable[[pikepdf.Pdf], None]:
    def change(made: pikepdf.Pdf) -> None:
        samples.linked(made, samples.acting(kind, **more))
    return change


def with_attachment(made: pikepdf.Pdf) -> None:
    made.attachments["x.exe"] = pikepdf.AttachedFileSpec(made, b"MZ", filename="x.exe")


def with_xfa(made: pikepdf.Pdf) -> None:
    made.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array(), XFA=made.make_stream(b"<xdp/>"))


def with_rich_media(made: pikepdf.Pdf) -> None:
    samples.annotated(made, pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.RichMedia, Rect=[0, 0, 9, 9]))


def with_chain(made: pikepdf.Pdf) -> None:
    after = pikepdf.Array([samples.acting("/Launch", F="calc.exe")])
    samples.linked(made, samples.acting("/URI", URI="https://example.cn", Next=after))


def with_huge_page(made: pikepdf.Pdf) -> None:
    made.pages[0].MediaBox = pikepdf.Array([0, 0, 1_440_000, 842])


@pytest.mark.parametrize(("data", "code"), [
    (samples.pdf(with_script), "javascript"),
    (samples.pdf(with_script, object_stream_mode=pikepdf.ObjectStreamMode.generate), "javascript"),
    (samples.pdf(with_script).replace(b"/JavaScript", b"/Java#53cript"), "damaged|javascript"),
    (samples.pdf(with_open_action("/URI", URI="https://example.cn")), "open-action"),
    (samples.pdf(with_open_action("/Launch", F="calc.exe")), "open-action"),
    (samples.pdf(with_link("/Launch", F="calc.exe")), "launch"),
    (samples.pdf(with_link("/SubmitForm", F="https://example.cn")), "submit-form"),
    (samples.pdf(with_link("/JavaScript", JS="1")), "javascript"),
    (samples.pdf(with_chain), "launch"),
    (samples.pdf(with_attachment), "embedded-file"),
    (samples.pdf(with_xfa), "xfa"),
    (samples.pdf(with_rich_media), "rich-media"),
    (samples.pdf(with_huge_page), "page-too-large"),
    (samples.pdf(encryption=pikepdf.Encryption(owner="o", user="u")), "encrypted"),
    (samples.pdf(encryption=pikepdf.Encryption(owner="o", user="")), "encrypted"),
    (samples.pdf()[:-200], "truncated"),
    (samples.pdf()[:300] + samples.pdf()[400:], "damaged"),
    (b"%PDF-1.7\nhello\n%%EOF", "damaged"),
])
def test_a_pdf_that_acts_hides_or_breaks_is_refused(tmp_path: Path, data: bytes, code: str) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(data)
    assert ask_inspector("pdf", path)["refused"] in code.split("|")
    with pytest.raises(Unsuitable) as refusal:
        inspect_file(path, "扫描件.pdf", "application/pdf")
    assert any(str(REASONS[each]) in str(refusal.value) for each in code.split("|"))
    assert path.read_bytes() == data


def with_place_to_begin(made: pikepdf.Pdf) -> None:
    made.Root.OpenAction = pikepdf.Array([made.pages[0].obj, pikepdf.Name.Fit])


@pytest.mark.parametrize("change", [
    with_place_to_begin, with_link("/URI", URI="https://example.cn"), with_link("/GoTo", D="x"),
], ids=["as LibreOffice writes", "a link", "a jump"])
def test_what_office_programs_write_is_taken_in(
    arrived: Arrived, change: Callable[[pikepdf.Pdf], None],
) -> None:
    assert arrived(samples.pdf(change)).facts == {"pages": 1, "signed": False}


def test_an_electronic_signature_is_noticed(arrived: Arrived) -> None:
    def sign(made: pikepdf.Pdf) -> None:
        signature = pikepdf.Dictionary(Type=pikepdf.Name.Sig, ByteRange=[0, 1, 2, 3], Contents=b"\0")
        made.Root.AcroForm = pikepdf.Dictionary(Fields=[made.make_indirect(pikepdf.Dictionary(V=signature))])
    assert arrived(samples.pdf(sign)).facts["signed"] is True


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_bomb_in_a_pdf_is_defused(arrived: Arrived, times: int) -> None:
    bomb = samples.pdf_bomb(times=times)
    began = time.monotonic()
    with pytest.raises(Unsuitable, match="解压后的内容过大"):
        arrived(bomb)
    assert time.monotonic() - began < 25


def test_a_bomb_in_a_picture_is_defused(arrived: Arrived) -> None:
    bomb = samples.png_bomb(50_000)
    began = time.monotonic()
    with pytest.raises(Unsuitable, match="1 亿像素"):
        arrived(bomb, "图.png", "image/png")
    assert time.monotonic() - began < 5


def test_a_bomb_in_an_ofd_is_defused(arrived: Arrived) -> None:
    bomb = samples.archive({"OFD.xml": b"<x/>", "Doc_0/Content.xml": bytes(300 << 20)})
    with pytest.raises(Unsuitable, match="解压后的内容过大"):
        arrived(bomb, "证照.ofd", "")


def test_an_archive_is_not_an_ofd(arrived: Arrived) -> None:
    with pytest.raises(Unsuitable, match="不是 OFD"):
        arrived(samples.archive({"a.txt": b"x"}), "证照.ofd", "")


@pytest.mark.parametrize(("data", "name"), [
    (samples.jpeg((800, 600))[:-2000], "图.jpg"), (samples.png((800, 600))[:-2000], "图.png"),
    (samples.png()[:30], "图.png"),
])
def test_a_picture_cut_short_is_refused(arrived: Arrived, data: bytes, name: str) -> None:
    with pytest.raises(Unsuitable, match=r"不完整|已损坏"):
        arrived(data, name, "")


def test_a_large_photograph_is_decoded_within_limits(arrived: Arrived) -> None:
    assert arrived(samples.jpeg((9_000, 9_000)), "图.jpg", "").facts["width"] == 9_000


def test_what_the_camera_noted_is_kept_as_evidence(arrived: Arrived) -> None:
    facts = arrived(samples.photograph(), "现场.jpg", "image/jpeg").facts
    assert facts == {
        "width": 64, "height": 48, "taken_at": "2024-05-06T08:30:00+08:00",
        "latitude": 36.67, "longitude": 117.01, "camera": "HUAWEI Mate 60",
    }


def test_what_the_camera_noted_wrongly_is_left_out(arrived: Arrived) -> None:
    facts = arrived(samples.photograph("0000:00:00 00:00:00", "junk\0"), "现场.jpg", "image/jpeg").facts
    assert "taken_at" not in facts


def test_the_inspection_costs_us_no_memory(arrived: Arrived) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    arrived(samples.jpeg((200, 200)), "图.jpg", "")
    with pytest.raises(Unsuitable):
        arrived(samples.pdf_bomb())
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kilobytes
