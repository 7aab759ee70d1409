"""A roster goes in: template, filled in, checked, mended, imported."""

from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from registry.exchange.template import MEDIA_TYPE
from registry.kernel.actor import Actor, Role
from tests import build
from tests.browser.conftest import Enter
from tests.browser.house import House
from tests.browser.walking import Walker
from tests.exchange import rosters
from tests.parties import build as parties

Tables = dict[str, list[dict[str, Any]]]


@pytest.fixture
def officer(house: House) -> Actor:
    station = parties.organisation(house.units, "历下区建设工程质量监督站", build.REGION)
    return build.signed_in(
        house.units, f"officer{next(build.serial)}", "王监督", station.id, None, Role.OFFICER, build.REGION)


def downloaded(page: Page) -> bytes:
    """Take the template as a person would: by its button, into a file."""
    with page.expect_download() as found:
        page.get_by_role("link", name="下载模板").click()
    return found.value.path().read_bytes()


def filled_in(template: bytes, tables: Tables) -> bytes:
    """Write rows below the headings of the template, wherever each column stands."""
    book = load_workbook(BytesIO(template))
    for name, rows in tables.items():
        sheet = book[name]
        columns = {str(cell.value).rstrip("*").partition("(")[0]: cell.column for cell in sheet[1]}
        for line, row in enumerate(rows, 2):
            for title, value in row.items():
                sheet.cell(line, columns[title], value)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def send(hand: Walker, workbook: bytes) -> None:
    hand.go("/roster")
    hand.attach("花名册文件", "花名册.xlsx", MEDIA_TYPE, workbook)
    hand.press("上传并检查")
    expect(hand.page.get_by_role("heading", level=1)).to_have_text("花名册.xlsx")


def test_a_roster_is_checked_row_by_row_mended_and_imported(officer: Actor, enter: Enter) -> None:
    hand = enter(officer)
    hand.go("/roster")
    template = downloaded(hand.page)
    wrong = rosters.rows()
    wrong["项目负责人"][3]["证件号码"] = rosters.citizen(3)[:-1] + ("1" if rosters.citizen(3)[-1] != "1" else "2")
    wrong["单位工程"][1]["设计使用年限"] = "五十年"
    send(hand, filled_in(template, wrong))
    errors = hand.page.get_by_role("row")
    expect(errors.filter(has_text="证件号码").filter(has_text="项目负责人")).to_contain_text("5")
    expect(errors.filter(has_text="设计使用年限").filter(has_text="单位工程")).to_contain_text("3")
    expect(hand.page.get_by_role("button", name="导入")).to_have_count(0)
    hand.expect_clean()

    right = rosters.rows()
    right["工程"][0]["开工日期"] = "２０２４年3月5日"
    send(hand, filled_in(template, right))
    expect(hand.page.get_by_text("没有发现错误，可以导入。")).to_be_visible()
    hand.press("确认导入 1 个项目")
    expect(hand.page.get_by_text("全部导入。")).to_be_visible()
    hand.go("/projects")
    hand.press("海棠苑一期")
    for _role, _post, firm in rosters.FIVE:
        expect(hand.named(firm)).to_be_visible()
