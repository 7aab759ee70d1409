"""From the measured points of a lot to the foundation with the survey's and the design's leader, step by step."""

from datetime import timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Locator, expect

from registry.kernel.actor import Actor
from registry.projects.actions import end_term
from tests import build
from tests.acceptance import build as acceptance
from tests.adapters.reading import text_of
from tests.browser import sites
from tests.browser.conftest import Enter
from tests.browser.house import House
from tests.browser.walking import Walker
from tests.conftest import Clock

BACKFILL = "010502"      # 土方回填: two lots, one of them entered by hand
LEVEL, FLAT = "标高（柱基、基坑、基槽）", "表面平整度（柱基、基坑、基槽）"
TAPS = 3                 # to sign a lot, from the project's page of acceptance
POINTS = ("3", "5", "8", "2", "11", "4", "6", "9", "1", "7", "12", "10")
REFUSED, GONE = 409, 403


@pytest.fixture(scope="module")
def site(house: House) -> build.Site:
    """The second lot of the item has passed; other parts of the foundation are not in the design."""
    made = sites.under_construction(house, Clock(house.units.tools.now() - timedelta(days=40)))
    acceptance.heads(made)
    acceptance.passed(made, BACKFILL, "⑤~⑨/A~D轴")
    acceptance.absent_but(made, BACKFILL)
    return made


@pytest.fixture(scope="module")
def lot(site: build.Site) -> UUID:
    return acceptance.lot(site, BACKFILL, place="①~⑤/A~D轴").id


def cells(hand: Walker, measure: str) -> Locator:
    return hand.page.get_by_role("group", name=measure).get_by_role("textbox")


def measure(hand: Walker, name: str, points: tuple[str, ...]) -> None:
    """Type a row of points with the tab key between them."""
    cells(hand, name).first.focus()
    for point in points:
        hand.types(point)
        hand.keys("Tab")


def entered(hand: Walker, lot: UUID) -> None:
    """The foreman types the sheet; one point is no number, and nothing he typed is lost over it."""
    hand.go(f"/lots/{lot}/acceptance")
    hand.press("填写检查结果")
    hand.page.get_by_label("施工依据").fill("基础施工方案 2026-3")
    for record in hand.page.get_by_label("检查记录").all():
        record.fill("符合要求")
    for count in hand.page.get_by_label("实际抽样数量").all():
        count.fill("12")
    measure(hand, LEVEL, ("-20", "-5", "0", "-12", "-50"))
    measure(hand, FLAT, ("≥5", *POINTS[1:]))
    expect(cells(hand, FLAT)).to_have_count(20)        # the row has grown under his hand
    hand.press("提交检查结果")
    expect(hand.page.get_by_role("group", name=FLAT)).to_contain_text("例如 3 或 -2.5")
    expect(cells(hand, FLAT).nth(11)).to_have_value("10")
    expect(hand.page.get_by_label("施工依据")).to_have_value("基础施工方案 2026-3")
    hand.expect_clean()
    cells(hand, FLAT).first.fill("3")
    hand.press("提交检查结果")
    expect(hand.page.get_by_text("检查结果已记录，可以签字。")).to_be_visible()
    hand.expect_clean()


def signed(hand: Walker, path: str) -> None:
    hand.go(path)
    hand.press("签字")
    expect(hand.page.get_by_text("已签字并存证。")).to_be_visible()


def test_a_lot_is_entered_with_tab_and_signed_in_three_taps_by_those_in_office(
    house: House, site: build.Site, lot: UUID, enter: Enter
) -> None:
    entered(enter(site.leaders["site/foreman"]), lot)

    for post in ("site/foreman", "site/quality-inspector"):
        hand = enter(site.leaders[post], phone=True)
        hand.go(f"/projects/{site.project}/acceptance")
        hand.expect_clean()
        hand.do(hand.page.locator(f"a[href='/lots/{lot}/acceptance']").click)
        hand.press("签字")
        expect(hand.page.get_by_text("已签字并存证。")).to_be_visible()
        assert hand.steps <= TAPS

    witness = enter(site.leaders["site/witness"], phone=True)
    witness.go(f"/lots/{lot}/acceptance")
    expect(witness.page.get_by_text("现在由专业监理工程师签字。")).to_be_visible()
    expect(witness.named("签字")).to_have_count(0)
    witness.expect_clean()

    gone = enter(site.leaders["site/supervision-engineer"], phone=True)
    gone.answers |= {REFUSED, GONE}
    gone.go(f"/lots/{lot}/acceptance")
    follow(house, site)
    gone.press("签字")
    expect(gone.page.locator("main")).to_contain_text("今日在岗：何专监")
    gone.expect_clean()

    signed(enter(site.leaders["site/supervision-engineer"], phone=True), f"/lots/{lot}/acceptance")


def follow(house: House, site: build.Site) -> None:
    """The engineer left yesterday; another has come."""
    today = sites.today(house)
    left = site.terms["site/supervision-engineer"]
    with house.units.writing(site.officer) as uow:
        end_term(uow, left, today - timedelta(days=1), "调离")
    site.units = house.units
    build.staff(site, "site/supervision-engineer", today, "何专监")
