"""A lot is marked where it was built, on a phone with wet gloves; accepted by a tap; read by a stranger from the QR."""

import io
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from PIL import Image
from playwright.sync_api import expect

from registry.accounts.models import Account
from registry.kernel.actor import SYSTEM, Actor
from registry.works.planning import schedule_lots
from tests import build
from tests.adapters.reading import codes_read, picture_of
from tests.browser.conftest import Enter
from tests.browser.house import House
from tests.browser.test_sign_in import give_password
from tests.browser.walking import Walker
from tests.works import build as works

TAPS = 6               # from the list of lots to a marked lot with two photos
DPI = 60               # of the picture of a board held up: a phone three steps away sees no more
REFUSED = 422
PLACES = ("三层①~⑤/A~D轴", "三层⑤~⑨/A~D轴", "四层①~⑤/A~D轴")
NAMES = ("褚班长", "陈质检", "沈专监")


@pytest.fixture(scope="module")
def lots(works_site: build.Site) -> list[UUID]:
    """Three lots of formwork, nothing known of them but where they are."""
    return [works.lot(works_site, place=place).id for place in PLACES]


def shot(shade: int) -> bytes:
    """A photo as a phone takes one, unlike every other."""
    out = io.BytesIO()
    Image.new("RGB", (1600, 1200), (shade, 120, 90)).save(out, "JPEG")
    return out.getvalue()


def photograph(hand: Walker, label: str, shade: int) -> None:
    hand.attach(label, f"现场{shade}.jpg", "image/jpeg", shot(shade))


def signed_in_on_a_phone(house: House, enter: Enter, actor: Actor) -> Walker:
    with house.units.reading(SYSTEM) as uow:
        login = uow.get(Account, actor.account).login
    hand = enter(phone=True)
    hand.go("/sign-in")
    give_password(hand, login)
    hand.fill("动态验证码", build.code(house.units), enter=True)
    return hand


def test_the_technical_leader_plans_lots_for_today(works_site: build.Site, lots: list[UUID], enter: Enter) -> None:
    leader = enter(works_site.leaders["site/technical-leader"], phone=True)
    leader.go(f"/units/{works_site.unit}/works")
    leader.expect_clean()
    leader.press("排定日期")
    leader.expect_clean()
    for place in PLACES[:2]:
        leader.page.get_by_label(place).check()
    leader.press("排定")
    expect(leader.page.get_by_text("已排定 2 个检验批的施工日期。")).to_be_visible()
    expect(leader.page.get_by_text(PLACES[1])).to_be_visible()
    expect(leader.page.get_by_text(PLACES[2])).to_have_count(0)
    leader.expect_clean()


def test_an_inspector_marks_a_lot_with_two_photos_in_six_taps(
    house: House, works_site: build.Site, lots: list[UUID], enter: Enter
) -> None:
    with house.units.writing(works_site.leaders["site/technical-leader"]) as uow:
        schedule_lots(uow, works_site.unit, lots[:2], uow.today)
    inspector = signed_in_on_a_phone(house, enter, works_site.leaders["site/quality-inspector"])
    expect(inspector.page.get_by_role("heading", name="我在岗的工程")).to_be_visible()
    inspector.go(f"/units/{works_site.unit}/works?which=today")
    inspector.expect_clean()
    inspector.steps = 0
    inspector.do(inspector.page.locator(f"a[href='/lots/{lots[0]}/mark']").click)
    inspector.expect_clean()
    photograph(inspector, "现场照片", 40)
    photograph(inspector, "再拍一张", 80)
    inspector.press("已检查，提交标识")
    expect(inspector.page.get_by_text("已标识，请监理验收。")).to_be_visible()
    assert inspector.steps <= TAPS
    expect(inspector.page.locator(".photos img")).to_have_count(2)
    inspector.expect_clean()
    mark = urlsplit(inspector.page.url).path
    inspector.go(f"/units/{works_site.unit}/works?which=today")
    row = inspector.page.get_by_role("row").filter(has_text=PLACES[0])
    expect(row).to_contain_text("待验")
    expect(row).to_contain_text("陈质检")

    engineer = enter(works_site.leaders["site/supervision-engineer"], phone=True)
    engineer.go(mark)
    engineer.expect_clean()
    engineer.press("签署验收意见")
    assert engineer.steps == 1
    expect(engineer.page.get_by_text("已签署验收意见。")).to_be_visible()
    expect(engineer.page.get_by_text("沈专监", exact=False).first).to_be_visible()
    engineer.go(f"/lots/{lots[0]}")
    engineer.expect_clean()
    engineer.press("检验批验收")
    expect(engineer.page.get_by_role("heading", level=1)).to_contain_text("三层①~⑤")
    a_stranger_reads_the_board(inspector, mark, enter)


def a_stranger_reads_the_board(inspector: Walker, mark: str, enter: Enter) -> None:
    """Scan what is held up in the photo: what was built, by which firms, in what state, and nobody's name."""
    inspector.go(mark)
    [address] = set(codes_read(picture_of(inspector.fetch("举牌（A4）"), DPI)))
    assert address == address.upper()
    assert urlsplit(address).path.startswith("/R/")
    stranger = enter(phone=True)
    stranger.go(urlsplit(address).path.replace("/R/", "/r/"))
    main = stranger.page.locator("main")
    expect(main).to_contain_text("已验收")
    for said in (PLACES[0], build.FIRMS["contractor"][0], build.FIRMS["supervision"][0]):
        expect(main).to_contain_text(said)
    for name in NAMES:
        expect(stranger.page.locator("body")).not_to_contain_text(name)
    expect(stranger.page.locator(".photos img")).to_have_count(0)
    stranger.expect_clean()


def test_somebody_without_the_post_is_refused_and_the_photos_stay_for_him_who_holds_it(
    works_site: build.Site, lots: list[UUID], enter: Enter
) -> None:
    clerk = enter(works_site.leaders["site/materials-clerk"], phone=True)
    clerk.go(f"/lots/{lots[1]}/mark")
    photograph(clerk, "现场照片", 120)
    photograph(clerk, "再拍一张", 160)
    clerk.press("已检查，提交标识")
    alert = clerk.page.get_by_role("alert")
    expect(alert).to_contain_text("不担任本工程的项目专业质量检查员或专业工长")
    expect(clerk.page.get_by_text("已上传 2 个文件，不必再选。")).to_be_visible()
    assert clerk.status == REFUSED
    clerk.expect_clean()
    clerk.go(f"/lots/{lots[1]}")
    expect(clerk.page.get_by_text("去标识")).to_be_visible()   # nothing was marked
