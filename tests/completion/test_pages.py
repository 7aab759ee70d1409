"""The pages of completion, as their people see them."""

import re

import pytest

from registry.completion.models import ReportKind
from registry.kernel.actor import Role
from tests import build as house
from tests.build import Site
from tests.completion import build
from tests.completion.test_dwellings import entered
from tests.conftest import Clock, Visit
from tests.counting import statements


def test_the_page_says_whose_turn_it_is(building: Site, visit: Visit, clock: Clock) -> None:
    page = visit(building.leaders["contractor"]).get(f"/units/{building.unit}/completion")
    assert page.status_code == 200
    assert "轮到您办理" in page.text
    assert "签署工程竣工报告" in page.text
    build.report(building, clock, ReportKind.CONTRACTOR)
    page = visit(building.leaders["supervision"]).get(f"/units/{building.unit}/completion")
    assert "签署工程质量评估报告" in page.text
    assert "轮到您办理" not in visit(building.leaders["contractor"]).get(f"/units/{building.unit}/completion").text


def test_the_conditions_are_shown_with_source_who_and_where(building: Site, visit: Visit) -> None:
    page = visit(building.filer).get(f"/projects/{building.project}/gates")
    assert page.status_code == 200
    assert "建质〔2013〕171号 第五条（二）" in page.text
    assert "施工单位项目经理 李建国（三建集团有限公司）" in page.text
    assert f"/units/{building.unit}/completion/reports/contractor-report" in page.text
    for moment in ("registration", "filing", "handover", "nonsense"):
        assert visit(building.filer).get(f"/units/{building.unit}/gates?moment={moment}").status_code == 200


def test_the_conditions_are_printed(building: Site, visit: Visit) -> None:
    paper = visit(building.officer).get(f"/units/{building.unit}/gates.pdf")
    assert paper.status_code == 200
    assert paper.data.startswith(b"%PDF")


@pytest.mark.parametrize(("who", "address"), [
    ("contractor", "completion/reports/contractor-report"), ("owner-filer", "completion/meeting"),
    ("contractor", "completion/opinion"), ("owner-filer", "completion/filing"), ("officer", "completion/oversight"),
    ("contractor", "warranty"), ("owner-filer", "dwellings"), ("owner-filer", "residential-papers/residential-manual"),
    ("owner-filer", "residential-papers/residential-guarantee"), ("officer", "completion/statements/rectification"),
])
def test_every_form_opens_for_whoever_fills_it_in(building: Site, visit: Visit, who: str, address: str) -> None:
    actor = {"officer": building.officer, "owner-filer": building.filer}.get(who) or building.leaders["contractor"]
    page = visit(actor).get(f"/units/{building.unit}/{address}")
    assert page.status_code == 200
    assert re.search(r"<form[^>]*method=\"post\"", page.text)


def test_another_tenant_is_answered_that_nothing_is_there(building: Site, visit: Visit, clock: Clock) -> None:
    assert visit().get(f"/units/{building.unit}/completion").status_code == 303
    other = house.signed_in(building.units, "elsewhere", "外人", None, None, Role.OFFICER, "110100")
    for address in ("completion", "gates", "warranty", "dwellings"):
        assert visit(other).get(f"/units/{building.unit}/{address}").status_code == 404


def test_the_station_finds_what_waits_for_it(building: Site, visit: Visit, clock: Clock) -> None:
    assert "没有待办事项" in visit(building.officer).get("/completion").text
    build.completed(building, clock)
    page = visit(building.officer).get("/completion")
    assert "待记录的验收监督" in page.text
    filing = build.filed(building, clock)
    browser = visit(building.officer)
    assert "待办理的备案" in browser.get("/completion").text
    assert browser.get(f"/completion-filings/{filing.id}").status_code == 200
    page = visit(building.filer).get(f"/units/{building.unit}/completion")
    assert "竣工验收合格日期" in page.text
    for kind, record in re.findall(r"/completion-papers/(\w+)/([0-9a-f-]{36})", page.text):
        paper = visit(building.filer).get(f"/completion-papers/{kind}/{record}")
        assert (kind, paper.status_code) == (kind, 200)
        assert paper.data.startswith(b"%PDF")


def test_the_two_papers_are_made_for_one_dwelling_and_filled_in_from_the_last(building: Site, visit: Visit) -> None:
    first, second = entered(building, "1-101\n1-102")
    browser = visit(building.filer)
    page = browser.get(f"/units/{building.unit}/dwellings")
    address = f"/units/{building.unit}/residential-papers/residential-guarantee?dwelling="
    assert address + str(first.id) in page.text
    answers = {"of_quality": "合格", "of_repair": "历城物业 0531-80000000", "of_answer": "七日内派人维修"}
    assert browser.post(address + str(first.id), answers, at=address + str(first.id)).status_code == 303
    made = re.findall(r"/completion-papers/residential/[0-9a-f-]{36}", browser.get(f"/units/{building.unit}/dwellings").text)
    assert len(made) == 1
    assert browser.get(made[0]).data.startswith(b"%PDF")
    assert "历城物业" in browser.get(address + str(second.id)).text
    for nobodys in ("x", str(building.unit)):
        assert browser.get(address + nobodys).status_code == 404


def test_a_dwelling_entered_wrongly_is_struck_off_on_its_page(building: Site, visit: Visit) -> None:
    [home] = entered(building, "1-101")
    browser, page = visit(building.filer), f"/dwellings/{home.id}/check"
    assert "注销登记" in browser.get(page).text
    assert browser.post(f"/dwellings/{home.id}/removal", {"reason": "户号有误"}, at=page).status_code == 303
    assert "没有登记住户" in browser.get(f"/units/{building.unit}/dwellings").text


@pytest.mark.parametrize("address", ["/projects/{project}/gates", "/projects/{project}/archives", "/units/{unit}/completion"])
def test_a_page_asks_no_more_for_three_unit_projects_than_for_two(building: Site, visit: Visit, address: str) -> None:
    officer, path = visit(building.officer), address.format(project=building.project, unit=building.unit)
    two = statements(building.units, lambda: officer.get(path))
    build.third_unit(building)
    assert statements(building.units, lambda: officer.get(path)) == two
