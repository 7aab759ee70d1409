"""Notices: sent once a day, opened once for good, done by the act they ask for."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from registry.kernel.actor import SYSTEM, Actor, Role
from registry.kernel.errors import Forbidden, NotFound
from registry.kernel.uow import Units
from registry.ledger.models import LedgerEvent
from registry.notices.actions import Message, mark_done, notify, open_notice
from registry.notices.models import Notice
from registry.notices.queries import Folder, inbox, news, unread_count
from registry.parties.models import IdentityKind, Person
from tests.conftest import NOON, Clock

CHASE = Message(
    kind="pledge.to-sign", link="/terms/1/pledge", title="请签署工程质量终身责任承诺书",
    body="和平里小区3号楼", due_on=date(2026, 3, 9),
)


def somebody(units: Units, name: str) -> Actor:
    actor = Actor(account=uuid4(), person=uuid4(), name=name, roles=frozenset({Role.PROJECT_LEADER}))
    with units.writing(SYSTEM) as uow:
        person = Person(id=actor.person, name=name, identity_kind=IdentityKind.CITIZEN, created_at=uow.at)
        person.identity_sealed, person.identity_index, person.identity_mask = b"", uuid4().bytes, "1****X"
        uow.session.add(person)
    return actor


@pytest.fixture
def li(units: Units) -> Actor:
    return somebody(units, "李建国")


@pytest.fixture
def wang(units: Units) -> Actor:
    return somebody(units, "王芳")


def tell(units: Units, actor: Actor, message: Message = CHASE) -> UUID:
    assert actor.person is not None
    with units.writing(SYSTEM) as uow:
        return notify(uow, actor.person, message).id


def test_being_chased_twice_on_one_day_is_one_notice(units: Units, li: Actor, clock: Clock) -> None:
    first = tell(units, li)
    clock.forward(hours=5)
    assert tell(units, li) == first
    clock.forward(days=1)
    assert tell(units, li) != first
    with units.reading(li) as uow:
        assert inbox(uow, Folder.ALL).counts[Folder.ALL] == 2


def test_the_day_is_the_day_in_china(units: Units, li: Actor, clock: Clock) -> None:
    tell(units, li)
    clock.forward(hours=11, minutes=59)  # 23:59 in China, still the same day
    tell(units, li)
    clock.forward(minutes=1)
    tell(units, li)
    with units.reading(li) as uow:
        days = [notice.day for notice in inbox(uow, Folder.ALL).notices]
    assert days == [date(2026, 3, 3), date(2026, 3, 2)]


def test_the_first_opening_is_kept_as_proof_of_service(units: Units, li: Actor, clock: Clock) -> None:
    notice_id = tell(units, li)
    clock.forward(hours=1)
    for _time in range(2):
        with units.writing(li) as uow:
            open_notice(uow, notice_id)
        clock.forward(hours=1)
    with units.reading(li) as uow:
        assert uow.get(Notice, notice_id).opened_at == NOON + timedelta(hours=1)
        opened = select(func.count(LedgerEvent.id)).where(LedgerEvent.kind == "notice.opened")
        assert uow.session.scalar(opened) == 1
        assert unread_count(uow) == 0


def test_nobody_opens_or_sees_the_notice_of_another(units: Units, li: Actor, wang: Actor) -> None:
    notice_id = tell(units, li)
    with units.writing(wang) as uow, pytest.raises(NotFound):
        open_notice(uow, notice_id)
    with units.reading(wang) as uow:
        assert inbox(uow, Folder.ALL).notices == []
        assert unread_count(uow) == 0
    with units.reading(li) as uow:
        assert unread_count(uow) == 1


def test_an_account_of_no_person_has_an_empty_inbox_and_a_stranger_has_none(units: Units) -> None:
    with units.reading(Actor(account=uuid4())) as uow:
        assert unread_count(uow) == 0
        assert inbox(uow, Folder.ALL).notices == []
    with units.reading(Actor()) as uow, pytest.raises(Forbidden):
        inbox(uow, Folder.WAITING)


def test_the_act_that_was_asked_for_ends_every_notice_on_the_matter(
    units: Units, li: Actor, wang: Actor, clock: Clock
) -> None:
    tell(units, li)
    tell(units, wang)
    clock.forward(days=1)
    tell(units, li)
    elsewhere = tell(units, li, Message("pledge.to-sign", "/terms/2/pledge", "另一项"))
    with units.writing(SYSTEM) as uow:
        assert mark_done(uow, CHASE.kind, CHASE.link) == 3
        assert mark_done(uow, CHASE.kind, CHASE.link) == 0
    with units.reading(li) as uow:
        waiting = inbox(uow, Folder.WAITING)
        assert [notice.id for notice in waiting.notices] == [elsewhere]
        assert waiting.counts == {Folder.WAITING: 1, Folder.UNOPENED: 3, Folder.ALL: 3}


def test_a_notice_is_overdue_on_the_day_after_its_last_and_never_once_done(units: Units, li: Actor) -> None:
    notice_id = tell(units, li)
    with units.writing(SYSTEM) as uow:
        notice = uow.get(Notice, notice_id)
        assert not notice.is_overdue(date(2026, 3, 9))
        assert notice.is_overdue(date(2026, 3, 10))
        mark_done(uow, CHASE.kind, CHASE.link)
        uow.session.refresh(notice)
        assert not notice.is_overdue(date(2026, 3, 10))


def test_news_are_unopened_and_recent_or_still_in_time(units: Units, li: Actor, clock: Clock) -> None:
    invited = tell(units, li, Message("completion.called", "/units/1/completion", "竣工验收"))
    chased = tell(units, li)
    opened = tell(units, li, Message("pledge.filed", "/terms/2", "已备案"))
    with units.writing(li) as uow:
        open_notice(uow, opened)
        open_notice(uow, chased)
        assert {notice.id for notice in news(uow, 5)} == {invited, chased}       # there is time to sign until 9 March
    clock.forward(days=31)
    with units.reading(li) as uow:
        assert news(uow, 5) == []
        assert inbox(uow, Folder.WAITING).counts[Folder.WAITING] == 3


def test_the_newest_notices_come_first_page_by_page(units: Units, li: Actor, clock: Clock) -> None:
    for number in range(5):
        tell(units, li, Message("pledge.to-sign", f"/terms/{number}", f"第 {number} 项"))
        clock.forward(minutes=1)
    with units.reading(li) as uow:
        titles = [notice.title for notice in inbox(uow, Folder.ALL, offset=2, size=2).notices]
    assert titles == ["第 2 项", "第 1 项"]


@pytest.mark.parametrize("link", ["https://elsewhere.cn", "//elsewhere.cn", "/\\elsewhere.cn", ""])
def test_a_notice_leads_to_a_page_of_ours(units: Units, li: Actor, link: str) -> None:
    with pytest.raises(DBAPIError):
        tell(units, li, Message("pledge.to-sign", link, "请签署"))


def test_the_moment_of_service_cannot_be_changed(units: Units, li: Actor) -> None:
    notice_id = tell(units, li)
    with units.writing(li) as uow:
        open_notice(uow, notice_id)
    later = update(Notice).where(Notice.id == notice_id).values(opened_at=NOON + timedelta(days=1))
    with pytest.raises(DBAPIError), units.writing(SYSTEM) as uow:
        uow.session.execute(later)
