"""Signing in with a browser: what the cookie is worth, and where one can be led."""

import logging

import pytest
from flask import Flask
from sqlalchemy import select

from registry.accounts.models import AccountEvent, AccountSession
from registry.kernel.actor import NOBODY, SYSTEM, Role
from registry.kernel.uow import Units
from registry.web.login import local_path
from tests.accounts import build
from tests.accounts.build import PASSWORD, Someone
from tests.accounts.visiting import HOME, Browser, application, cookie, signed_in
from tests.conftest import Clock

RIGHT = {"login": "officer", "password": PASSWORD}


@pytest.fixture
def app(units: Units) -> Flask:
    return application(units)


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app)


def test_signing_in_takes_a_password_and_a_code(units: Units, browser: Browser, clock: Clock) -> None:
    build.officer(units)

    first = browser.post("/sign-in?next=/me", RIGHT)
    assert (first.status_code, first.location) == (303, "/sign-in/code")
    assert browser.get("/me").location.startswith("/sign-in?next=")
    second = browser.post("/sign-in/code", {"code": build.code(clock.at)})

    assert (second.status_code, second.location) == (303, "/me")
    assert "李监督" in browser.get("/me").text


def test_a_wrong_password_keeps_the_login_that_was_typed_and_no_more(
    units: Units, browser: Browser
) -> None:
    build.officer(units)

    answer = browser.post("/sign-in", RIGHT | {"password": "不是这一句"})

    assert answer.status_code == 422
    assert "登录名或密码不正确" in answer.text
    assert 'value="officer"' in answer.text
    assert "不是这一句" not in answer.text


def test_too_many_wrong_passwords_are_answered_429(browser: Browser) -> None:
    for _guess in range(5):
        browser.post("/sign-in", RIGHT | {"password": "不是这一句"})

    assert browser.post("/sign-in", RIGHT).status_code == 429


def test_the_cookie_is_for_this_host_alone_and_no_script_sees_it(browser: Browser) -> None:
    [said] = browser.get("/sign-in").headers.getlist("Set-Cookie")

    assert said.startswith("__Host-zz=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(said.split("; "))
    assert "Domain=" not in said


def test_without_tls_the_cookie_bears_no_promise_it_cannot_keep(units: Units) -> None:
    app = application(units, base_url="http://127.0.0.1:8000")

    [said] = app.test_client().get("/sign-in").headers.getlist("Set-Cookie")
    assert said.startswith("zz=")
    assert "Secure" not in said


def test_a_session_fixed_beforehand_is_not_the_one_signed_in(
    units: Units, browser: Browser, clock: Clock
) -> None:
    build.officer(units)
    browser.get("/sign-in")
    fixed = browser.cookie()
    browser.post("/sign-in", RIGHT)
    half = browser.cookie()
    browser.post("/sign-in/code", {"code": build.code(clock.at)})

    assert len({fixed, half, browser.cookie()}) == 3
    for old in (fixed, half):
        thief = Browser(browser.client.application)
        thief.carry("__Host-zz", old)
        assert thief.get("/me").status_code == 303


def test_a_cookie_taken_before_signing_out_is_worth_nothing_after(units: Units, app: Flask) -> None:
    build.officer(units)
    browser = signed_in(app, units, "officer")
    taken = browser.cookie()
    browser.post("/sign-out", at="/me")

    thief = Browser(app)
    thief.carry("__Host-zz", taken)
    assert thief.get("/me").location.startswith("/sign-in")


def test_a_cookie_we_did_not_sign_is_nobody(units: Units, app: Flask) -> None:
    build.officer(units)
    token = build.let_in(units, "officer").token
    name, _value = cookie(app, token)

    for forged in (token, f'{{"_user_id":"{token}"}}', ""):
        browser = Browser(app)
        browser.carry(name, forged)
        assert browser.get("/me").status_code == 303


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-Ip", "Forwarded"])
def test_a_header_the_client_writes_changes_neither_door_nor_log(
    units: Units, app: Flask, header: str
) -> None:
    build.officer(units)
    browser = Browser(app)

    browser.post("/sign-in", RIGHT, headers={header: "198.51.100.1"})

    with units.reading(NOBODY) as uow:
        right = select(AccountEvent.address).where(AccountEvent.kind == "password.right")
        seen = uow.session.scalars(right).all()
    assert set(seen) == {"127.0.0.1"}
    assert Browser(app).get("/me", headers={header: "127.0.0.1"}).status_code == 303


def test_behind_one_trusted_proxy_its_word_counts_and_the_client_s_does_not(units: Units) -> None:
    build.officer(units)
    browser = Browser(application(units, trusted_proxies=1))

    browser.post("/sign-in", RIGHT, headers={"X-Forwarded-For": "203.0.113.9, 192.0.2.33"})

    with units.reading(NOBODY) as uow:
        session = uow.session.scalars(select(AccountSession)).one()
    assert session.address == "192.0.2.33"


ELSEWHERE = [
    "https://evil.example", "http://evil.example/", "//evil.example", "///evil.example", "/\\evil.example",
    "\\\\evil.example", "/\t/evil.example", "/\n/evil.example", "https:evil.example", "https:/evil.example",
    "javascript:alert(1)", "data:text/html,x", " //evil.example", "\x00//evil.example", "evil.example",
    "https://zhuze.test@evil.example", "https://zhuze.test.evil.example", "https://zhuze.test//evil.example",
    "http://zhuze.test:80@evil.example", "/\x0d\x0aLocation: https://evil.example", "/%0a/../\\evil", "ftp://evil",
    "//\\evil.example", "/\u0001/evil.example", "?next=//evil", "", "about:blank", "mailto:a@b",
    "\t/ok", "/ ok",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_no_path_leads_to_another_site(app: Flask, target: str) -> None:
    with app.test_request_context("/sign-in", base_url=HOME):
        assert local_path(target) == "/"


def test_nobody_is_led_to_another_site(units: Units, app: Flask, clock: Clock) -> None:
    build.officer(units)
    browser = signed_in(app, units, "officer")
    evil = "//evil.example/%5C"

    assert browser.get("/sign-in", query_string={"next": evil}).location == "/"
    clock.forward(seconds=30)
    assert browser.post(f"/confirm?next={evil}", {"code": build.code(clock.at)}).location == "/"
    browser.post("/sign-out", at="/me")
    clock.forward(seconds=30)
    browser.post(f"/sign-in?next={evil}", RIGHT)
    assert browser.post("/sign-in/code", {"code": build.code(clock.at)}).location == "/"


@pytest.mark.parametrize("target", ["/me", "/projects/1?tab=parts&on=2024-05-06", f"{HOME}/me"])
def test_one_is_led_back_to_where_one_was(units: Units, app: Flask, target: str) -> None:
    build.officer(units)

    led = signed_in(app, units, "officer").get("/sign-in", query_string={"next": target}).location
    assert led == target.removeprefix(HOME)


def test_whoever_must_bind_a_second_factor_sees_a_picture_and_then_the_recovery_codes(
    units: Units, browser: Browser
) -> None:
    build.account(units, Someone("head", "站长", frozenset({Role.STATION_HEAD}), "370000", secret=""))
    assert browser.post("/sign-in", {"login": "head", "password": PASSWORD}).location == "/sign-in/enrol"

    offer = browser.get("/sign-in/enrol").text
    letters = offer.split("<code>")[1].split("</code>")[0].replace(" ", "")
    done = browser.post("/sign-in/enrol", {"code": build.code_of(letters, units.tools.now())})

    assert "data:image/svg+xml" in offer
    assert done.text.count("<li><code>") == 10
    assert browser.get("/me").status_code == 200


def test_the_page_for_the_code_is_for_those_with_a_password(browser: Browser) -> None:
    assert browser.get("/sign-in/code").location == "/sign-in"
    assert browser.get("/sign-in/enrol").location == "/sign-in"


def test_the_code_is_shown_on_demo_data_alone(units: Units, clock: Clock) -> None:
    build.officer(units)
    real, demo = (Browser(application(units, demo=demo)) for demo in (False, True))
    for browser in (real, demo):
        browser.post("/sign-in", RIGHT)

    assert "演示验证码" not in real.get("/sign-in/code").text
    assert build.code(clock.at) not in real.get("/sign-in/code").text
    assert f"演示验证码：{build.code(clock.at)}" in demo.get("/sign-in/code").text


def test_stale_proof_leads_to_the_page_that_renews_it_and_back(
    units: Units, app: Flask, clock: Clock
) -> None:
    build.officer(units)
    browser = signed_in(app, units, "officer")
    clock.forward(minutes=11)

    led = browser.post("/me/recovery-codes", at="/me", headers={"Referer": f"{HOME}/me"}).location
    assert led == "/confirm?next=https://zhuze.test/me"
    assert browser.post(led, {"code": build.code(clock.at)}).location == "/me"
    assert "恢复码只显示这一次" in browser.post("/me/recovery-codes", at="/me").text


def test_a_recovery_code_is_taken_in_place_of_the_code(units: Units, app: Flask, browser: Browser) -> None:
    build.officer(units)
    codes = signed_in(app, units, "officer").post("/me/recovery-codes", at="/me").text.split("<li><code>")[1:]
    browser.post("/sign-in", RIGHT)

    assert browser.post("/sign-in/code", {"recovery": codes[0].split("<")[0]}).location == "/"


def test_a_form_without_its_token_is_refused(units: Units, app: Flask) -> None:
    build.officer(units)
    browser = signed_in(app, units, "officer")

    assert browser.client.post("/me/sessions/end-others", base_url=HOME).status_code == 400
    assert browser.client.post("/sign-in", base_url=HOME, data=RIGHT).status_code == 400


def test_no_page_of_one_s_own_is_kept_by_any_cache(units: Units, app: Flask) -> None:
    build.officer(units)

    assert signed_in(app, units, "officer").get("/me").headers["Cache-Control"] == "no-store"


def test_what_was_refused_to_someone_is_noted(units: Units, app: Flask) -> None:
    account = build.officer(units)
    assert signed_in(app, units, "officer").get("/accounts").status_code == 403

    with units.reading(SYSTEM) as uow:
        noted = uow.session.scalars(select(AccountEvent).where(AccountEvent.kind == "denied")).one()
    assert (noted.account_id, noted.detail) == (account.id, {"endpoint": "accounts.index"})


def test_neither_password_nor_code_nor_token_is_in_any_log(
    units: Units, browser: Browser, clock: Clock, caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    build.officer(units)
    browser.post("/sign-in", RIGHT)
    browser.post("/sign-in/code", {"code": build.code(clock.at)})

    said = caplog.text + "".join(capsys.readouterr())
    assert not any(secret in said for secret in (PASSWORD, build.code(clock.at), browser.cookie()))
