"""Every part of a page in a real browser: for eye and ear, wide and narrow, with scripts and without."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.web.gallery import ROOT

STATUS = {"/refused": 409, "/status/500": 500}
PAGES = ("/", "/forms", "/list", "/trace", "/public", "/refused", "/status/500")
DESK: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 360, "height": 740}
IN_LINE = re.compile(r"<[^>]*\s(style|on[a-z]+)\s*=|<style|<script(?![^>]*\ssrc=)|javascript:", re.IGNORECASE)


@pytest.fixture
def desk(chromium: Browser, gallery: str) -> Iterator[Page]:
    with chromium.new_context(base_url=gallery, viewport=DESK, locale="zh-CN") as context:
        yield context.new_page()


@pytest.fixture
def phone(chromium: Browser, gallery: str) -> Iterator[Page]:
    with chromium.new_context(base_url=gallery, viewport=PHONE, locale="zh-CN", has_touch=True) as context:
        yield context.new_page()


@pytest.fixture
def plain(chromium: Browser, gallery: str) -> Iterator[Page]:
    """A browser that runs no scripts."""
    with chromium.new_context(base_url=gallery, viewport=DESK, java_script_enabled=False) as context:
        yield context.new_page()


def visit(page: Page, address: str) -> None:
    answer = page.goto(address, wait_until="networkidle")
    assert answer is not None
    assert answer.status == STATUS.get(address, 200)


def axe_finds(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:120]}" for rule in found]


@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing_on_a_desk(desk: Page, address: str) -> None:
    visit(desk, address)

    assert axe_finds(desk) == []


@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing_on_a_phone_and_nothing_is_wider_than_it(phone: Page, address: str) -> None:
    visit(phone, address)

    assert axe_finds(phone) == []
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("address", PAGES[:5])
def test_large_type_is_larger_stays_chosen_and_fits_a_phone(phone: Page, address: str) -> None:
    phone.goto(address)
    phone.get_by_role("link", name="长辈版").click()
    phone.goto(address)

    assert phone.evaluate("getComputedStyle(document.body).fontSize") == "20px"
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    expect(phone.get_by_role("link", name="标准字号")).to_be_visible()


@pytest.mark.parametrize("address", PAGES[:5])
def test_a_page_keeps_its_own_content_policy(desk: Page, address: str) -> None:
    said: list[str] = []
    desk.on("console", lambda message: said.append(message.text))
    desk.on("pageerror", lambda error: said.append(str(error)))

    visit(desk, address)

    assert said == []


def test_a_public_page_is_light(desk: Page) -> None:
    sizes: list[int] = []
    desk.on("response", lambda response: sizes.append(len(response.body())))

    desk.goto("/public", wait_until="networkidle")

    assert len(sizes) > 5
    assert sum(sizes) < 100_000


def test_no_template_writes_style_or_script_in_line() -> None:
    templates = [file for file in (ROOT / "templates").rglob("*.html") if "print" not in file.parts]

    assert [file.name for file in templates if IN_LINE.search(file.read_text())] == []


def test_mistakes_are_listed_first_and_lead_to_their_fields(desk: Page) -> None:
    desk.goto("/forms")
    desk.get_by_label("统一社会信用代码").fill("ｗｒｏｎｇ ")
    desk.get_by_role("button", name="签署承诺书").click()

    expect(desk.get_by_role("alert")).to_be_focused()
    desk.get_by_role("link", name="请填写“工程名称”。").click()
    expect(desk.get_by_label("工程名称")).to_be_focused()
    expect(desk.get_by_label("工程名称")).to_have_accessible_description(re.compile("请填写“工程名称”。"))
    expect(desk.get_by_label("统一社会信用代码")).to_have_value("WRONG")
    assert axe_finds(desk) == []


def fill_in(page: Page) -> None:
    page.goto("/forms")
    page.get_by_label("工程名称").fill("泉城花园")
    page.get_by_label("统一社会信用代码").fill("91370100MA3BAD0000")
    page.get_by_label("责任主体").select_option("建设单位")
    page.get_by_label("在本平台签署").check()
    page.get_by_label("动态验证码").fill("123456")
    page.get_by_label("本人已阅读并承诺").check()


def test_a_signature_is_drawn_taken_back_and_sent(desk: Page) -> None:
    fill_in(desk)
    pad = desk.locator("canvas")
    pad.scroll_into_view_if_needed()
    pad.click(position={"x": 60, "y": 60})
    desk.get_by_role("button", name="重写").click()
    assert desk.locator("input[name=signature]").input_value() == ""

    pad.hover(position={"x": 80, "y": 60})
    desk.mouse.down()
    pad.hover(position={"x": 240, "y": 90})
    desk.mouse.up()
    desk.get_by_role("button", name="签署承诺书").click()

    expect(desk.get_by_text(re.compile("已收到 泉城花园，签名 [1-9][0-9]{2,} 字节"))).to_be_visible()


def test_who_cannot_draw_and_runs_no_scripts_types_the_name(plain: Page) -> None:
    fill_in(plain)
    expect(plain.locator("canvas")).to_be_hidden()
    plain.get_by_text("以键入姓名方式签署").click()
    plain.get_by_label("姓名", exact=True).fill("李建国")
    plain.get_by_role("button", name="签署承诺书").click()

    expect(plain.get_by_text("键入 李建国")).to_be_visible()


def test_the_slider_asks_for_the_day_it_is_let_go_on(desk: Page) -> None:
    desk.goto("/trace")
    desk.get_by_role("slider").press("ArrowRight")
    expect(desk.get_by_role("slider")).to_have_attribute("aria-valuetext", "2024年8月17日")

    desk.wait_for_url("**/trace?*on=2024-08-17")
    expect(desk.get_by_text("2024年8月17日")).to_be_visible()


def test_a_day_can_be_asked_for_without_scripts(plain: Page) -> None:
    plain.goto("/trace")
    plain.get_by_label("缺陷部位施工日期", exact=True).fill("2025-01-02")
    plain.get_by_role("button", name="查看当日").click()

    plain.wait_for_url("**/trace?part=0101&on=2025-01-02")


def test_a_menu_closes_on_escape_and_keeps_the_place(phone: Page) -> None:
    phone.goto("/list")
    phone.locator(".menu summary").click()
    expect(phone.get_by_role("link", name="质量追溯")).to_be_visible()

    phone.keyboard.press("Escape")

    expect(phone.get_by_role("link", name="质量追溯")).to_be_hidden()
    expect(phone.locator(".menu summary")).to_be_focused()


def test_the_first_key_press_leads_past_the_menus(desk: Page) -> None:
    desk.goto("/list")
    desk.keyboard.press("Tab")
    expect(desk.get_by_role("link", name="跳到正文")).to_be_focused()

    desk.keyboard.press("Enter")

    expect(desk.locator("main")).to_be_focused()


def test_a_short_table_is_searched_as_one_types(desk: Page) -> None:
    desk.goto("/list")
    desk.get_by_label("在本表中查找").fill("车库")

    expect(desk.get_by_role("cell", name="地下车库", exact=True)).to_be_visible()
    expect(desk.get_by_role("cell", name="1# 住宅楼", exact=True)).to_be_hidden()
    expect(desk.get_by_text("1 条", exact=True)).to_be_visible()


def test_on_paper_there_is_no_menu(desk: Page) -> None:
    desk.goto("/")
    desk.emulate_media(media="print")

    expect(desk.get_by_role("navigation", name="主导航")).to_be_hidden()
    expect(desk.get_by_role("heading", name="泉城花园三期 1#～6# 住宅楼")).to_be_visible()
