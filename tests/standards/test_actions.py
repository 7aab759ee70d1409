"""Entering editions, and asking what is in force."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from registry.kernel.actor import SYSTEM, Actor, Role
from registry.kernel.errors import Forbidden, NotFound
from registry.kernel.uow import UnitOfWork, Units
from registry.ledger.models import LedgerEvent
from registry.standards import handbook, kinds
from registry.standards.actions import VersionTaken, load_defaults, load_file, publish_edition
from registry.standards.drafts import Draft, shipped
from registry.standards.handbook import NothingInForce
from registry.standards.models import StandardEdition
from registry.standards.periods import Period, PeriodUnit
from registry.standards.reading import Malformed
from registry.standards.rules import NATION, Status
from tests.conftest import NOON

TODAY = NOON.date()
HEAD_OF_JINAN = Actor(account=uuid4(), person=uuid4(), region="370100", roles=frozenset({Role.STATION_HEAD}))
ADMINISTRATOR = Actor(account=uuid4(), person=uuid4(), roles=frozenset({Role.SYSTEM_ADMIN}))
OFFICER = Actor(account=uuid4(), person=uuid4(), region="370100", roles=frozenset({Role.OFFICER}))


@pytest.fixture
def loaded(units: Units) -> Units:
    with units.writing(SYSTEM) as uow:
        load_defaults(uow)
    return units


@pytest.fixture
def reader(loaded: Units) -> Iterator[UnitOfWork]:
    with loaded.reading(OFFICER) as uow:
        yield uow


def clock(days: int | None, **facts: object) -> Draft:
    period = None if days is None else {"amount": days, "unit": "day"}
    draft = Draft(
        kind="change-clock", version="2026-1", effective_from=TODAY, title="变更备案时限", source="地方规定",
        status=Status.LAW, region="370100", content={"period": period},
    )
    return replace(draft, **facts)  # type: ignore[arg-type]  # the facts of a Draft


def test_loading_the_defaults_again_changes_nothing(loaded: Units) -> None:
    with loaded.writing(SYSTEM) as uow:
        assert load_defaults(uow) == []
        assert uow.session.scalar(select(func.count(StandardEdition.id))) == len(shipped())


def test_every_edition_entered_is_an_event_in_the_ledger(loaded: Units) -> None:
    with loaded.reading(SYSTEM) as uow:
        events = select(func.count(LedgerEvent.id)).where(LedgerEvent.kind == "standard.published")
        assert uow.session.scalar(events) == len(shipped())


def test_jinan_sets_five_working_days_where_the_nation_sets_none(reader: UnitOfWork) -> None:
    jinan = handbook.change_clock(reader.session, "370102", TODAY)
    assert jinan.content.period == Period(5, PeriodUnit.WORKING_DAY)
    assert jinan.edition.source == "济建质安站字〔2014〕23号"
    assert handbook.change_clock(reader.session, "370200", TODAY).content.period is None


@pytest.mark.parametrize(
    ("region", "said"),
    [
        ("440106", "竣工验收合格之日起 15 日内设置"),
        ("440300", "交付使用前设置"),
        ("110101", "竣工验收前设置"),
        ("370102", "竣工验收合格后设置（未规定天数）"),
    ],
)
def test_when_the_plaque_must_stand_differs_by_region(reader: UnitOfWork, region: str, said: str) -> None:
    assert str(handbook.plaque_timing(reader.session, region, TODAY).content) == said


def test_hebei_has_more_posts_to_pledge_than_its_neighbour(reader: UnitOfWork) -> None:
    present = {"testing", "drawing-review", "concrete-supplier"}
    hebei, shandong = (
        {post.key for post in handbook.posts(reader.session, region, TODAY) if post.is_demanded(present)}
        for region in ("130102", "370102")
    )
    assert hebei - shandong == {"review-leader", "testing-leader", "concrete-leader"}


def test_a_term_before_2014_was_held_without_a_pledge(reader: UnitOfWork) -> None:
    post = handbook.post(reader.session, "project-manager", "370102", date(2008, 5, 12))
    assert not post.is_demanded({"contractor"})


def test_an_unknown_post_is_refused(reader: UnitOfWork) -> None:
    with pytest.raises(NotFound, match="janitor"):
        handbook.post(reader.session, "janitor", "370102", TODAY)


def test_before_the_first_edition_nothing_is_in_force(reader: UnitOfWork) -> None:
    with pytest.raises(NothingInForce, match="永久性标牌设置时间"):
        handbook.plaque_timing(reader.session, "370102", date(1999, 1, 1))


def test_each_accessor_finds_its_edition(reader: UnitOfWork) -> None:
    session, region = reader.session, "370102"
    assert [role.key for role in handbook.roles(session, region, TODAY)][:2] == ["owner", "survey"]
    assert next(gate.key for gate in handbook.gates(session, region, TODAY)) == "oversight-registration"
    assert handbook.wording(session, "authorisation", region, TODAY).content.title == "法定代表人授权书"
    assert handbook.divisions(session, TODAY).find("0201").name == "混凝土结构"
    assert handbook.plaque_content(session, region, TODAY)[0].key == "owner"
    assert handbook.warranty_rules(session, region, TODAY)[0].key == "infrastructure"
    assert handbook.seasons(session, region, TODAY).heating is None
    assert handbook.seasons(session, "110101", TODAY).heating is not None
    assert handbook.design_lives(session, TODAY)[2].years == 50
    assert handbook.archive_catalogue(session, region, TODAY)[0].code == "A1-01"
    assert handbook.archive_handover(session, "110101", TODAY).content.period == Period(6, PeriodUnit.MONTH)
    assert handbook.responsibility_form(session, region, TODAY)[0].key == "role"
    assert handbook.qualification_kinds(session, TODAY)[0].fits("京111050700001")
    assert handbook.project_categories(session, TODAY)[0].label == "房屋建筑工程"
    assert handbook.structure_kinds(session, TODAY)[0].key == "masonry"
    assert handbook.reveal_reasons(session, region, TODAY)[0].key == "filing"


def test_a_later_edition_governs_from_its_day_and_the_earlier_one_before(loaded: Units) -> None:
    with loaded.writing(HEAD_OF_JINAN) as uow:
        new = publish_edition(uow, clock(10, effective_from=date(2026, 4, 1)))
        before = handbook.change_clock(uow.session, "370102", date(2026, 3, 31))
        after = handbook.change_clock(uow.session, "370102", date(2026, 4, 1))
    assert before.content.period == Period(5, PeriodUnit.WORKING_DAY)
    assert (after.content.period, after.edition.id) == (Period(10, PeriodUnit.DAY), new.id)


def test_what_was_signed_under_an_old_edition_still_reads_it(loaded: Units) -> None:
    with loaded.writing(HEAD_OF_JINAN) as uow:
        old = handbook.change_clock(uow.session, "370100", TODAY).edition
        publish_edition(uow, clock(None))
        assert handbook.change_clock(uow.session, "370100", TODAY).content.period is None
        read = handbook.content_of(uow.session, kinds.CHANGE_CLOCK, old.id)
    assert read.period == Period(5, PeriodUnit.WORKING_DAY)


def test_a_station_head_makes_rules_for_his_own_region_only(loaded: Units) -> None:
    with loaded.writing(HEAD_OF_JINAN) as uow:
        publish_edition(uow, clock(10, region="370102"))
        for elsewhere in ("370000", "370200", NATION):
            with pytest.raises((Forbidden, NotFound)):
                publish_edition(uow, clock(10, region=elsewhere))


def test_the_administrator_makes_rules_for_the_nation_and_an_officer_for_nobody(loaded: Units) -> None:
    with loaded.writing(ADMINISTRATOR) as uow:
        publish_edition(uow, clock(10, region=NATION))
    with loaded.writing(OFFICER) as uow, pytest.raises(Forbidden):
        publish_edition(uow, clock(10))


def test_a_version_is_entered_once(loaded: Units) -> None:
    with loaded.writing(HEAD_OF_JINAN) as uow:
        publish_edition(uow, clock(10))
        with pytest.raises(VersionTaken):
            publish_edition(uow, clock(11))


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"content": {"period": {"amount": "5", "unit": "day"}}}, "amount”应当是整数"),
        ({"content": {"period": {"amount": True, "unit": "day"}}}, "amount”应当是整数"),
        ({"content": {"period": {"amount": 0, "unit": "day"}}}, "期限至少是 1"),
        ({"content": {"period": {"amount": 5, "unit": "week"}}}, "working-day、day、month"),
        ({"content": {"period": None, "days": 5}}, "不认识的字段“days”"),
        ({"content": []}, "应当是一组字段"),
        ({"region": "37"}, "6 位数字"),
        ({"version": " "}, "版本号没有填写"),
        ({"key": "anything"}, "键不正确"),
        ({"kind": "wording", "key": ""}, "键不正确"),
    ],
)
def test_an_edition_its_kind_cannot_read_is_refused_with_the_place(
    loaded: Units, facts: dict[str, object], said: str
) -> None:
    with loaded.writing(ADMINISTRATOR) as uow, pytest.raises(Malformed, match=said):
        publish_edition(uow, clock(5, **facts))


def test_an_edition_of_no_known_kind_is_refused(loaded: Units) -> None:
    with loaded.writing(ADMINISTRATOR) as uow, pytest.raises(NotFound):
        publish_edition(uow, clock(5, kind="speed-limits"))


@pytest.mark.parametrize(
    "statement", ["UPDATE standard_edition SET content = '{}'", "DELETE FROM standard_edition"]
)
def test_the_database_refuses_to_edit_or_remove_an_edition(loaded: Units, statement: str) -> None:
    with pytest.raises(DBAPIError), loaded.writing(SYSTEM) as uow:
        uow.session.execute(text(statement))


def test_an_official_text_comes_in_from_a_file(loaded: Units, tmp_path: Path) -> None:
    file = tmp_path / "official.json"
    file.write_text(
        '[{"kind": "wording", "key": "authorisation", "region": "370100", "version": "2026-1",'
        ' "effective_from": "2026-03-01", "title": "法定代表人授权书", "source": "济南市", "status": "law",'
        ' "content": {"title": "法定代表人授权书", "fields": [], "closing": [],'
        ' "paragraphs": ["兹授权{person}担任{project}的{post}。"]}}]',
        encoding="utf-8",
    )
    with loaded.writing(SYSTEM) as uow:
        [entered] = load_file(uow, file)
        assert handbook.wording(uow.session, "authorisation", "370102", TODAY).edition.id == entered.id
        assert load_file(uow, file) == []
    file.write_text(file.read_text(encoding="utf-8").replace("兹授权", "现授权"), encoding="utf-8")
    with loaded.writing(SYSTEM) as uow, pytest.raises(VersionTaken):
        load_file(uow, file)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "不是 UTF-8 编码的 JSON"),
        ("{}", "应当是一个版本列表"),
        ("[1]", "应当是一个版本列表"),
        ('[{"kind": "seasons"}]', "第 1 个版本的“version”没有填写"),
        ('[{"kind": "seasons", "builds_on": {"version": "9"}, "content": {}}]', "没有所依据的版本"),
    ],
)
def test_a_file_that_is_no_list_of_editions_is_refused(
    loaded: Units, tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "wrong.json"
    file.write_text(text, encoding="utf-8")
    with loaded.writing(SYSTEM) as uow, pytest.raises(Malformed, match=said):
        load_file(uow, file)


def test_of_two_editions_entered_together_the_later_version_stands(reader: UnitOfWork) -> None:
    standing = handbook.in_force(reader.session, kinds.ROLES, "370102", TODAY)
    assert standing.edition.version == "2000-2"
    assert "subcontractor" in {role.key for role in standing.content}
