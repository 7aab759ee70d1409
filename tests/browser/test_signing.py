"""Five parties sign, the station takes their papers on file."""

from datetime import timedelta

from playwright.sync_api import expect

from registry.kernel.uow import day_in_china
from tests import build
from tests.browser.conftest import Enter
from tests.browser.house import House

SIGNED_BY_ALL = 30  # steps, of all ten signers together


def site_of(house: House) -> build.Site:
    """A project that begins tomorrow, so that nobody's signature is late."""
    return build.site(house.units, day_in_china(house.units.tools.now()) + timedelta(days=1))


def test_five_parties_sign_in_at_most_thirty_steps_and_the_station_files_them(house: House, enter: Enter) -> None:
    site = site_of(house)
    steps = 0
    for role in site.terms:
        for signer, paper in ((site.representatives[role], "授权书"), (site.leaders[role], "承诺书")):
            hand = enter(signer)
            hand.go("/desk")
            hand.press("签署")
            expect(hand.page.get_by_role("article", name=f"{paper}全文")).to_be_visible()
            hand.draw_name()
            hand.fill("动态验证码", build.code(house.units), enter=True)
            expect(hand.page.get_by_text(f"{paper}已签署并存证。")).to_be_visible()
            steps += hand.steps
    assert steps <= SIGNED_BY_ALL
