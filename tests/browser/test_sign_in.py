"""Signing in: two factors, words that help, and a wait that nobody gets round."""

from playwright.sync_api import expect

from registry.accounts.models import BrakeKind
from registry.accounts.rules import SLOWING
from registry.kernel.actor import Role
from tests import build
from tests.accounts import build as accounts
from tests.browser.conftest import Enter
from tests.browser.house import House
from tests.browser.walking import Walker
from tests.parties import build as parties

LOCKED_OUT = 429


def officers_login(house: House) -> str:
    login = accounts.fresh_login()
    station = parties.organisation(house.units, "历下区建设工程质量监督站", build.REGION)
    build.signed_in(house.units, login, "王监督", station.id, None, Role.OFFICER, build.REGION)
    return login


def give_password(hand: Walker, login: str, password: str = accounts.PASSWORD) -> None:
    hand.fill("登录名", login)
    hand.fill("密码", password)
    hand.press("登录")


def test_a_wrong_code_is_said_beside_the_field_and_the_right_one_leads_where_one_was_going(
    house: House, enter: Enter
) -> None:
    hand = enter()
    hand.go("/filings")
    give_password(hand, officers_login(house))
    hand.expect_clean()
    right = build.code(house.units)
    hand.fill("动态验证码", f"{(int(right) + 1) % 1_000_000:06}", enter=True)
    expect(hand.page.get_by_role("alert")).to_contain_text("验证码不正确或已经用过，请等待下一个验证码。")
    hand.expect_clean()
    hand.fill("动态验证码", build.code(house.units), enter=True)
    expect(hand.page.get_by_role("heading", level=1)).to_have_text("待备案")
    hand.sign_out()
    expect(hand.page.get_by_text("您已退出。")).to_be_visible()
    hand.go("/filings")
    expect(hand.page.get_by_role("heading", level=1)).to_have_text("登录")


def test_a_wrong_password_does_not_tell_whether_there_is_such_an_account(house: House, enter: Enter) -> None:
    hand = enter()
    hand.go("/sign-in")
    said = []
    for login in (officers_login(house), "没有这个人"):
        give_password(hand, login, "不是这一句话 2026")
        said.append(hand.page.get_by_role("alert").inner_text())
    assert said[0] == said[1]
    assert "登录名或密码不正确。" in said[0]


def test_who_guesses_on_is_told_how_long_to_wait(house: House, enter: Enter) -> None:
    hand = enter(phone=True)
    hand.answers.add(LOCKED_OUT)
    login = officers_login(house)
    hand.go("/sign-in")
    for _guess in range(SLOWING[BrakeKind.LOGIN].free):
        give_password(hand, login, "不是这一句话 2026")
    give_password(hand, login)
    expect(hand.page.locator("main")).to_contain_text("尝试次数过多，请在")
    expect(hand.page.locator("main")).to_contain_text("后再试。")
    assert hand.status == LOCKED_OUT
    hand.expect_clean()
