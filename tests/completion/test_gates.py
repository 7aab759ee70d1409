"""Every condition, met and unmet: the words of the law as the engine answers them."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from registry.archives.filing import hand_in
from registry.completion.gates import run_project
from registry.completion.housing import PaperKind
from registry.completion.models import ReportKind, Stance
from registry.completion.rules import agreed_periods, earliest_meeting
from registry.plaques.actions import issue_plaque
from registry.projects.models import UnitProject
from registry.standards.completion import CompletionGate, Moment
from registry.standards.drafts import shipped
from registry.standards.kinds import COMPLETION_GATES, WARRANTY
from registry.standards.periods import Period, PeriodUnit
from tests import build as house
from tests.acceptance import build as sites
from tests.archives.build import offered
from tests.build import Site
from tests.completion import build
from tests.completion.test_dwellings import all_good, entered
from tests.conftest import Clock
from tests.counting import counted

GATES = [COMPLETION_GATES.read(draft.content) for draft in shipped() if draft.kind == "completion-gates"][-1]
STATED = [gate for gate in GATES if gate.stated and not gate.residential]


def state_of(site: Site, rule: str, moment: Moment = Moment.ACCEPTANCE) -> str:
    return build.lines(site, moment)[rule].state.value


def test_each_of_the_eleven_conditions_of_article_five_is_asked() -> None:
    articles = " ".join(gate.source for gate in GATES)
    for count in "一二三四五六七八九十":
        assert f"第五条（{count}）" in articles
    assert "第五条（十一）" in articles


def test_pledges_filed_for_all_demanded_posts(building: Site) -> None:
    assert state_of(building, "pledges") == "met"


def test_a_pair_that_is_not_on_file_is_named(building: Site) -> None:
    made = house.site(building.units)
    line = build.lines(made)["pledges"]
    assert line.state == "not-met"
    assert any("李建国" in said for said in line.missing)
    assert line.link == f"/projects/{made.project}/board"
    assert build.lines(made, Moment.REGISTRATION)["pledges"].state == "not-met"


def test_terms_without_gaps(building: Site) -> None:
    assert state_of(building, "terms") == "met"


def test_the_design_life_needs_the_document_it_comes_from(building: Site) -> None:
    assert state_of(building, "design-life") == "met"
    with building.units.reading(building.officer) as uow:
        second = next(one for one in build.run_units(uow, building.project) if one.unit.number == "02")
    line = next(line for line in second.lines if line.rule == "design-life")
    assert line.state == "not-met"


@pytest.mark.parametrize("kind", list(ReportKind))
def test_each_report_is_asked_of_its_firm(building: Site, clock: Clock, kind: ReportKind) -> None:
    line = build.lines(building)[kind.value]
    assert line.state == "not-met"
    assert house.FIRMS[build.REPORTERS[kind]][0] in line.missing[0]
    build.reports(building, clock)
    assert state_of(building, kind.value) == "met"


@pytest.mark.parametrize("gate", STATED, ids=lambda gate: gate.key)
def test_what_the_registry_cannot_see_is_unknown_until_it_is_stated(building: Site, clock: Clock, gate: CompletionGate) -> None:
    key, acts, moment = gate.key, gate.acts, gate.moments[0]
    line = build.lines(building, moment)[key]
    if line.state == "met":
        return
    assert line.state == "unknown"
    assert line.missing
    build.state(building, key, build.speaker(building, acts), Stance.UNMET)
    assert state_of(building, key, moment) == "not-met"
    clock.forward(seconds=1)
    build.state(building, key, build.speaker(building, acts), Stance.MET)
    assert state_of(building, key, moment) == "met"


def test_the_station_alone_says_that_its_orders_are_carried_out(building: Site) -> None:
    line = build.lines(building)["rectification"]
    assert (line.state.value, line.who) == ("unknown", "工程质量监督机构")


def test_the_warranty_counts_once_both_sides_have_signed(building: Site, clock: Clock) -> None:
    assert state_of(building, "warranty") == "not-met"
    build.certificate(building, clock)
    assert state_of(building, "warranty") == "met"


def test_dwellings_are_asked_of_homes_alone(building: Site, clock: Clock) -> None:
    assert state_of(building, "dwellings") == "unknown"
    build.state(building, "dwellings", building.leaders["owner"], Stance.NOT_APPLICABLE)
    assert state_of(building, "dwellings") == "not-applicable"
    entered(building, "1-101\n1-102")
    assert "2 户" in build.lines(building)["dwellings"].missing[0]
    all_good(building)
    assert state_of(building, "dwellings") == "met"


def test_homes_need_both_papers_before_filing(building: Site, clock: Clock) -> None:
    entered(building, "1-101")
    assert len(build.lines(building, Moment.FILING)["residential-papers"].missing) == len(PaperKind)


def test_the_plaque_follows_the_moment_of_the_region(building: Site, clock: Clock) -> None:
    assert state_of(building, "plaque") == "not-applicable"
    assert state_of(building, "plaque", Moment.HANDOVER) == "not-met"


def test_in_beijing_the_plaque_hangs_before_acceptance(building: Site) -> None:
    made = house.site(building.units, region="110101")
    assert build.lines(made)["plaque"].state == "not-met"


def test_a_plaque_that_is_made_and_does_not_hang_is_not_enough(building: Site, clock: Clock) -> None:
    build.completed(building, clock)
    with building.units.writing(building.filer) as uow:
        issue_plaque(uow, building.unit, build.Size())
    assert build.lines(building, Moment.HANDOVER)["plaque"].missing == ("永久性标牌已制作，尚未登记安装",)


def test_after_acceptance_the_filing_waits_for_the_owners_papers_alone(building: Site, clock: Clock) -> None:
    before = build.lines(building, Moment.FILING)
    assert before["accepted"].state == "not-met"
    build.completed(building, clock)
    lines = build.lines(building, Moment.FILING)
    assert {rule for rule, line in lines.items() if line.bars} == {"planning", "fire"}
    assert lines["oversight-record"].state == "not-met"


def test_the_archive_is_asked_for_what_must_be_there_by_then(building: Site) -> None:
    line = build.lines(building)["archive"]
    assert line.state == "unknown"
    assert "尚缺" in line.missing[0]
    assert build.lines(building, Moment.HANDOVER)["archive"].state == "not-met"
    assert build.lines(building, Moment.HANDOVER)["responsibility-archive"].state == "not-met"
    assert build.lines(building, Moment.HANDOVER)["filed"].state == "not-met"


def test_the_gate_of_a_unit_project_asks_for_its_own_archive(building: Site) -> None:
    before = build.lines(building)["archive"].missing[0]
    with building.units.writing(building.filer) as uow:
        first, second = uow.session.scalars(
            select(UnitProject.id).where(UnitProject.project_id == building.project).order_by(UnitProject.number))
        hand_in(uow, building.project, [offered(code="C7-02", title="分项工程质量验收记录", unit_id=second)])
    assert build.lines(building)["archive"].missing[0] == before
    assert build.lines(building, unit=second)["archive"].missing[0] != before
    assert first == building.unit


def test_the_earliest_day_of_a_meeting_counts_working_days_over_a_holiday() -> None:
    period = Period(7, PeriodUnit.WORKING_DAY)
    assert earliest_meeting(date(2026, 3, 2), period).due_on == date(2026, 3, 11)
    assert (earliest_meeting(date(2026, 2, 12), period).due_on or date.min) - date(2026, 2, 12) > timedelta(days=11)


def test_no_period_of_a_warranty_is_shorter_than_the_law() -> None:
    rules = next(WARRANTY.read(draft.content) for draft in shipped() if draft.kind == "warranty" and draft.region == "000000")
    periods, short = agreed_periods(rules, {})
    assert short == []
    assert {one.key for one in periods} >= {"roof-waterproofing", "insulation", "heating", "main-structure"}
    for rule in rules:
        if rule.amount is not None:
            _periods, short = agreed_periods(rules, {rule.key: rule.amount - 1})
            assert (short == []) == (rule.amount == 1)
    _periods, [said] = agreed_periods(rules, {"roof-waterproofing": 3})
    assert "不得少于 5 年" in said


def test_the_command_says_the_same_as_json(building: Site) -> None:
    from_command = build.command(building.units, "gates", build.number_of(building), "--unit", "01", "--json")
    assert from_command.exit_code == 1
    said = json.loads(from_command.output)
    [unit] = said["units"]
    assert {"rule", "source", "state", "missing", "who", "link"} <= set(unit["gates"][0])


@pytest.mark.parametrize("words", [("没有的编号",), ("{number}", "--unit", "09")])
def test_the_command_tells_what_is_not_there_from_what_is_not_met(building: Site, words: tuple[str, ...]) -> None:
    answered = build.command(building.units, "gates", *(word.format(number=build.number_of(building)) for word in words))
    assert answered.exit_code == 2
    assert "没有" in answered.stderr


def test_the_command_ends_well_once_every_condition_of_the_law_is_met(building: Site, clock: Clock) -> None:
    build.ready(building, clock)
    answered = build.command(building.units, "gates", build.number_of(building), "--unit", "01")
    assert (answered.exit_code, answered.output.count("[未满足]")) == (0, 0)
    assert "退出码" in build.command(building.units, "gates", "--help").output


@pytest.mark.parametrize(("category", "state", "said"), [
    ("住宅", "not-met", "尚未登记住户"), ("公共建筑", "not-applicable", "公共建筑"), ("市政工程", "not-applicable", "市政工程"),
    ("房屋建筑工程", "unknown", "没有登记住户"),
])
def test_the_category_says_whether_there_are_homes(building: Site, category: str, state: str, said: str) -> None:
    build.categorised(building, category)
    line = build.lines(building)["dwellings"]
    assert line.state.value == state
    assert said in line.missing[0]
    assert state_of(building, "residential-papers", Moment.FILING) == state


def test_a_garage_among_homes_is_stated_to_have_none(building: Site) -> None:
    build.categorised(building, "住宅")
    build.state(building, "dwellings", building.leaders["owner"], Stance.NOT_APPLICABLE)
    assert state_of(building, "dwellings") == "not-applicable"
    assert state_of(building, "residential-papers", Moment.FILING) == "not-applicable"


def test_a_further_unit_project_costs_no_further_statement(building: Site) -> None:
    def asked() -> int:
        with building.units.reading(building.officer) as uow, counted(building.units) as statements:
            run_project(uow, building.project)
        return len(statements)

    two = asked()
    build.third_unit(building)
    assert asked() == two


def test_the_preliminary_acceptance_is_stated_only_where_the_site_is_not_recorded_here(building: Site) -> None:
    assert state_of(building, "pre-acceptance") == "unknown"
    sites.passed(building)
    line = build.lines(building)["pre-acceptance"]
    assert (line.state, line.bars, line.link) == ("not-met", True, f"/units/{building.unit}/acceptance")
    sites.absent_but(building, "0201")
    for code in ("020101", "0201", "02", ""):
        sites.accepted(building, code)
    assert state_of(building, "pre-acceptance") == "met"
    assert state_of(building, "divisions") == "met"
