"""Somebody comes to the site: his firm's filer enters him on a phone, he opens his account and finds where he stands."""

from playwright.sync_api import expect

from registry.kernel.actor import Actor, Role
from tests import build
from tests.browser import sites
from tests.browser.conftest import Enter
from tests.browser.house import House
from tests.parties import build as parties

PASSWORD = "塔吊底下没人猜得到 2026"


def contractors_filer(house: House, site: build.Site) -> Actor:
    person = parties.person(house.units, "郑经办", build.identity())
    firm = site.leaders["contractor"].organisation
    return build.signed_in(house.units, f"clerk{next(build.serial)}", "郑经办", firm, person.id, Role.FIRM_FILER)


def test_a_foreman_is_entered_invited_and_finds_his_site_on_his_phone(house: House, enter: Enter) -> None:
    site, identity = sites.begun_site(house), build.identity()
    filer = enter(contractors_filer(house, site), phone=True)
    filer.go(f"/projects/{site.project}/staff")
    filer.press("登记人员上岗")
    filer.page.get_by_label("专业工长（施工员）").check()
    filer.page.get_by_label("班组长").check()
    filer.fill("姓名", "冯工长")
    filer.fill("上岗日期", sites.today(house).isoformat())
    filer.fill("证件号码", identity)
    filer.expect_clean()
    filer.press("登记上岗")
    expect(filer.page.get_by_text("已登记上岗。")).to_be_visible()
    filer.expect_clean()
    filer.page.get_by_role("button", name="邀请开户").first.click()
    link = filer.page.locator("code").inner_text()
    filer.expect_clean()

    foreman = enter(phone=True)
    foreman.go("/invitations/" + link.rsplit("/", 1)[1])
    foreman.fill("登录名", f"feng{next(build.serial)}")
    foreman.page.get_by_label("密码", exact=True).fill(PASSWORD)
    foreman.fill("再次输入", PASSWORD)
    foreman.fill("证件号码后六位", identity[-6:], enter=True)
    expect(foreman.page.get_by_role("heading", name="我在岗的工程")).to_be_visible()
    expect(foreman.page.get_by_text("对工序质量负责").first).to_be_visible()
    foreman.expect_clean()
