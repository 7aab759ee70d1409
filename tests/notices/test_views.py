"""The inbox in a browser."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from registry.kernel.actor import NOBODY, SYSTEM, Actor, Role
from registry.kernel.uow import Units
from registry.notices.actions import Message, mark_done, notify
from registry.notices.views import bp
from registry.parties.models import IdentityKind, Person
from tests.conftest import Clock
from tests.standards.frame import Visit, visiting

TO_SIGN = Message(
    kind="pledge.to-sign", link="/terms/1/pledge", title="请签署工程质量终身责任承诺书",
    body="和平里小区3号楼", due_on=date(2026, 3, 9),
)


@pytest.fixture
def visit(units: Units) -> Visit:
    return visiting(units, bp)


@pytest.fixture
def li(units: Units) -> Actor:
    actor = Actor(account=uuid4(), person=uuid4(), name="李建国", roles=frozenset({Role.PROJECT_LEADER}))
    with units.writing(SYSTEM) as uow:
        person = Person(id=actor.person, name="李建国", identity_kind=IdentityKind.CITIZEN, created_at=uow.at)
        person.identity_sealed, person.identity_index, person.identity_mask = b"", uuid4().bytes, "1****X"
        uow.session.add(person)
    return actor


@pytest.fixture
def notice_id(units: Units, li: Actor) -> UUID:
    assert li.person is not None
    with units.writing(SYSTEM) as uow:
        return notify(uow, li.person, TO_SIGN).id


def test_an_empty_inbox_says_what_it_is_for(visit: Visit, li: Actor) -> None:
    assert "需要您办理的事项会出现在这里" in visit(li).get("/notices").text


def test_a_notice_shows_what_is_due_and_leads_to_where_it_is_done(
    visit: Visit, li: Actor, notice_id: UUID
) -> None:
    client = visit(li)
    text = client.get("/notices").text
    assert "请签署工程质量终身责任承诺书" in text
    assert "2026年3月9日" in text
    assert "未读" in text
    answer = client.post(f"/notices/{notice_id}/open")
    assert (answer.status_code, answer.location) == (303, "/terms/1/pledge")
    assert "已读，待办" in client.get("/notices").text


@pytest.mark.usefixtures("notice_id")
def test_an_overdue_notice_says_so(visit: Visit, li: Actor, clock: Clock) -> None:
    clock.forward(days=8)
    assert "已逾期 2026-03-09" in visit(li).get("/notices").text


@pytest.mark.usefixtures("notice_id")
def test_a_notice_that_is_done_leaves_the_waiting_ones(visit: Visit, units: Units, li: Actor) -> None:
    with units.writing(SYSTEM) as uow:
        mark_done(uow, TO_SIGN.kind, TO_SIGN.link)
    client = visit(li)
    assert "这里没有通知" in client.get("/notices?folder=nonsense").text
    assert "已办结" in client.get("/notices?folder=all").text


def test_an_account_that_stands_for_nobody_in_person_is_told_so(visit: Visit) -> None:
    answer = visit(Actor(account=uuid4(), name="站长", region="370100", roles=frozenset({Role.STATION_HEAD}))).get("/notices")
    assert answer.status_code == 200
    assert "此账户不会收到通知" in answer.text


def test_another_persons_notice_is_not_found_and_a_stranger_is_sent_to_sign_in(
    visit: Visit, notice_id: UUID
) -> None:
    wang = Actor(account=uuid4(), person=uuid4(), name="王芳")
    assert visit(wang).post(f"/notices/{notice_id}/open").status_code == 404
    answer = visit(NOBODY).post(f"/notices/{notice_id}/open")
    assert answer.status_code == 303
    assert "accounts.sign_in" in answer.location
