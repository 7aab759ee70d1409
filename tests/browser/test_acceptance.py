"""From the measured points of a lot up to the foundation, which the leaders of survey and design sign too."""

from datetime import timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Locator, expect

from registry.projects.actions import end_term
from tests import build
from tests.acceptance import build as acceptance
from tests.adapters.reading import text_of
from tests.browser import sites
from tests.browser.conftest import Enter
from tests.browser.house import House
from tests.browser.walking import Walker
from tests.conftest import Clock

BACKFILL = "010502"      # 土方回填, all of the foundation that there is
AXIS, FLAT = "轴线位置", "表面平整度"
TAPS = 3                 # to sign a lot, from the project's page of acceptance
POINTS = ("3", "5", "1", "2", "4", "4", "0", "2", "1", "3", "2", "4")
REFUSED, GONE = 409, 403


@pytest.fixture(scope="module")
def site(house: House) -> build.Site:
    """The lot of the backfill has passed; other parts of the foundation are not in the design."""
    made = sites.under_construction(house, Clock(house.units.tools.now() - timedelta(days=40)))
    acceptance.heads(made)
    acceptance.passed(made, BACKFILL)
    acceptance.absent_but(made, BACKFILL, acceptance.FORMWORK)
    return made


@pytest.fixture(scope="module")
def lot(site: build.Site) -> UUID:
    return acceptance.lot(site).id


def cells(hand: Walker, measure: str) -> Locator:
    return hand.page.get_by_role("group", name=measure).get_by_role("textbox")


def measure(hand: Walker, name: str, points: tuple[str, ...]) -> None:
    """Type a row of points with the tab key between them."""
    cells(hand, name).first.fill("")
    for point in points:
        hand.types(point)
        hand.keys("Tab")


def entered(hand: Walker, lot: UUID) -> None:
    """The foreman types the sheet; one point is no number, and nothing he typed is lost over it."""
    hand.go(f"/lots/{lot}/acceptance")
    hand.press("填写检查结果")
    hand.page.get_by_label("施工依据").fill("模板专项方案 2026-3")
    for record in hand.page.get_by_label("检查记录").all():
        record.fill("符合要求")
    for count in hand.page.get_by_label("实际抽样数量").all():
        count.fill("40")
    for row in hand.page.locator("[data-points]").all():
        row.get_by_role("textbox").first.fill("1")
    measure(hand, AXIS, ("-2", "3", "0", "-5", "1"))
    measure(hand, FLAT, ("≥5", *POINTS[1:]))
    expect(cells(hand, FLAT)).to_have_count(20)        # the row has grown under his hand
    hand.press("提交检查结果")
    expect(hand.page.get_by_role("group", name=FLAT)).to_contain_text("例如 3 或 -2.5")
    expect(cells(hand, FLAT).nth(11)).to_have_value("4")
    expect(hand.page.get_by_label("施工依据")).to_have_value("模板专项方案 2026-3")
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


def test_lots_of_an_item_are_seen_in_full_and_signed_together_but_for_the_one_left_out(
    site: build.Site, enter: Enter
) -> None:
    lots = [acceptance.lot(site, place=f"{storey}层墙柱") for storey in "四五六"]
    for one in lots:
        acceptance.entered(site, one.id)

    hand = enter(site.leaders["site/quality-inspector"], phone=True)
    hand.go(f"/units/{site.unit}/acceptance?at={acceptance.FORMWORK}")
    hand.expect_clean()
    hand.press("查看并一并签字")
    for one in lots:
        expect(hand.page.get_by_role("heading", name=one.number)).to_be_visible()
        expect(hand.page.locator(f"input[value^='{one.id}']")).to_be_checked()
    hand.expect_clean()
    hand.page.locator(f"input[value^='{lots[2].id}']").uncheck()
    hand.press("签署所选检验批")
    expect(hand.page.get_by_text("个检验批已签字并存证。")).to_be_visible()

    hand.press("查看并一并签字")
    expect(hand.page.get_by_role("heading", name=lots[2].number)).to_be_visible()
    expect(hand.page.get_by_role("heading", name=lots[0].number)).to_have_count(0)


def follow(house: House, site: build.Site) -> None:
    """The engineer left yesterday; another has come."""
    today = sites.today(house)
    left = site.terms["site/supervision-engineer"]
    with house.units.writing(site.officer) as uow:
        end_term(uow, left, today - timedelta(days=1), "调离")
    site.units = house.units
    build.staff(site, "site/supervision-engineer", today, "何专监")


def filled(hand: Walker) -> None:
    """Counts and who attends, as far as the form asks for them."""
    for count in hand.page.locator(".pairs input").all():
        count.fill("6")
    for person in hand.page.get_by_role("group", name="参加人员").get_by_role("checkbox").all():
        person.check()


def put_up(hand: Walker, unit: UUID, code: str, everybody: bool = False) -> None:
    """Put a part up for acceptance; from the sub-division on with counts and those who attend."""
    hand.go(f"/units/{unit}/acceptance?at={code}")
    hand.expect_clean()
    hand.press("报请验收")
    filled(hand)
    if everybody:
        hand.expect_clean()
    hand.press("报请验收")
    expect(hand.page.get_by_text("已报验，并通知应签字的人员。")).to_be_visible()


def concluded(site: build.Site, enter: Enter, address: str, *who: str) -> Walker:
    """Those who have to sign do, in their order; return the hand of the last."""
    for one in who:
        hand = enter(site.leaders[one])
        hand.go(address)
        hand.press("签字", hand.page.locator("#sign"))
        expect(hand.page.get_by_text("已签字并存证。")).to_be_visible()
    return hand


def printed(hand: Walker) -> str:
    """Wait until the record has been printed, and read it."""
    for _second in range(30):
        if hand.named("验收记录 PDF").count():
            return text_of(hand.fetch("验收记录 PDF"))
        hand.page.wait_for_timeout(1_000)
        hand.page.reload()
    raise AssertionError("the record is never printed")


def test_nobody_passes_over_what_is_open_and_the_foundation_is_signed_by_all_its_leaders(
    site: build.Site, enter: Enter
) -> None:
    leader = enter(site.leaders["site/technical-leader"])
    leader.answers.add(REFUSED)
    leader.go(f"/units/{site.unit}/acceptance")
    leader.expect_clean()
    leader.press("01 地基与基础")
    leader.page.get_by_role("list", name="未通过的下级").get_by_role("link").click()     # the blocker leads to what is open
    expect(leader.page.get_by_role("heading", level=1)).to_contain_text("0105")
    leader.go(f"/units/{site.unit}/acceptance/new?at=0105")
    filled(leader)
    leader.press("报请验收")
    assert leader.status == REFUSED
    expect(leader.page.locator("main")).to_contain_text("010502")

    for code, who in (
        (BACKFILL, ("site/technical-leader", "site/supervision-engineer")), ("0105", ("contractor", "supervision")),
        ("01", ("contractor", "survey", "design", "supervision")),
    ):
        put_up(leader, site.unit, code, everybody=code == "01")
        last = concluded(site, enter, leader.page.url, *who)
    last.expect_clean()
    said = printed(last)
    for name in ("钱勘察", "孙设计", "李建国", "周总监"):
        assert name in said
