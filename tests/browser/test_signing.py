"""Five parties sign, the station takes their papers on file: with a mouse, with a finger, with the keyboard alone."""

from playwright.sync_api import expect

from tests import build
from tests.adapters.reading import text_of
from tests.browser import sites
from tests.browser.conftest import Enter
from tests.browser.house import House
from tests.browser.walking import Walker

SIGNED_BY_ALL = 30   # steps, of all ten signers together, each from the desk
FILED = 2            # steps for each pair, from the queue
QUIET_REGION = "370202"  # where nothing else waits to be filed


def sign(hand: Walker, paper: str, code: str) -> None:
    """From the desk to the signed paper."""
    hand.go("/desk")
    hand.press("签署")
    expect(hand.page.get_by_role("article", name=f"{paper}全文")).to_be_visible()
    hand.draw_name()
    hand.fill("动态验证码", code, enter=True)
    expect(hand.page.get_by_text(f"{paper}已签署并存证。")).to_be_visible()


def test_five_parties_sign_in_at_most_thirty_steps_and_the_station_files_them(house: House, enter: Enter) -> None:
    site = sites.new_site(house, QUIET_REGION)
    steps = 0
    for role in site.terms:
        for signer, paper in ((site.representatives[role], "授权书"), (site.leaders[role], "承诺书")):
            hand = enter(signer)
            sign(hand, paper, build.code(house.units))
            steps += hand.steps
    assert steps <= SIGNED_BY_ALL

    officer = enter(site.officer)
    officer.go(f"/projects/{site.project}/board")
    expect(officer.page.get_by_text("不予办理工程质量监督手续")).to_be_visible()
    expect(officer.page.locator(".tally")).to_have_text("0/5")
    for _role in site.terms:
        officer.go("/filings")
        officer.do(officer.named("核对并备案").first.click)
        officer.press("准予备案")
        expect(officer.page.get_by_text(f"已备案，备案号 ZR-{QUIET_REGION}-")).to_be_visible()
    assert officer.steps <= FILED * len(site.terms)
    officer.go(f"/projects/{site.project}/board")
    expect(officer.page.get_by_text("可以办理工程质量监督手续")).to_be_visible()
    expect(officer.page.locator(".tally")).to_have_text("5/5")


def test_a_leader_signs_on_a_phone_without_scrolling_sideways(house: House, enter: Enter) -> None:
    site = sites.new_site(house)
    hand = enter(site.leaders["supervision"], phone=True)
    hand.go("/desk")
    assert hand.overflow == 0
    hand.press("签署")
    assert hand.overflow == 0
    hand.draw_name()
    hand.fill("动态验证码", build.code(house.units))
    hand.press("签署承诺书")
    expect(hand.page.get_by_text("承诺书已签署并存证。")).to_be_visible()
    assert hand.overflow == 0
    assert "质量终身责任承诺书" in text_of(hand.fetch("查看原件"))


def test_who_cannot_draw_signs_with_the_keyboard_alone(house: House, enter: Enter) -> None:
    site = sites.new_site(house)
    hand = enter(site.leaders["design"])
    hand.go(f"/terms/{site.terms['design']}/pledge")
    hand.tab_to("无法手写？以键入姓名方式签署")
    hand.keys("Enter")
    hand.tab_to("键入姓名")
    hand.types(build.FIRMS["design"][1])
    hand.tab_to("动态验证码")
    hand.types(build.code(house.units))
    hand.tab_to("签署承诺书")
    hand.keys("Enter")
    expect(hand.page.get_by_text("承诺书已签署并存证。")).to_be_visible()


def test_a_signature_without_a_name_is_refused_beside_the_pad_and_what_was_typed_stays(
    house: House, enter: Enter
) -> None:
    site = sites.new_site(house)
    hand = enter(site.leaders["owner"])
    hand.go(f"/terms/{site.terms['owner']}/pledge")
    hand.fill("动态验证码", build.code(house.units), enter=True)
    expect(hand.page.get_by_role("alert")).to_contain_text("请在签名框内手写签名。")
    hand.expect_clean()
    hand.draw_name()
    hand.fill("动态验证码", build.code(house.units), enter=True)
    expect(hand.page.get_by_text("承诺书已签署并存证。")).to_be_visible()
