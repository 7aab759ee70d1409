"""The doors: uploads piece by piece, a plain form, and files going out."""

import hashlib
import io
import socket
import time
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from registry.documents.actions import deposit
from registry.kernel.actor import NOBODY, Actor
from registry.kernel.uow import Units
from registry.policy import Permission
from registry.web.door import PUBLIC
from tests.documents import house, samples
from tests.documents.conftest import LI, WANG

PDF = "application/pdf"
JSON = {"Accept": "application/json"}


class Doorstep:
    """Who stands at the door."""

    actor: Actor = LI


@pytest.fixture
def doorstep() -> Doorstep:
    return Doorstep()


@pytest.fixture
def client(units: Units, doorstep: Doorstep) -> Iterator[FlaskClient]:
    with house.build(units, lambda: doorstep.actor, csrf="off").test_client() as client:
        yield client


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def begun(client: FlaskClient, data: bytes, name: str = "承诺书.pdf", declared: str = PDF) -> str:
    answer = client.post("/uploads", json={"name": name, "type": declared, "size": len(data)})
    assert (answer.status_code, answer.json["state"], answer.json["received"]) == (201, "receiving", 0)
    return f"/uploads/{answer.json['id']}"


def test_a_file_goes_up_in_pieces(client: FlaskClient) -> None:
    data = samples.png((700, 700))
    here = begun(client, data, "签字.png", "image/png")
    assert client.put(f"{here}?offset=0", data=data[:1000]).json["received"] == 1000
    assert client.get(here).json["received"] == 1000
    rest = {"Content-Range": f"bytes 1000-{len(data) - 1}/{len(data)}"}
    assert client.put(here, data=data[1000:], headers=rest).json["received"] == len(data)
    answer = client.post(f"{here}/finish")
    assert (answer.status_code, answer.json["state"]) == (200, "complete")
    assert answer.json["sha256"] == sha256(data)
    kept = client.post("/scan", data={"scan_upload": answer.json["id"]})
    assert kept.json == {
        "sha256": sha256(data), "name": "签字.png", "size": len(data), "media_type": "image/png",
    }


def test_a_gap_is_answered_with_where_to_go_on(client: FlaskClient) -> None:
    here = begun(client, samples.pdf())
    client.put(f"{here}?offset=0", data=b"%PDF-1.7")
    answer = client.put(f"{here}?offset=9", data=b"x")
    assert (answer.status_code, answer.json["code"]) == (409, "upload.out-of-order")
    assert client.get(here).json["received"] == 8


def test_a_refused_file_is_answered_with_the_reason(client: FlaskClient) -> None:
    data = samples.pdf()[:-100]
    here = begun(client, data)
    client.put(f"{here}?offset=0", data=data)
    answer = client.post(f"{here}/finish")
    assert (answer.status_code, answer.json["state"]) == (422, "refused")
    assert "不完整" in answer.json["message"]
    page = client.post("/scan", data={"scan_upload": answer.json["id"]})
    assert (page.status_code, "不完整" in page.text) == (422, True)


@pytest.mark.parametrize("body", [
    {}, [], "x", {"name": "a.pdf"}, {"name": "a.pdf", "size": "9"}, {"name": 1, "size": 9},
    {"name": "a.pdf", "size": True}, {"name": "a.pdf", "size": 1.5},
])
def test_a_begin_that_says_too_little_is_refused(client: FlaskClient, body: object) -> None:
    assert client.post("/uploads", json=body).status_code == 422


def test_a_piece_must_say_where_it_begins(client: FlaskClient) -> None:
    here = begun(client, b"x" * 10)
    assert client.put(here, data=b"x").status_code == 422
    assert client.put(f"{here}?offset=ten", data=b"x").status_code == 422


def test_anothers_upload_is_not_found(client: FlaskClient, doorstep: Doorstep) -> None:
    here = begun(client, b"x" * 10)
    doorstep.actor = WANG
    assert client.get(here).status_code == 404
    assert client.put(f"{here}?offset=0", data=b"x").status_code == 404
    assert client.post(f"{here}/finish").status_code == 404


def test_a_stranger_is_asked_to_sign_in(client: FlaskClient, doorstep: Doorstep) -> None:
    doorstep.actor = NOBODY
    assert client.post("/uploads", json={"name": "a.pdf", "size": 1}, headers=JSON).status_code == 401


def test_a_strangers_large_body_is_not_even_read(units: Units) -> None:
    app = house.build(units, lambda: NOBODY)
    app.view_functions["scan"].needs = PUBLIC  # type: ignore[attr-defined]  # a door open to all
    try:
        answer = app.test_client().post(
            "/scan", data=bytes(2_000_000), content_type="multipart/form-data; boundary=x")
    finally:
        app.view_functions["scan"].needs = Permission.DOCUMENT_UPLOAD  # type: ignore[attr-defined]
    assert answer.status_code == 413
    assert list(units.tools.staging.iterdir()) == []


def test_a_plain_form_needs_no_script(client: FlaskClient, units: Units) -> None:
    data = samples.pdf()
    answer = client.post("/scan", data={"scan": (io.BytesIO(data), "..\\..\\承诺书.pdf", PDF)})
    assert answer.json == {"sha256": sha256(data), "name": "承诺书.pdf", "size": len(data), "media_type": PDF}
    assert house.documents(units) == {sha256(data): len(data)}
    assert list(units.tools.staging.iterdir()) == []


def test_a_plain_form_says_what_is_wrong_with_its_file(client: FlaskClient, units: Units) -> None:
    answer = client.post("/scan", data={"scan": (io.BytesIO(b"MZ"), "承诺书.pdf", PDF)})
    assert (answer.status_code, "不是可以接收的格式" in answer.text) == (422, True)
    assert client.post("/scan", data={}).status_code == 422
    assert client.post("/scan", data={"scan_upload": "x"}).status_code == 422
    assert list(units.tools.staging.iterdir()) == []


def test_a_form_shown_again_keeps_its_upload(client: FlaskClient) -> None:
    data = samples.pdf()[:-100]
    here = begun(client, data)
    client.put(f"{here}?offset=0", data=data)
    number = client.post(f"{here}/finish").json["id"]
    again = client.post("/scan", data={"scan_upload": number})
    assert f'type="hidden" name="scan_upload" value="{number}"' in again.text


def test_what_came_before_the_line_was_cut_is_kept(committed: Units) -> None:
    data = samples.png((900, 900))
    app = house.build(committed, lambda: LI, csrf="off")
    with app.test_client() as client, house.served(app) as address:
        here = begun(client, data, "签字.png", "image/png")
        host, port = address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as line:
            head = f"PUT {here}?offset=0 HTTP/1.1\r\nHost: x\r\nContent-Length: {len(data)}\r\n\r\n"
            line.sendall(head.encode() + data[:300_000])
        until = time.monotonic() + 10
        while (received := client.get(here).json["received"]) == 0 and time.monotonic() < until:
            time.sleep(0.05)
        assert received == 300_000
        assert client.put(f"{here}?offset={received}", data=data[received:]).json["received"] == len(data)
        assert client.post(f"{here}/finish").json["sha256"] == sha256(data)


# ── Files going out ──────────────────────────────────────────────────────────────────────────────────────

@pytest.fixture
def digits(units: Units) -> str:
    with units.writing(LI) as uow:
        return deposit(uow, b"0123456789", "text/html")


def test_a_file_goes_out_named_and_powerless(client: FlaskClient, digits: str) -> None:
    for way in ("send", "show"):
        answer = client.get(f"/files/{way}/{digits}")
        assert (answer.status_code, answer.data) == (200, b"0123456789")
        assert answer.headers["Content-Disposition"] == (
            'attachment; filename="_______.bin"; '
            "filename*=UTF-8''%E6%89%BF%E8%AF%BA%E4%B9%A6%22%0D%0A%3B.bin"
        )
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("data", "media_type", "disposition"), [
    (samples.pdf(), PDF, "inline"), (samples.png(), "image/png", "inline"),
    (b"<svg/>", "image/svg+xml", "attachment"), (b"<p>", "text/html", "attachment"),
])
def test_only_pictures_and_pdf_are_shown(
    client: FlaskClient, units: Units, data: bytes, media_type: str, disposition: str,
) -> None:
    with units.writing(LI) as uow:
        name = deposit(uow, data, media_type)
    answer = client.get(f"/files/show/{name}")
    assert answer.headers["Content-Disposition"].startswith(disposition)
    assert answer.headers["Content-Type"] == media_type


@pytest.mark.parametrize(("asked", "status", "data"), [
    ("bytes=0-3", 206, b"0123"), ("bytes=4-", 206, b"456789"), ("bytes=-2", 206, b"89"),
    ("bytes=0-", 206, b"0123456789"), ("bytes=8-99", 206, b"89"),
    ("bytes=0-1,4-5", 200, b"0123456789"), ("lines=1-2", 200, b"0123456789"),
    ("nonsense", 200, b"0123456789"),
])
def test_a_part_can_be_asked_for(
    client: FlaskClient, digits: str, asked: str, status: int, data: bytes,
) -> None:
    answer = client.get(f"/files/send/{digits}", headers={"Range": asked})
    assert (answer.status_code, answer.data, answer.content_length) == (status, data, len(data))


def test_a_part_beyond_the_end_is_not_satisfiable(client: FlaskClient, digits: str) -> None:
    answer = client.get(f"/files/send/{digits}", headers={"Range": "bytes=10-"})
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, "bytes */10")


def test_a_part_of_another_file_is_not_mixed_in(client: FlaskClient, digits: str) -> None:
    part = {"Range": "bytes=0-3"}
    assert client.get(f"/files/send/{digits}", headers=part | {"If-Range": f'"{digits}"'}).status_code == 206
    assert client.get(f"/files/send/{digits}", headers=part | {"If-Range": '"other"'}).status_code == 200


def test_the_head_tells_the_size(client: FlaskClient, digits: str) -> None:
    answer = client.head(f"/files/send/{digits}")
    assert (answer.status_code, answer.content_length, answer.data) == (200, 10, b"")
