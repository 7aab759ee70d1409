"""The answer to the one question, from the register as it stands: by action, page and command line."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from registry.defects.actions import report_trace
from registry.defects.models import TraceReport
from registry.defects.queries import Question, answer, trace_report
from registry.documents.queries import content
from registry.kernel.actor import SYSTEM, Role
from registry.kernel.errors import Invalid, NotFound
from registry.ledger.models import LedgerEvent
from registry.parties.actions import StatusChange, change_organisation_status
from registry.parties.models import Organisation, OrganisationStatus, Person
from registry.pledges.changes import Newcomer, hand_over
from registry.projects.actions import FirmFacts, TermFacts, accept_unit, add_part_below, admit_firm, open_term
from registry.projects.models import Participation, Project
from registry.standards.trace_order import Cause
from tests import build as house
from tests.accounts.visiting import application
from tests.adapters.reading import text_of
from tests.law import abolish_post
from tests.parties import build as parties

BEGUN = house.STARTED
CHANGED = date(2026, 6, 1)


@pytest.fixture
def later(site, clock):
    """Half a year on, the contractor's leader has handed over."""
    clock.forward(days=180)
    with site.units.writing(site.officer) as uow:
        hand_over(uow, site.terms["contractor"], Newcomer(
            "郑接任", "citizen", house.identity(), "", "一级注册建造师", "鲁1370000000001", CHANGED, "工作调动", "变〔2026〕1号",
        ))
    return site


def ask(site, done_on, actor=None, **more):
    with site.units.reading(actor or site.officer) as uow:
        return answer(uow, Question(site.project, done_on, **more))


def names(found):
    return [person.term.person_name for person in found.persons]


def test_on_the_day_of_change_both_answer_and_the_newcomer_first(later):
    assert names(ask(later, CHANGED))[:2] == ["郑接任", "李建国"]
    assert all(person.boundary for person in ask(later, CHANGED).persons[:2])


def test_before_the_change_the_old_leader_answers_and_after_it_the_new_one(later):
    assert names(ask(later, CHANGED - timedelta(days=1)))[0] == "李建国"
    assert names(ask(later, CHANGED + timedelta(days=1)))[0] == "郑接任"


def test_the_answer_comes_with_pledge_filing_and_the_change_that_led_to_it(later):
    [newcomer, gone, *_others] = ask(later, CHANGED).persons
    assert gone.papers.filing.number.startswith("ZR-370102-2026-")
    assert newcomer.papers.pledge is None
    assert newcomer.change_in.outgoing_term_id == gone.term.id == gone.change_out.outgoing_term_id


def test_that_nobody_was_in_office_is_an_answer(later):
    found = ask(later, date(2020, 1, 1))
    assert found.persons == []
    assert found.first_day == BEGUN


def test_a_wrong_unit_or_part_is_refused_with_what_would_be_right(site):
    with pytest.raises(Invalid, match="没有编号为 09 的单位工程") as refused:
        ask(site, BEGUN, unit="09")
    assert refused.value.remedy == "可选：01、02。"
    with pytest.raises(Invalid, match="没有编码为 9999 的部位"):
        ask(site, BEGUN, part="9999")


def test_a_part_of_the_units_own_tree_is_found_below_its_place_in_the_catalogue(site):
    with site.units.writing(site.officer) as uow:
        add_part_below(uow, site.unit, "A-12", "3 层 12 轴梁", "axis", "0201")
    found = ask(site, BEGUN, unit="01", part="A-12")
    assert [node.code for node in found.path] == ["02", "0201", "A-12"]
    with pytest.raises(Invalid):
        ask(site, BEGUN, unit="02", part="A-12")


def test_a_storey_of_the_units_own_in_the_ground_asks_the_survey_first(site):
    with site.units.writing(site.officer) as uow:
        add_part_below(uow, site.unit, "B1", "基坑", "item", "0102")
    roles = [person.participation.role for person in ask(site, BEGUN, unit="01", part="B1").persons]
    assert roles == ["contractor", "supervision", "survey", "design", "owner"]


@pytest.fixture
def shared(site):
    """A second contractor took on building 2 alone."""
    firm = parties.organisation(site.units, "泉城安装公司")
    person = parties.person(site.units, "吴二建", house.identity())
    with site.units.writing(site.officer) as uow:
        admitted = admit_firm(uow, site.project, FirmFacts(firm.id, "contractor", BEGUN, units=("02",)))
    with site.units.writing(site.officer) as uow:
        open_term(uow, admitted.id, TermFacts(person.id, "project-manager", BEGUN))
    return site


def test_a_firm_answers_for_the_units_it_took_on_alone(shared):
    assert "吴二建" not in names(ask(shared, BEGUN, unit="01"))
    assert "吴二建" in names(ask(shared, BEGUN, unit="02"))
    assert "吴二建" in names(ask(shared, BEGUN))


def test_a_firm_that_is_no_more_is_shown_with_its_successor(site):
    heir = parties.organisation(site.units, "新三建集团有限公司")
    with site.units.writing(SYSTEM) as uow:
        firm = uow.session.scalars(select(Organisation).join(Participation).where(
            Participation.project_id == site.project, Participation.role == "contractor")).one()
        merger = StatusChange(OrganisationStatus.MERGED, uow.today, "合并公告", heir.uscc)
        change_organisation_status(uow, firm.id, merger, firm.version)
    [first, *_others] = ask(site, BEGUN).persons
    assert (first.organisation.status, first.successor.name) == (OrganisationStatus.MERGED, "新三建集团有限公司")


@pytest.mark.parametrize(("status", "words"), [
    (OrganisationStatus.DEREGISTERED, "单位现状：注销"), (OrganisationStatus.MERGED, "单位现状：合并"),
])
def test_the_page_says_what_became_of_a_firm(site, visit, status, words):
    heir = parties.organisation(site.units, "新三建集团有限公司")
    with site.units.writing(SYSTEM) as uow:
        firm = uow.session.scalars(select(Organisation).join(Participation).where(
            Participation.project_id == site.project, Participation.role == "contractor")).one()
        successor = heir.uscc if status is OrganisationStatus.MERGED else ""
        change_organisation_status(uow, firm.id, StatusChange(status, uow.today, "公告", successor), firm.version)
    said = visit(site.officer).get(f"/projects/{site.project}/trace?on={BEGUN}")
    assert said.status_code == 200
    assert words in said.text
    assert ("由新三建集团有限公司承继" in said.text) == bool(successor)


def test_a_post_abolished_since_is_still_called_what_it_was_called(later, visit):
    abolish_post(later.units, "project-manager", CHANGED + timedelta(days=1))
    [first, *_others] = ask(later, BEGUN).persons
    assert (first.term.person_name, first.post.label) == ("李建国", "施工单位项目经理")
    said = visit(later.officer).get(f"/projects/{later.project}/trace?on={BEGUN}")
    assert said.status_code == 200
    assert said.text.count("施工单位项目经理") >= 2   # in the answer and along the years


def test_asked_about_one_unit_the_end_of_life_is_that_units(site, clock):
    clock.forward(days=400)
    with site.units.writing(site.officer) as uow:
        accept_unit(uow, site.unit, date(2027, 3, 1))
    assert ask(site, BEGUN).persons[0].life_ends_on is None          # building 2 is not accepted yet
    assert ask(site, BEGUN, unit="01").persons[0].life_ends_on == date(2077, 3, 1)


def test_a_part_of_ones_own_at_the_top_is_no_foundation_whatever_its_code(site):
    with site.units.writing(site.officer) as uow:
        add_part_below(uow, site.unit, "01-A", "门卫室", "room", "")
    roles = [person.participation.role for person in ask(site, BEGUN, unit="01", part="01-A").persons]
    assert roles == ["contractor", "supervision", "design", "survey", "owner"]


def test_the_order_shown_follows_the_cause(site, visit):
    assert ask(site, BEGUN, cause=Cause.DESIGN).order == ["设计单位", "建设单位", "勘察单位", "施工单位", "监理单位"]
    page = f"/projects/{site.project}/trace"
    officer = visit(site.officer)
    said = officer.get(f"{page}?on={BEGUN}&cause=design").text
    assert "成因：设计）：设计单位、建设单位、勘察单位、施工单位、监理单位" in said
    assert '<option selected value="design">' in said
    assert "cause=design" in said[:said.index("成因：设计）")]       # the way to another unit keeps the cause


def test_the_project_of_another_firm_is_not_found(site, units):
    stranger = house.signed_in(units, "stranger", "外人", parties.organisation(units).id, None, Role.FIRM_FILER)
    with pytest.raises(NotFound):
        ask(site, BEGUN, stranger)


def report(site, purpose="3 单元渗漏投诉调查", actor=None):
    with site.units.writing(actor or site.officer) as uow:
        return report_trace(uow, Question(site.project, CHANGED, "01", "0201", Cause.WORKMANSHIP), purpose)


def test_a_report_is_printed_kept_and_entered_in_the_ledger_with_its_purpose(later, units):
    made = report(later)
    with units.reading(later.officer) as uow:
        event = uow.session.scalars(select(LedgerEvent).where(LedgerEvent.subject_id == made.id)).one()
        with content(uow, trace_report(uow, made.id).sha256) as stream:
            paper = text_of(stream.read())
    assert event.kind == "trace.reported"
    assert made.document_sha256.encode() in event.body
    assert b'"order_edition"' in event.body
    assert "各方的排列依标准手册“责任追溯的排列次序”（1）" in paper
    assert "3单元渗漏投诉调查" in paper
    assert paper.index("郑接任") < paper.index("李建国")


def test_a_report_says_what_it_is_for(site):
    with pytest.raises(Invalid, match="用途"):
        report(site, "  ")


def test_a_report_once_made_is_never_changed(site, units):
    made = report(site)
    with pytest.raises(DBAPIError, match="trace_report"), units.writing(SYSTEM) as uow:
        uow.get(TraceReport, made.id).purpose = "别的用途"


def test_the_page_answers_in_one_address_that_can_be_sent_on(later, visit):
    said = visit(later.officer).get(f"/projects/{later.project}/trace?on={CHANGED}&unit=01&part=0201").text
    answers = said[said.index('class="answers"'):]
    assert answers.index("郑接任") < answers.index("李建国")
    assert "主体结构" in said
    assert "当日为任期首日或末日" in said


def test_the_page_says_that_nobody_was_in_office_and_from_when_the_register_begins(later, visit):
    said = visit(later.officer).get(f"/projects/{later.project}/trace?on=2020-01-01").text
    assert "登记中当日无人在任" in said
    assert "自 2026年3月10日 起" in said


def test_the_page_refuses_a_day_a_unit_or_a_part_that_is_none(later, visit):
    officer = visit(later.officer)
    for asked, sentence in (
        ("on=2026-02-30", "日期"), ("on=2026-06-01&unit=09", "没有编号为 09 的单位工程"),
        ("on=2026-06-01&part=9999", "没有编码为 9999 的部位"),
    ):
        answered = officer.get(f"/projects/{later.project}/trace?{asked}")
        assert answered.status_code == 422
        assert sentence in answered.text


def test_a_report_is_made_on_the_page_and_read_there(later, visit):
    officer = visit(later.officer)
    page = f"/projects/{later.project}/trace"
    fields = {"on": str(CHANGED), "unit": "01", "part": "0201", "cause": "unknown", "purpose": "渗漏"}
    assert officer.post(page, fields | {"purpose": ""}, at=f"{page}?on={CHANGED}").status_code == 422
    made = officer.post(page, fields, at=f"{page}?on={CHANGED}")
    assert made.status_code == 303
    assert officer.get(made.location).data.startswith(b"%PDF")


@pytest.fixture
def trace(later, units):
    """Run `flask trace` and return (exit code, what was said, what was complained)."""
    app = application(units)
    with units.reading(SYSTEM) as uow:
        number = uow.get(Project, later.project).number

    def run(*words, project=number):
        said = app.test_cli_runner().invoke(args=["trace", project, *words])
        return said.exit_code, said.stdout, said.stderr

    return run


def test_the_command_line_answers_in_json(trace):
    code, said, _complaint = trace("--unit", "01", "--part", "0201", "--on", str(CHANGED), "--json")
    told = json.loads(said)
    assert code == 0
    assert [(person["name"], person["from"], person["to"]) for person in told["persons"][:2]] == [
        ("郑接任", "2026-06-01", None), ("李建国", "2026-03-10", "2026-06-01")]
    assert told["persons"][1]["pledge"]["filing_number"].startswith("ZR-370102-2026-")
    assert told["persons"][0]["pledge"] is None
    assert told["part"]["path"] == ["主体结构", "混凝土结构"]


def test_the_command_line_answers_in_words_that_nobody_was_in_office(trace):
    code, said, _complaint = trace("--on", "2020-01-01")
    assert code == 0
    assert "2020-01-01 无人在任" in said
    code, said, _complaint = trace("--on", "2020-01-01", "--json")
    assert (code, json.loads(said)["persons"]) == (0, [])
    assert "李建国" in trace("--on", "2026-05-31")[1]


def test_a_wrong_question_ends_the_command_with_2_and_a_sentence(trace):
    assert trace("--on", "2026-06-01", "--unit", "09")[::2] == (2, "本项目没有编号为 09 的单位工程。\n可选：01、02。\n")
    code, _said, complaint = trace("--on", "2026-06-01", project="没有这个项目")
    assert (code, complaint) == (2, "没有编号为 没有这个项目 的项目。\n")


def test_no_identity_number_leaves_by_the_command_line(trace, units):
    with units.reading(SYSTEM) as uow:
        people = uow.session.scalars(select(Person)).all()
        numbers = [uow.tools.vault.open(one.identity_sealed, f"person/identity/{one.id}") for one in people]
    said = trace("--on", "2026-06-01", "--json")[1]
    assert not [number for number in numbers if number in said]


