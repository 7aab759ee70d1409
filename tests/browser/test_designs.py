"""Drawings delivered, reviewed and asked for, by people at real browsers."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests import build
from tests.designs.build import approved, argued, changed, delivered, reviewed
from tests.documents.samples import DWG, pdf


@pytest.fixture
def site(house):
    today = house.units.tools.now().date()
    return build.site(house.units, today - timedelta(days=90))


@pytest.fixture
def folder(tmp_path: Path):
    (tmp_path / "结施-01 结构设计总说明.pdf").write_bytes(pdf())
    (tmp_path / "结施02_基础平面图.dwg").write_bytes(DWG)
    return tmp_path


def test_a_designer_delivers_many_sheets_and_corrects_their_names(site, enter, folder):
    walker = enter(site.leaders["design"])
    page = walker.page
    page.goto(f"/projects/{site.project}/designs")
    page.get_by_role("link", name="交付图纸").click()
    page.get_by_label("单位工程").select_option(str(site.unit))
    page.get_by_label("专业").select_option("structure")
    page.get_by_label("图纸名称").fill("1 号楼结构施工图")
    page.get_by_label("设计编号").fill("JG-01")
    page.get_by_label("交付日期").fill(f"{site.units.tools.now().date() - timedelta(days=60)}")
    page.locator("input[type=file]").set_input_files(sorted(folder.iterdir()))
    page.get_by_role("button", name="读取文件").click()
    expect(page.get_by_label("结施-01 结构设计总说明.pdf 的图号")).to_have_value("结施-01")
    walker.expect_clean()
    page.get_by_label("结施02_基础平面图.dwg 的图名").fill("基础平面布置图")
    page.get_by_role("button", name="交付", exact=True).click()
    expect(page.get_by_role("heading", name="1 号楼结构施工图 第 1 版")).to_be_visible()
    expect(page.get_by_text("基础平面布置图")).to_be_visible()


def test_the_site_asks_on_a_phone_which_drawing_to_build_from(site, enter):
    today = site.units.tools.now().date()
    made = delivered(site, delivered_on=today - timedelta(days=60))
    reviewed(site, made.id, on=today - timedelta(days=50))
    change = changed(site, effective_on=today - timedelta(days=1), parts=("0202",))
    approved(site, change.id)
    argument = argued(site, on=today)
    walker = enter(site.leaders["contractor"], phone=True)
    page = walker.page
    page.goto(f"/projects/{site.project}/designs")
    page.get_by_role("link", name="当日有效图纸").click()
    page.get_by_role("link", name="1 号楼").click()
    page.get_by_role("link", name="主体结构").click()
    expect(page.get_by_role("link", name=re.compile(made.title))).to_be_visible()
    expect(page.get_by_text("当日未生效")).to_be_visible()       # touches the structure, and was not reviewed again
    walker.expect_clean()
    for path in (f"/projects/{site.project}/designs", f"/drawing-sets/{made.id}", f"/design-changes/{change.id}"):
        walker.go(path)
        walker.expect_clean()
    walker.go(f"/scheme-arguments/{argument.id}")                # where he may answer
    walker.expect_clean()
