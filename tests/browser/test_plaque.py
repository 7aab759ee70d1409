"""A plaque is made, scanned by a passer-by, and hung where everybody sees it."""

from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests import build
from tests.adapters.reading import codes_read, picture_of
from tests.browser import sites
from tests.browser.conftest import Enter
from tests.browser.house import House
from tests.documents.samples import jpeg

WEIGHT = 200_000   # bytes, all that a passer-by's phone has to load
DPI = 60           # of the picture of the artwork: a phone three steps away sees no more


def test_a_plaque_is_made_scanned_and_hung(house: House, landmark: sites.Landmark, enter: Enter) -> None:
    owner = enter(landmark.site.filer)
    owner.go(f"/projects/{landmark.site.project}")
    owner.do(owner.named("标牌").first.click)
    owner.do(owner.named("制作标牌").first.click)
    expect(owner.page.get_by_text("标牌已制作，编码")).to_be_visible()

    [address] = set(codes_read(picture_of(owner.fetch("样图 PDF"), DPI)))
    assert address == address.upper()

    passer_by = enter(phone=True)
    loaded = passer_by.weigh(address)
    expect(passer_by.page.get_by_text("真实有效")).to_be_visible()
    for role, (firm, name) in build.FIRMS.items():
        expect(passer_by.page.get_by_text(firm, exact=True)).to_be_visible()
        expect(passer_by.page.get_by_text(sites.SUCCESSOR if role == "contractor" else name, exact=True)).to_be_visible()
    assert loaded < WEIGHT
    assert passer_by.overflow == 0

    owner.press("登记安装")
    owner.attach("安装照片", "标牌.jpg", "image/jpeg", jpeg((640, 480)))
    expect(owner.page.get_by_text("已上传：标牌.jpg")).to_be_visible()
    owner.fill("安装位置", "主入口东侧外墙，距地 1.6 米")
    owner.fill("安装日期", sites.today(house).isoformat())
    owner.fill("安装人或单位", "泉城石材标识有限公司")
    owner.press("登记安装")
    expect(owner.page.get_by_text("已登记安装。")).to_be_visible()
    expect(owner.page.get_by_text("主入口东侧外墙")).to_be_visible()
    photo = owner.page.context.request.get(owner.named("照片").get_attribute("href") or "")
    assert photo.headers["content-type"] == "image/jpeg"
    assert urlsplit(address).path.startswith("/V/")


def test_a_passer_by_types_the_code_and_says_what_is_wrong(
    house: House, landmark: sites.Landmark, enter: Enter
) -> None:
    code = sites.plaque_code(house, landmark)
    passer_by = enter(phone=True)
    passer_by.go("/")
    passer_by.fill("标牌编码", f"{code[:4].lower()} {code[4:]}", enter=True)
    expect(passer_by.page.get_by_text("真实有效")).to_be_visible()
    passer_by.press("标牌有误")
    assert passer_by.overflow == 0
    passer_by.do(lambda: passer_by.page.get_by_label("问题").select_option("标牌损坏"))
    passer_by.fill("说明", "右下角裂开")
    passer_by.press("提交")
    expect(passer_by.page.get_by_text("已收到，质量监督机构会核实。")).to_be_visible()


def test_a_code_that_no_plaque_bears_is_said_to_be_none_of_ours(enter: Enter) -> None:
    passer_by = enter(phone=True)
    passer_by.answers.add(404)
    passer_by.go("/")
    passer_by.fill("标牌编码", "3467 9ACD EFGH JKMN PQRT WXY3", enter=True)
    expect(passer_by.page.get_by_role("heading", level=1)).to_be_visible()
    expect(passer_by.page.locator("main")).to_contain_text("标牌")
    assert passer_by.status == 404
    passer_by.expect_clean()
