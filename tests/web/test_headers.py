"""What every answer carries."""

import re

import pytest
from flask.testing import FlaskClient

ANSWERS = (
    "/", "/public", "/nowhere", "/status/500", "/refused", "/static/css/base.css", "/static/nothing.css",
)


@pytest.mark.parametrize("address", ANSWERS)
def test_every_answer_gives_the_browser_its_orders(client: FlaskClient, address: str) -> None:
    headers = client.get(address, buffered=True).headers

    policy = headers["Content-Security-Policy"]
    for order in ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert order in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=(self)" in headers["Permissions-Policy"]
    assert re.fullmatch("[0-9a-f]{12}", headers["X-Request-Id"])


def test_only_a_secure_connection_is_told_to_stay_secure(client: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/public").headers
    secure = client.get("/public", base_url="https://localhost").headers["Strict-Transport-Security"]

    assert "max-age=31536000" in secure


@pytest.mark.parametrize("address", ["/", "/list", "/refused", "/status/404"])
def test_nothing_a_signed_in_person_sees_is_kept(client: FlaskClient, address: str) -> None:
    assert client.get(address).headers["Cache-Control"] == "no-store"


def test_a_public_page_is_asked_for_again_each_time(client: FlaskClient) -> None:
    assert client.get("/public").headers["Cache-Control"] == "private, no-cache"


def test_an_asset_is_kept_for_a_year_by_its_version_only(client: FlaskClient) -> None:
    address = re.search(r'href="(/static/css/base\.css\?v=[0-9a-f]+)"', client.get("/public").text)
    assert address

    assert "immutable" in client.get(address[1], buffered=True).headers["Cache-Control"]
    assert "immutable" not in client.get("/static/css/base.css", buffered=True).headers["Cache-Control"]
    assert "immutable" not in client.get("/static/css/base.css?v=old", buffered=True).headers["Cache-Control"]
    missing = client.get(address[1].replace("base", "nothing"))
    assert "immutable" not in missing.headers.get("Cache-Control", "")


def test_large_type_is_remembered_without_signing_in(client: FlaskClient) -> None:
    assert '<html lang="zh-Hans-CN">' in client.get("/public").text
    cookie = client.get("/public?type-size=large").headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert 'class="large"' in client.get("/public").text
    client.get("/public?type-size=normal")
    assert 'class="large"' not in client.get("/public").text


def test_a_size_of_type_that_nobody_offers_is_not_kept(client: FlaskClient) -> None:
    assert "Set-Cookie" not in client.get("/public?type-size=huge").headers
