"""The leader changes: the hand-over is written down, the successor is invited, signs, and is taken on file."""

import pyotp
from playwright.sync_api import expect

from registry.kernel.actor import Actor, Role
from tests import build
from tests.adapters.reading import text_of
from tests.browser import sites
from tests.browser.conftest import Enter
from tests.browser.house import House
from tests.browser.walking import Walker
from tests.parties import build as parties

PASSWORD = "换了人责任也还在 2026"
CHANGE = ("变更表与交接说明", build.FIRMS["contractor"][1], sites.SUCCESSOR, "原项目经理调离")


def test_a_leader_hands_over_and_the_successor_signs_and_is_filed(house: House, enter: Enter) -> None:
    site = sites.begun_site(house)
    identity = build.identity()
    filer = enter(contractors_filer(house, site))
    hand_over(filer, site, identity, sites.today(house).isoformat())

    successor = enter()
    key = join(successor, invited(filer), identity)
    successor.press("签署")
    successor.draw_name()
    successor.fill("动态验证码", code(house, key, steps=1), enter=True)  # the present one was spent on binding
    expect(successor.page.get_by_text("承诺书已签署并存证。")).to_be_visible()

    representative = enter(site.representatives["contractor"])
    representative.go("/desk")
    representative.press("签署")
    representative.draw_name()
    representative.fill("动态验证码", build.code(house.units, 1), enter=True)
    expect(representative.page.get_by_text("授权书已签署并存证。")).to_be_visible()

    officer = enter(site.officer)
    officer.go(successor.page.url)
    officer.press("准予备案")
    expect(officer.page.get_by_text("已备案，备案号 ZR-370102-")).to_be_visible()
    officer.go(f"/projects/{site.project}")
    for name in (build.FIRMS["contractor"][1], sites.SUCCESSOR):
        expect(officer.named(name)).to_be_visible()


def contractors_filer(house: House, site: build.Site) -> Actor:
    firm = site.leaders["contractor"].organisation
    return build.signed_in(
        house.units, f"filer{next(build.serial)}", "牛经办", firm, parties.person(house.units, "牛经办", build.identity()).id,
        Role.FIRM_FILER)


def hand_over(filer: Walker, site: build.Site, identity: str, day: str) -> None:
    filer.go(f"/terms/{site.terms['contractor']}")
    filer.press("变更负责人")
    filer.fill("继任人姓名", sites.SUCCESSOR)
    filer.fill("证件号码", identity)
    filer.fill("注册执业资格", "一级注册建造师（建筑工程）")
    filer.fill("注册执业证号", f"鲁1370{identity[-6:-1]}")
    filer.fill("变更生效日期", day)
    filer.fill("变更原因", "原项目经理调离")
    filer.press("登记变更并生成交接说明")
    expect(filer.page.get_by_text("变更已登记，交接说明已生成。")).to_be_visible()
    expect(filer.page.get_by_role("heading", level=1)).to_contain_text(sites.SUCCESSOR)
    statement = filer.fetch(CHANGE[0])
    for words in ("交接", *CHANGE[1:]):
        assert words in text_of(statement)


def invited(filer: Walker) -> str:
    """Have the firm's filer invite its new leader; return the link to pass on."""
    filer.go("/accounts")
    filer.press("邀请开户")
    filer.fill("姓名", sites.SUCCESSOR)
    filer.do(filer.page.get_by_label("项目负责人").check)
    filer.press("生成邀请链接")
    filer.expect_clean()
    return filer.page.locator("main code").inner_text()


def join(successor: Walker, link: str, identity: str) -> str:
    """Open the account that the link is for, bind an authenticator, and return its key."""
    successor.go(link)
    successor.expect_clean()
    successor.fill("姓名", sites.SUCCESSOR)
    successor.fill("证件号码", identity)
    successor.fill("登录名", f"继任{identity[-6:]}")
    successor.fill("密码", PASSWORD)
    successor.fill("再次输入", PASSWORD)
    successor.press("开通账户")
    key = successor.page.locator("main code").inner_text().replace(" ", "")
    successor.expect_clean()
    successor.fill("应用显示的 6 位验证码", pyotp.TOTP(key).now())
    successor.press("绑定")
    successor.expect_clean()
    successor.press("我已保存，继续")
    return key


def code(house: House, key: str, steps: int) -> str:
    return pyotp.TOTP(key).at(int(house.units.tools.now().timestamp()) + 30 * steps)
