"""The page: template, check, report, import; and nobody's roster is anybody else's."""

import re
from io import BytesIO
from itertools import count
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from registry.exchange.jobs import HANDLERS
from registry.kernel.actor import SYSTEM
from registry.kernel.jobs import work_once
from registry.projects.models import Project
from tests.accounts import build as accounts
from tests.accounts.visiting import application, signed_in
from tests.exchange import rosters
from tests.exchange.rosters import citizen, leader
from tests.exchange.test_importing import two_projects

PATH = re.compile(r"/roster/[0-9a-f-]{36}")


@pytest.fixture
def app(units, law):
    return application(units)


@pytest.fixture
def officer(app, units):
    accounts.officer(units)
    return signed_in(app, units, "officer")


@pytest.fixture
def send(tmp_path):
    """Sends a roster and returns the address of its report."""
    numbers = count()

    def send(browser, content) -> str:
        path = rosters.save(tmp_path / f"{next(numbers)}.xlsx", content)
        answer = browser.post("/roster", {"workbook": (BytesIO(path.read_bytes()), "花名册.xlsx")})
        assert answer.status_code == 303, answer.text
        return PATH.search(answer.location)[0]
    return send


def projects(units) -> int:
    with units.reading(SYSTEM) as uow:
        return uow.session.scalar(select(func.count(Project.id)))


def test_the_template_is_read_back_as_an_empty_roster(officer, catalogue, tmp_path):
    answer = officer.get("/roster/template.xlsx")
    assert answer.status_code == 200
    path = tmp_path / "模板.xlsx"
    path.write_bytes(answer.data)
    ready, findings = rosters.read(path, catalogue)
    assert (ready, findings.errors) == ([], [])
    book = load_workbook(path)
    assert book.sheetnames[:4] == ["工程", "单位工程", "参建单位", "项目负责人"]
    assert book["工程"]["A1"].value == "项目编号*"
    assert book["项目负责人"].column_dimensions["G"].number_format == "@"


def test_a_roster_is_checked_before_anything_is_written_and_goes_in_when_confirmed(officer, send, units):
    report = send(officer, rosters.rows())
    assert "data-waiting" in officer.get(report).text
    assert work_once(units, HANDLERS)
    checked = officer.get(report).text
    assert "没有发现错误" in checked
    assert "确认导入 1 个项目" in checked
    assert projects(units) == 0

    assert officer.post(f"{report}/import", at=report).status_code == 303
    assert "正在导入" in officer.get(report).text
    assert work_once(units, HANDLERS)
    assert "全部导入" in officer.get(report).text
    assert projects(units) == 1


def test_the_report_names_row_and_column_and_lets_the_sound_projects_in(officer, send, units):
    content = two_projects()
    content[rosters.LEADERS][7] = leader(2, "3701022403050102", 证件号码=citizen(2)[:17] + "Y")
    report = send(officer, content)
    work_once(units, HANDLERS)
    said = officer.get(report).text
    assert "第 9 行「证件号码」" in said
    assert citizen(2)[:17] not in said
    assert "导入没有错误的 1 个项目" in said
    officer.post(f"{report}/import", at=report)
    work_once(units, HANDLERS)
    assert projects(units) == 1


def test_a_roster_is_let_in_once(officer, send, units):
    report = send(officer, rosters.rows())
    work_once(units, HANDLERS)
    officer.post(f"{report}/import", at=report)
    assert officer.post(f"{report}/import", at=report).status_code == 409


def test_the_file_is_gone_once_it_has_been_imported(officer, send, units, tools):
    report = send(officer, rosters.rows())
    kept = list(Path(tools.staging).glob("roster-*.part"))
    work_once(units, HANDLERS)
    officer.post(f"{report}/import", at=report)
    work_once(units, HANDLERS)
    assert len(kept) == 1
    assert not kept[0].exists()


def test_a_file_that_waited_too_long_is_asked_for_again(officer, send, units, tools):
    report = send(officer, rosters.rows())
    for path in Path(tools.staging).glob("roster-*.part"):
        path.unlink()
    work_once(units, HANDLERS)
    assert "文件已过期" in officer.get(report).text


def test_what_is_no_workbook_is_refused_in_the_report(officer, units):
    answer = officer.post("/roster", {"workbook": (BytesIO(b"not a workbook"), "花名册.xlsx")})
    work_once(units, HANDLERS)
    assert "不是 Excel 工作簿" in officer.get(PATH.search(answer.location)[0]).text


def test_nothing_sent_is_a_mistake_beside_the_field(officer):
    answer = officer.post("/roster")
    assert answer.status_code == 422
    assert "请选择要导入的花名册文件" in answer.text


def test_another_officers_roster_is_not_found(app, officer, send, units):
    report = send(officer, rosters.rows())
    accounts.officer(units, login="colleague")
    other = signed_in(app, units, "colleague")
    assert other.get(report).status_code == 404
    assert other.post(f"{report}/import", at="/roster").status_code == 404


def test_strangers_are_sent_to_sign_in(app):
    assert app.test_client().get("/roster", base_url="https://zhuze.test").status_code == 303


def test_a_project_comes_out_as_a_roster_with_personal_numbers_masked(officer, send, units, tmp_path):
    report = send(officer, rosters.rows())
    work_once(units, HANDLERS)
    officer.post(f"{report}/import", at=report)
    work_once(units, HANDLERS)
    with units.reading(SYSTEM) as uow:
        project = uow.session.scalars(select(Project.id)).one()
    answer = officer.get(f"/projects/{project}/roster.xlsx")
    path = tmp_path / "导出.xlsx"
    path.write_bytes(answer.data)
    book = load_workbook(path)
    assert book["工程"]["A2"].value == rosters.NUMBER
    assert [row[4].value for row in book["项目负责人"].iter_rows(min_row=2)][:2] == ["钱建国", "孙建国"]
    assert book["项目负责人"]["G2"].value.count("*") == 16
