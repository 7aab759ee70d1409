"""The pages of acceptance, in the whole application."""

import io

import pytest
from openpyxl import load_workbook

from registry.acceptance.sheets import SHEET
from tests.acceptance import build


@pytest.fixture
def inspector(building, visit):
    return visit(building.leaders["site/quality-inspector"])


def filled(site, lot_id):
    """What a browser sends for a sheet on which everything conforms."""
    sent = {"basis": "施工方案 2026-3"}
    for one in build.good(site, lot_id).found:
        sent |= {f"actual-{one.key}": str(one.actual), f"defects-{one.key}": "0", f"record-{one.key}": "符合要求"}
        sent |= {f"point-{one.key}-{key}": [str(value) for value in values] for key, values in one.points.items()}
    return sent


def test_a_lot_is_entered_and_signed_in_two_taps_from_its_page(building, inspector, visit):
    lot = build.lot(building)
    sheet = f"/lots/{lot.id}/acceptance/result"
    assert "现浇结构模板安装允许偏差" in inspector.get(sheet).text
    done = inspector.post(sheet, filled(building, lot.id))
    assert done.status_code == 303
    shown = inspector.get(f"/lots/{lot.id}/acceptance").text
    assert "请您签字" in shown
    signed = inspector.post(f"/lots/{lot.id}/acceptance/signature", {"verdict": "passed"}, at=f"/lots/{lot.id}/acceptance")
    assert signed.status_code == 303
    assert "冯工长" in inspector.get(f"/lots/{lot.id}/acceptance").text


def test_a_point_that_is_none_is_told_beside_its_row_and_what_was_typed_stays(building, inspector):
    lot = build.lot(building)
    sheet = f"/lots/{lot.id}/acceptance/result"
    answer = inspector.post(sheet, filled(building, lot.id) | {"point-tolerance-axis": ["3", "≥5", "—", "４"]})
    assert answer.status_code == 422
    assert "轴线位置第 2 点" in answer.text
    assert 'value="≥5"' in answer.text
    assert 'value="施工方案 2026-3"' in answer.text


def test_points_come_from_a_workbook_and_nothing_is_kept_before_it_is_submitted(building, inspector):
    lot = build.lot(building)
    template = inspector.get(f"/lots/{lot.id}/acceptance/points.xlsx")
    book = load_workbook(io.BytesIO(template.data))
    book[SHEET]["E2"], book[SHEET]["F2"] = 2, "-1.5"
    shown = inspector.post(
        f"/lots/{lot.id}/acceptance/points", {"workbook": (saved(book), "实测点.xlsx")}, at=f"/lots/{lot.id}/acceptance/result",
    )
    assert 'value="-1.5"' in shown.text
    assert "填写检查结果" in inspector.get(f"/lots/{lot.id}/acceptance").text


def test_what_is_no_measured_value_in_a_workbook_is_told_by_row_and_column(building, inspector):
    lot = build.lot(building)
    book = load_workbook(io.BytesIO(inspector.get(f"/lots/{lot.id}/acceptance/points.xlsx").data))
    book[SHEET]["E2"], book[SHEET]["F2"], book[SHEET]["G2"], book[SHEET]["H3"] = "—", "≥5", "＋３", "约 2"
    answer = inspector.post(
        f"/lots/{lot.id}/acceptance/points", {"workbook": (saved(book), "实测点.xlsx")}, at=f"/lots/{lot.id}/acceptance/result",
    )
    assert answer.status_code == 422
    for said in ("第 2 行第 6 列：“≥5”不是实测值", "第 3 行第 8 列：“约 2”不是实测值"):
        assert said in answer.text
    for silent in ("第 5 列", "第 7 列"):
        assert silent not in answer.text


def saved(book):
    kept = io.BytesIO()
    book.save(kept)
    kept.seek(0)
    return kept


def test_a_formula_in_a_workbook_is_refused_by_row_and_column(building, inspector):
    lot = build.lot(building)
    template = inspector.get(f"/lots/{lot.id}/acceptance/points.xlsx")
    book = load_workbook(io.BytesIO(template.data))
    book[SHEET]["G3"] = "=RAND()"
    answer = inspector.post(
        f"/lots/{lot.id}/acceptance/points", {"workbook": (saved(book), "实测点.xlsx")}, at=f"/lots/{lot.id}/acceptance/result",
    )
    assert "第 3 行第 7 列是公式" in answer.text


def test_the_tree_opens_level_by_level_and_lists_what_is_in_the_way(building, inspector):
    build.passed(building)
    assert "1/1 合格" in inspector.get(f"/projects/{building.project}/acceptance").text
    whole = inspector.get(f"/units/{building.unit}/acceptance").text
    assert "02 主体结构：未验收" in whole
    assert "三层" in inspector.get(f"/units/{building.unit}/acceptance?at=020101").text
    assert inspector.get(f"/units/{building.unit}/acceptance?at=990000").status_code == 404


def test_an_item_is_put_up_and_signed_on_its_pages(building, visit):
    build.passed(building)
    technical = visit(building.leaders["site/technical-leader"])
    page = f"/units/{building.unit}/acceptance/new?at=020101"
    made = technical.post(page, {"remarks": "同意报验"})
    assert made.status_code == 303
    assert "请您签字" in technical.get(made.location).text
    assert technical.post(f"{made.location}/signature", {"verdict": "passed"}, at=made.location).status_code == 303


def test_every_other_page_opens(building, inspector, visit):
    lot = build.lot(building)
    build.entered(building, lot.id)
    work = build.concealed(building)
    for path in (
        "/acceptance-meetings", f"/units/{building.unit}/acceptance/absences", f"/units/{building.unit}/concealed",
        f"/concealed/{work.id}", f"/lots/{lot.id}/acceptance/treatment", f"/units/{building.unit}/acceptance/treatment?at=0201",
        f"/units/{building.unit}/acceptance/new?at=02",
    ):
        assert inspector.get(path).status_code == 200, path
    assert "答复不到场" in visit(building.officer).get(f"/concealed/{work.id}").text
