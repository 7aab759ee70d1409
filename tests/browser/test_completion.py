"""What is lacking is seen beforehand and mended by those it names; five sign, the station records, the filing is received."""

from datetime import timedelta

import pytest
from playwright.sync_api import Locator, expect

from registry.completion.actions import Meeting, call_meeting
from registry.standards.completion import Moment
from tests import build
from tests.adapters.reading import text_of
from tests.browser import sites
from tests.browser.conftest import Enter
from tests.browser.house import House
from tests.browser.walking import Walker
from tests.completion import build as completion
from tests.conftest import Clock

BEGAN, CALLED = timedelta(60), timedelta(40)    # before today; the station has had its seven working days
OPINION = "同意验收，工程质量合格。"


@pytest.fixture(scope="module")
def site(house: House) -> build.Site:
    """The first building is called to its acceptance today; of the second nothing is there yet."""
    clock = Clock(house.units.tools.now() - BEGAN)
    made = sites.under_construction(house, clock)
    clock.at = house.units.tools.now() - CALLED
    completion.ready(made, clock)
    with made.units.writing(made.filer) as uow:
        call_meeting(uow, [made.unit], Meeting(sites.today(house), "09:30", "项目部会议室", "赵建设\n李建国"))
    made.units = house.units
    return made


def second(hand: Walker) -> Locator:
    return hand.page.locator(".panel").filter(has=hand.page.get_by_role("heading", name="02 2 号楼"))


def signed(hand: Walker, house: House, submit: str, steps: int = 0) -> None:
    """Draw and type the code; `steps` for a later code of somebody who has just spent one."""
    hand.draw_name()
    hand.fill("动态验证码", build.code(house.units, steps))
    hand.press(submit)


def test_what_is_lacking_is_seen_by_everybody_and_the_link_leads_to_the_cure(
    house: House, site: build.Site, enter: Enter
) -> None:
    owner = enter(site.filer)
    owner.go(f"/projects/{site.project}/gates")
    line = second(owner).get_by_role("listitem").filter(has_text="施工单位工程竣工报告")
    for words in ("建质〔2013〕171号", "李建国（三建集团有限公司）", "尚未提交"):
        expect(line).to_contain_text(words)
    owner.expect_clean()

    manager = enter(site.leaders["contractor"])
    manager.go(f"/projects/{site.project}/gates")
    manager.press("施工单位工程竣工报告", second(manager))
    manager.fill("结论", "已完成设计和合同约定的各项内容，质量合格。")
    manager.fill("单位有关负责人", "三总工")
    manager.expect_clean()
    signed(manager, house, "签署")
    expect(manager.page.get_by_text("工程竣工报告已签署并存证。")).to_be_visible()
    manager.go(f"/projects/{site.project}/gates")
    line = second(manager).get_by_role("listitem").filter(has_text="施工单位工程竣工报告")
    expect(line).to_contain_text("已满足")


def agreed(hand: Walker, house: House, site: build.Site) -> None:
    hand.go(f"/units/{site.unit}/completion")
    hand.press("签署验收意见")
    hand.page.get_by_label("同意验收", exact=True).check()
    hand.page.get_by_label("意见", exact=True).fill(OPINION)
    signed(hand, house, "签署验收意见", 1)
    expect(hand.page.get_by_text("验收意见已签署并存证。")).to_be_visible()


def recorded(officer: Walker, site: build.Site) -> None:
    """The station writes down what it saw of the meeting."""
    officer.go(f"/units/{site.unit}/completion")
    officer.press("记录验收监督情况")
    for right in officer.page.get_by_label("符合规定", exact=True).all():
        right.check()
    officer.expect_clean()
    officer.press("记录")
    expect(officer.page.get_by_text("验收监督情况已记录。")).to_be_visible()


def filed(owner: Walker, site: build.Site) -> None:
    owner.go(f"/units/{site.unit}/completion")
    owner.press("报送备案")
    owner.fill("本次备案内容", "整体")
    owner.fill("本次备案规模", "建筑面积 12000 m²")
    owner.fill("合同价格", "6800 万元")
    owner.expect_clean()
    owner.press("报送备案")
    expect(owner.page.get_by_text("备案已报送。")).to_be_visible()


def test_five_sign_at_the_meeting_and_the_filing_is_received(house: House, site: build.Site, enter: Enter) -> None:
    for role in completion.ROLES:
        hand = enter(site.leaders[role], phone=role == "owner")
        agreed(hand, house, site)
    expect(hand.page.locator("main")).to_contain_text("竣工验收合格日期")
    assert "竣工验收" in text_of(hand.fetch("竣工验收合格"))
    assert "1号楼" in text_of(hand.fetch("单位工程质量竣工验收记录"))
    hand.expect_clean()

    officer = enter(site.officer)
    recorded(officer, site)
    completion.state_all(site, Moment.FILING)
    owner = enter(site.filer)
    filed(owner, site)

    officer.go("/completion")
    officer.expect_clean()
    officer.do(officer.page.get_by_role("link", name="和平里小区 1 号楼").first.click)
    officer.expect_clean()
    officer.press("收讫备案")
    expect(officer.page.get_by_text("已收讫，备案号")).to_be_visible()
    assert "整体" in text_of(officer.fetch("备案表"))
