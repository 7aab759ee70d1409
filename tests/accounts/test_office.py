"""The pages on which accounts are managed: whose they are, and what each button does."""

from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from registry.accounts.models import Account, AccountState, Grant
from registry.kernel.actor import NOBODY, Role
from registry.kernel.uow import Units
from registry.parties.models import Organisation
from tests.accounts import build
from tests.accounts.build import Someone
from tests.accounts.visiting import Browser, application, signed_in
from tests.conftest import Clock
from tests.parties import build as parties

NEW = "另一句没有人会猜到的话，是不是"


@pytest.fixture
def app(units: Units) -> Flask:
    return application(units)


@pytest.fixture
def firm(units: Units) -> Organisation:
    return parties.organisation(units)


@pytest.fixture
def filer(units: Units, app: Flask, firm: Organisation) -> Browser:
    build.account(units, Someone("filer", "孙经办", frozenset({Role.FIRM_FILER}), organisation=firm.id))
    return signed_in(app, units, "filer")


@pytest.fixture
def security(units: Units, app: Flask) -> Browser:
    build.administrator(units, Role.SECURITY_ADMIN)
    return signed_in(app, units, "security-admin")


def again(units: Units, account: Account) -> Account:
    with units.reading(NOBODY) as uow:
        return uow.get(Account, account.id)


def test_a_filer_finds_the_colleagues_and_no_stranger(
    units: Units, filer: Browser, firm: Organisation
) -> None:
    other = parties.organisation(units)
    build.account(units, Someone("colleague", "钱同事", organisation=firm.id))
    stranger = build.account(units, Someone("stranger", "周外人", organisation=other.id))

    listed = filer.get("/accounts").text
    assert "钱同事" in listed
    assert "周外人" not in listed
    assert "周外人" not in filer.get("/accounts?q=周").text
    assert filer.get(f"/accounts/{stranger.id}").status_code == 404


OF_ANOTHER = [
    "/grants", "/disable", "/enable", "/unlock", "/sessions/end", "/second-factor/reset", "/recovery",
]


@pytest.mark.parametrize("door", OF_ANOTHER)
def test_an_account_of_another_firm_does_not_exist(units: Units, filer: Browser, door: str) -> None:
    other = build.account(units, Someone("stranger", organisation=parties.organisation(units).id))
    fields = {"role": "project-leader", "reason": "手机遗失"}

    for account_id in (other.id, uuid4()):
        answer = filer.post(f"/accounts/{account_id}{door}", fields, at="/me")
        assert answer.status_code == 404
    assert again(units, other).state is AccountState.ACTIVE


@pytest.mark.parametrize("role", [Role.OFFICER, Role.AUDITOR, Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN])
def test_accounts_are_not_everybody_s_business(units: Units, app: Flask, role: Role) -> None:
    region = "370100" if role in {Role.OFFICER, Role.AUDITOR} else ""
    build.account(units, Someone("curious", roles=frozenset({role}), region=region))
    browser = signed_in(app, units, "curious")

    assert browser.get("/accounts").status_code == 403
    assert browser.get("/accounts/invite").status_code == 403


@pytest.mark.parametrize("door", ["/accounts", "/accounts/invite", "/me", "/me/password", "/confirm"])
def test_a_stranger_is_sent_to_sign_in(app: Flask, door: str) -> None:
    assert Browser(app).get(door).location.startswith("/sign-in?next=")


def test_inviting_and_accepting(app: Flask, filer: Browser) -> None:
    said = filer.post("/accounts/invite", {"name": "冯经办", "roles": ["firm-filer", "officer"]})
    assert said.status_code == 422
    said = filer.post("/accounts/invite", {"name": "冯经办", "roles": ["firm-filer"]})
    link = said.text.split("https://zhuze.test")[1].split("<")[0]
    assert "尚未使用的邀请" in filer.get("/accounts").text

    guest = Browser(app)
    page = guest.get(link)
    assert (page.headers["Referrer-Policy"], page.headers["Cache-Control"]) == ("no-referrer", "no-store")
    weak = guest.post(link, {"login": "feng", "password": "password1234", "again": "password1234"})
    assert weak.status_code == 422
    assert "太常见" in weak.text
    assert guest.post(link, {"login": "feng", "password": NEW, "again": NEW}).location == "/"

    assert "冯经办" in guest.get("/me").text
    assert guest.get(link).status_code == 404


def test_an_unknown_link_says_whom_to_ask(app: Flask) -> None:
    answer = Browser(app).get("/invitations/" + "x" * 32)

    assert answer.status_code == 404
    assert "索取新的链接" in answer.text


def test_roles_are_given_and_ended_on_the_page(
    units: Units, filer: Browser, firm: Organisation
) -> None:
    person = parties.person(units, "钱同事").id
    account = build.account(units, Someone("colleague", "钱同事", person=person, organisation=firm.id))
    page = f"/accounts/{account.id}"
    assert filer.post(f"{page}/grants", {"role": "officer"}, at=page).status_code == 422
    assert filer.post(f"{page}/grants", {"role": "project-leader"}, at=page).status_code == 303
    assert "项目负责人" in filer.get(page).text

    with units.reading(NOBODY) as uow:
        grant = uow.session.scalars(select(Grant).where(Grant.account_id == account.id)).one()
    assert filer.post(f"/accounts/grants/{grant.id}/end", at=page).location == page
    with units.reading(NOBODY) as uow:
        assert uow.get(Grant, grant.id).until is not None


def test_a_signers_role_is_not_given_to_somebody_unknown(units: Units, filer: Browser, firm: Organisation) -> None:
    page = f"/accounts/{build.account(units, Someone('colleague', '钱同事', organisation=firm.id)).id}"
    for role in ("project-leader", "site-staff"):
        answer = filer.post(f"{page}/grants", {"role": role}, at=page)
        assert answer.status_code == 422
        assert "已核对身份" in answer.text


def test_disabling_and_enabling(units: Units, filer: Browser, firm: Organisation) -> None:
    account = build.account(units, Someone("colleague", "钱同事", organisation=firm.id))
    page = f"/accounts/{account.id}"

    assert filer.post(f"{page}/disable", at=page).location == page
    assert again(units, account).state is AccountState.DISABLED
    assert "停用" in filer.get(page).text
    assert filer.post(f"{page}/disable", at=page).status_code == 409
    filer.post(f"{page}/enable", at=page)
    assert again(units, account).state is AccountState.ACTIVE
    assert filer.post(f"{page}/unlock", at=page).location == page
    assert filer.post(f"{page}/sessions/end", at=page).location == page


def test_the_security_administrator_takes_off_a_lost_second_factor(units: Units, security: Browser) -> None:
    account = build.officer(units)
    page = f"/accounts/{account.id}"

    without = security.post(f"{page}/second-factor/reset", at=page)
    assert without.status_code == 422
    assert security.post(f"{page}/second-factor/reset", {"reason": "手机遗失"}, at=page).location == page
    assert again(units, account).totp_sealed is None


def test_a_link_to_set_a_new_password(units: Units, app: Flask, filer: Browser, firm: Organisation) -> None:
    account = build.account(units, Someone("colleague", "钱同事", organisation=firm.id, secret=""))
    page = f"/accounts/{account.id}"
    link = filer.post(f"{page}/recovery", at=page).text.split("https://zhuze.test")[1].split("<")[0]

    guest = Browser(app)
    assert guest.post(link, {"password": NEW, "again": NEW + "!"}).status_code == 422
    assert guest.post(link, {"password": NEW, "again": NEW}).location == "/"
    assert "钱同事" in guest.get("/me").text


def test_one_s_own_pages(units: Units, app: Flask, filer: Browser, clock: Clock) -> None:
    assert "其他" not in filer.get("/me").text
    clock.forward(seconds=30)
    elsewhere = signed_in(app, units, "filer")
    assert "退出其他所有设备" in filer.get("/me").text

    filer.post("/me/sessions/end-others", at="/me")
    assert elsewhere.get("/me").status_code == 303

    fields = {"old": "不是这一句", "password": NEW, "again": NEW}
    assert filer.post("/me/password", fields).status_code == 422
    taken = filer.cookie()
    assert filer.post("/me/password", fields | {"old": build.PASSWORD}).location == "/me"
    assert filer.get("/me").status_code == 200
    thief = Browser(app)
    thief.carry("__Host-zz", taken)
    assert thief.get("/me").status_code == 303


def test_changing_the_second_factor_on_one_s_own_page(filer: Browser, clock: Clock) -> None:
    assert filer.post("/me/second-factor/begin", at="/me").location == "/me/second-factor"
    letters = filer.get("/me/second-factor").text.split("<code>")[1].split("</code>")[0].replace(" ", "")

    assert filer.post("/me/second-factor", {"code": "000000"}).status_code == 422
    done = filer.post("/me/second-factor", {"code": build.code_of(letters, clock.at)})
    assert "请保存恢复码" in done.text


def test_a_page_left_open_offers_nothing_to_bind(filer: Browser) -> None:
    assert filer.get("/me/second-factor").location == "/sign-in"
