"""Rosters go in project by project, as a whole or not at all, once however often they are tried."""

from contextlib import contextmanager
from datetime import date
from functools import partial
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from registry.exchange.actions import Created
from registry.exchange.importing import import_roster, rehearse_roster
from registry.exchange.sheets import LEADERS, PARTICIPATIONS, PROJECTS, UNITS
from registry.kernel.actor import SYSTEM, Actor, Role
from registry.kernel.errors import Conflict
from registry.ledger.models import LedgerEvent
from registry.parties.actions import rename_organisation
from registry.parties.models import Organisation, Person, Qualification
from registry.projects.actions import close_term
from registry.projects.models import Participation, Project, Term, UnitProject
from registry.standards.actions import load_defaults
from tests.exchange import rosters
from tests.exchange.rosters import citizen, credit_code, firm, leader, project, unit

OTHER = "3701022403050102"
WHOLE = Created(projects=1, unit_projects=2, participations=5, terms=5, organisations=5, persons=5)
TABLES = (Project, UnitProject, Participation, Term, Organisation, Person, Qualification)
OFFICER = Actor(account=uuid4(), person=uuid4(), region="370100", roles=frozenset({Role.OFFICER}))


@pytest.fixture
def city(units):
    with units.writing(SYSTEM) as uow:
        load_defaults(uow)
    return units


@pytest.fixture
def bring(city, tmp_path):
    """Imports a roster, as the operator unless somebody else is named."""
    def bring(content, actor=SYSTEM, **how):
        path = rosters.save(tmp_path / "花名册.xlsx", content, **how)
        return import_roster(path, partial(city.writing, actor))
    return bring


@pytest.fixture
def rehearse(city, tmp_path):
    def rehearse(content, actor=SYSTEM):
        path = rosters.save(tmp_path / "花名册.xlsx", content)
        return rehearse_roster(path, partial(city.reading, actor))
    return rehearse


@pytest.fixture
def count(city):
    def count():
        with city.reading(SYSTEM) as uow:
            return {kind.__name__: uow.session.scalar(select(func.count()).select_from(kind)) for kind in TABLES}
    return count


@pytest.fixture
def terms(city):
    def terms():
        with city.reading(SYSTEM) as uow:
            query = select(Term).order_by(Term.since, Term.person_name)
            return [(term.person_name, term.post, term.since, term.until) for term in uow.session.scalars(query)]
    return terms


def two_projects():
    content = rosters.rows()
    content[PROJECTS].append(project(OTHER, 工程名称="海棠苑二期"))
    content[UNITS].append(unit("01", OTHER))
    content[PARTICIPATIONS] += [firm(place, OTHER) for place in range(5)]
    content[LEADERS] += [leader(place, OTHER) for place in range(5)]
    return content


def faults(report):
    return [(fault.sheet, fault.row, fault.column) for fault in report.findings.errors]


def test_a_roster_goes_in_whole(bring, count, terms):
    report = bring(rosters.rows())
    assert report.findings.errors == []
    assert report.created == WHOLE
    assert count() == {
        "Project": 1, "UnitProject": 2, "Participation": 5, "Term": 5, "Organisation": 5, "Person": 5,
        "Qualification": 5,
    }
    assert ("周建国", "project-manager", date(2024, 3, 1), None) in terms()


def test_firms_and_people_of_two_projects_are_entered_once(bring, count):
    report = bring(two_projects())
    assert report.created == Created(2, 3, 10, 10, 5, 5)
    assert count()["Organisation"] == count()["Person"] == 5


def test_the_same_roster_again_changes_nothing(bring, count, city):
    bring(two_projects())
    before = count()
    with city.reading(SYSTEM) as uow:
        events = uow.session.scalar(select(func.count(LedgerEvent.id)))
    report = bring(two_projects())
    assert report.findings.errors == []
    assert report.created == Created()
    assert count() == before
    with city.reading(SYSTEM) as uow:
        assert uow.session.scalar(select(func.count(LedgerEvent.id))) == events


def test_every_record_is_an_event_of_its_own(bring, city):
    bring(rosters.rows())
    with city.reading(SYSTEM) as uow:
        kinds = dict(uow.session.execute(
            select(LedgerEvent.kind, func.count()).where(LedgerEvent.kind != "standard.published")
            .group_by(LedgerEvent.kind)
        ).all())
    wanted = {
        "organisation.registered": 5, "person.registered": 5, "project.created": 1, "unit-project.created": 2,
        "participation.opened": 5, "term.opened": 5, "qualification.recorded": 5,
    }
    assert {kind: kinds.get(kind) for kind in wanted} == wanted


def test_no_event_tells_an_identity_number_or_a_phone(bring, city):
    bring(rosters.rows())
    with city.reading(SYSTEM) as uow:
        for body in uow.session.scalars(select(LedgerEvent.body)):
            assert citizen(0).encode() not in body
            assert b"13800000000" not in body


def test_a_project_with_a_fault_stays_out_whole_and_the_others_go_in(bring, count):
    content = two_projects()
    content[LEADERS][7] = leader(2, OTHER, 手机号="1")
    report = bring(content)
    assert faults(report) == [(LEADERS, 9, "手机号")]
    assert report.created == WHOLE
    assert count()["Project"] == 1


@pytest.mark.parametrize(("sheet", "column", "row", "changed"), [
    (PROJECTS, "建设地点", 3, lambda text: project(OTHER, 工程名称="海棠苑二期", 建设地点=text)),
    (UNITS, "设计文件依据", 4, lambda text: unit("01", OTHER, 设计文件依据=text)),
    (LEADERS, "注册执业资格", 9, lambda text: leader(2, OTHER, 注册执业资格=text)),
])
@pytest.mark.parametrize("number", ["13812345678", citizen(7)])
def test_a_number_of_somebodys_in_free_text_keeps_its_project_out_and_names_the_cell(
    bring, count, sheet, column, row, changed, number
):
    content = two_projects()
    content[sheet][row - 2] = changed(f"电话 {number}")
    report = bring(content)
    assert faults(report) == [(sheet, row, column)]
    [fault] = report.findings.errors
    assert "不得写入永久存证" in fault.message
    assert number not in fault.message
    assert report.created == WHOLE
    assert count()["Project"] == 1


def test_a_rehearsal_counts_the_same_and_writes_nothing(bring, rehearse, count):
    content = two_projects()
    content[LEADERS][7] = leader(2, OTHER, 手机号="1")
    nothing = count()
    rehearsed = rehearse(content)
    assert count() == nothing
    carried_out = bring(content)
    assert rehearsed.created == carried_out.created
    assert rehearsed.findings == carried_out.findings
    assert rehearse(content).created == Created()


def test_a_file_refused_whole_brings_nothing_and_says_why(city, tmp_path):
    path = tmp_path / "花名册.xlsx"
    path.write_bytes(b"not a workbook")
    report = import_roster(path, partial(city.writing, SYSTEM))
    assert [(fault.sheet, fault.row) for fault in report.findings.errors] == [("", 0)]
    assert report.created == Created()


def test_a_later_roster_ends_a_term_and_brings_the_next(bring, terms):
    bring(rosters.rows())
    content = rosters.rows()
    content[LEADERS][3] = leader(离任日期="2025-06-30")
    content[LEADERS].append(leader(姓名="李后任", 证件号码=citizen(8), 任职日期="2025-06-30"))
    report = bring(content)
    assert report.findings.errors == []
    assert report.created == Created(terms=1, persons=1)
    assert [term for term in terms() if term[1] == "project-manager"] == [
        ("周建国", "project-manager", date(2024, 3, 1), date(2025, 6, 30)),
        ("李后任", "project-manager", date(2025, 6, 30), None),
    ]


def test_an_older_roster_does_not_undo_what_was_ended_since(bring, terms, city):
    bring(rosters.rows())
    with city.writing(SYSTEM) as uow:
        term = uow.session.scalars(select(Term).where(Term.post == "project-manager")).one()
        close_term(uow, term, date(2025, 1, 1), "调离")
    ended = terms()
    assert bring(rosters.rows()).findings.errors == []
    assert terms() == ended


def test_a_later_roster_ends_a_stay_and_the_terms_with_it(bring, terms):
    bring(rosters.rows())
    content = rosters.rows()
    content[PARTICIPATIONS][3] = firm(退场日期="2025-06-30")
    report = bring(content)
    assert report.findings.errors == []
    assert ("周建国", "project-manager", date(2024, 3, 1), date(2025, 6, 30)) in terms()


def test_a_later_roster_fills_blanks(bring, city):
    bring(rosters.rows())
    content = rosters.rows(**{PROJECTS: [project(竣工验收合格日期="2026-01-15")]})
    assert bring(content).findings.errors == []
    with city.reading(SYSTEM) as uow:
        found = uow.session.scalars(select(Project)).one()
        assert found.accepted_on == date(2026, 1, 15)
        assert uow.session.scalar(
            select(func.count(LedgerEvent.id)).where(LedgerEvent.kind == "project.amended")
        ) == 1


@pytest.mark.parametrize(("sheet", "place", "row", "column"), [
    (PROJECTS, 0, project(工程名称="海棠苑改名"), "工程名称"),
    (PROJECTS, 0, project(建筑面积="1"), "建筑面积"),
    (UNITS, 0, unit(设计使用年限="100"), "设计使用年限"),
    (PARTICIPATIONS, 3, firm(单位名称="另一家建设有限公司"), "单位名称"),
    (PARTICIPATIONS, 3, firm(进场日期="2024-02-01"), "进场日期"),
    (PARTICIPATIONS, 3, firm(承担范围="01"), "承担范围"),
    (LEADERS, 3, leader(姓名="周冒名"), "姓名"),
    (LEADERS, 3, leader(任职日期="2024-04-01"), "任职日期"),
    (LEADERS, 3, leader(姓名="李后任", 证件号码=citizen(8), 任职日期="2025-01-01"), "任职日期"),
])
def test_what_is_registered_otherwise_is_a_fault_and_is_never_overwritten(bring, count, sheet, place, row, column):
    bring(rosters.rows())
    before = count()
    content = rosters.rows()
    content[sheet][place] = row
    report = bring(content)
    assert faults(report) == [(sheet, place + 2, column)]
    assert report.created == Created()
    assert count() == before


def test_dates_of_terms_and_stays_that_ended_are_not_moved(bring):
    content = rosters.rows()
    content[PARTICIPATIONS][3] = firm(退场日期="2025-06-30")
    content[LEADERS][3] = leader(离任日期="2025-06-30")
    bring(content)
    content[PARTICIPATIONS][3] = firm(退场日期="2025-07-31")
    content[LEADERS][3] = leader(离任日期="2025-07-31")
    assert faults(bring(content)) == [(PARTICIPATIONS, 5, "退场日期"), (LEADERS, 5, "离任日期")]


@pytest.mark.parametrize(("sheet", "row", "column"), [
    (PARTICIPATIONS, firm(退场日期="2026-12-31"), "退场日期"),
    (LEADERS, leader(离任日期="2026-12-31"), "离任日期"),
])
def test_what_goes_on_is_not_ended_before_its_time(bring, sheet, row, column):
    bring(rosters.rows())
    content = rosters.rows()
    content[sheet][3] = row
    assert (sheet, 5, column) in faults(bring(content))


def test_a_firm_with_another_legal_representative_by_now_keeps_the_one_of_the_day(bring, city):
    bring(rosters.rows())
    content = two_projects()
    content[PARTICIPATIONS][8] = firm(3, OTHER, 法定代表人="钱新法人")
    report = bring(content)
    assert report.findings.errors == []
    assert [remark.column for remark in report.findings.remarks if remark.sheet == PARTICIPATIONS] == ["法定代表人"]
    with city.reading(SYSTEM) as uow:
        names = uow.session.scalars(
            select(Participation.legal_representative).where(Participation.role == "contractor")
            .order_by(Participation.legal_representative)
        ).all()
        assert names == ["赵法人", "钱新法人"]


def test_a_renamed_firm_is_told_apart_from_a_wrong_code(bring, city):
    bring(rosters.rows())
    with city.writing(SYSTEM) as uow:
        found = uow.session.scalars(select(Organisation).where(Organisation.uscc == credit_code(3))).one()
        rename_organisation(uow, found.id, "海城建工有限公司", found.version)
    [fault] = bring(rosters.rows()).findings.errors
    assert "海城建工有限公司" in fault.message


def test_an_officer_imports_the_projects_of_the_own_region_alone(bring, count):
    content = two_projects()
    content[PROJECTS][1]["行政区划代码"] = "410100"
    report = bring(content, OFFICER)
    assert faults(report) == [(PROJECTS, 3, "项目编号")]
    assert report.created == WHOLE


def test_a_filer_imports_the_projects_that_the_own_firm_builds(bring, city):
    other_firm = firm(0, OTHER, 单位名称="别家置业有限公司", 统一社会信用代码=credit_code(70))
    content = two_projects()
    content[PARTICIPATIONS][5] = other_firm
    content[LEADERS][5] = leader(0, OTHER, 统一社会信用代码=credit_code(70))
    bring(rosters.rows())
    with city.reading(SYSTEM) as uow:
        owner = uow.session.scalars(select(Organisation.id).where(Organisation.uscc == credit_code(0))).one()
    filer = Actor(account=uuid4(), person=uuid4(), organisation=owner, roles=frozenset({Role.FIRM_FILER}))
    report = bring(content, filer)
    assert faults(report) == [(PROJECTS, 3, "项目编号")]
    assert report.created == Created()


def test_a_passer_by_imports_nothing(bring, count):
    stranger = Actor(account=uuid4(), person=uuid4(), organisation=uuid4(), roles=frozenset({Role.FIRM_FILER}))
    assert faults(bring(rosters.rows(), stranger)) == [(PROJECTS, 2, "项目编号")]
    assert count()["Project"] == 0


def many_projects(count):
    numbers = [f"37010224030{number:05d}" for number in range(count)]
    return {
        PROJECTS: [project(number) for number in numbers], UNITS: [unit("01", number) for number in numbers],
        PARTICIPATIONS: [firm(0, number) for number in numbers], LEADERS: [leader(0, number) for number in numbers],
    }


def test_more_projects_than_go_in_at_once_go_in_all_the_same(bring, rehearse):
    content = many_projects(230)
    wanted = Created(projects=230, unit_projects=230, participations=230, terms=230, organisations=1, persons=1)
    assert rehearse(content).created == wanted
    assert bring(content).created == wanted
    assert bring(content).created == Created()


def test_when_the_database_refuses_a_hundred_each_is_tried_alone(city, tmp_path, count):
    """Somebody else was quicker with one of them; that one is named, the others go in."""
    opened = []

    @contextmanager
    def acts():
        with city.writing(SYSTEM) as uow:
            yield uow
            opened.append(uow)
            added = uow.session.scalar(select(func.count()).select_from(Project))
            if added > 1 or len(opened) == 4:  # the hundred at first, then the second of them
                raise Conflict

    report = import_roster(rosters.save(tmp_path / "花名册.xlsx", many_projects(2)), acts)
    assert report.created == Created(1, 1, 1, 1, 1, 1)
    assert faults(report) == [(PROJECTS, 3, "项目编号")]
    assert report.taken == count()["Project"] == 1


def test_two_imports_of_one_file_at_once_enter_it_once(committed, tmp_path):
    with committed.writing(SYSTEM) as uow:
        load_defaults(uow)
    path = rosters.save(tmp_path / "花名册.xlsx", two_projects())
    start, reports = Barrier(2), []

    def run():
        start.wait()
        reports.append(import_roster(path, partial(committed.writing, SYSTEM)))

    threads = [Thread(target=run) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [report.findings.errors for report in reports] == [[], []]
    assert sorted(report.created.projects for report in reports) == [0, 2]
    with committed.reading(SYSTEM) as uow:
        assert uow.session.scalar(select(func.count(Term.id))) == 10
