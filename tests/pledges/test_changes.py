from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from registry.documents.models import Document
from registry.kernel.errors import Forbidden, Invalid
from registry.ledger.models import LedgerEvent
from registry.parties.models import Person
from registry.pledges.actions import sign_pledge
from registry.pledges.changes import Newcomer, hand_over
from registry.pledges.models import ChangeOfLeader
from registry.pledges.queries import board
from registry.pledges.rules import PairState
from registry.projects.actions import AlreadyEnded
from registry.projects.models import Term
from tests import build

pytestmark = pytest.mark.usefixtures("law")
TODAY = date(2026, 3, 2)


@pytest.fixture
def site(units):
    return build.site(units, started_on=date(2026, 1, 5))


def newcomer(**other):
    given = Newcomer(
        "郑接任", "citizen", build.identity(), "", "一级注册建造师", "鲁1370000000001", TODAY, "工作调动", "变〔2026〕1号",
    )
    return replace(given, **other)


def change(site, actor=None, **other):
    with site.units.writing(actor or site.officer) as uow:
        return hand_over(uow, site.terms["contractor"], newcomer(**other))


def test_a_change_ends_the_old_term_and_begins_the_new_on_the_same_day(site, units):
    made = change(site)
    with units.reading(site.officer) as uow:
        old, new = uow.get(Term, made.outgoing_term_id), uow.get(Term, made.incoming_term_id)
    assert (old.until, old.ended_reason) == (TODAY, "工作调动")
    assert (new.since, new.until, new.person_name) == (TODAY, None, "郑接任")


def test_the_successor_needs_a_new_pair_and_the_old_pledge_stays(site, units):
    build.sign_both(site, "contractor")
    build.file(site, "contractor")
    made = change(site)
    with units.reading(site.officer) as uow:
        seats = board(uow, site.project)
    assert seats.place_of(made.incoming_term_id).seat.state is PairState.UNSIGNED
    with units.reading(site.officer) as uow:
        pledges = uow.session.scalars(select(LedgerEvent.kind).where(LedgerEvent.kind == "pledge.signed")).all()
    assert len(pledges) == 1


def test_the_hand_over_statement_is_printed_and_kept(site, units):
    made = change(site)
    with units.reading(site.officer) as uow:
        assert uow.get(Document, made.document_sha256).size > 10_000


def test_jinan_gives_five_working_days_to_file_again(site):
    assert change(site).refile_by == date(2026, 3, 9)



def test_a_change_cannot_lie_in_the_future_or_before_the_term(site):
    with pytest.raises(Invalid, match="不得晚于今天"):
        change(site, effective_on=date(2026, 3, 3))
    with pytest.raises(Invalid, match="不得早于原任职日期"):
        change(site, effective_on=date(2025, 12, 31))


def test_one_cannot_take_over_from_oneself(site, units):
    with units.reading(site.officer) as uow:
        person = uow.get(Person, uow.get(Term, site.terms["contractor"]).person_id)
        number = uow.tools.vault.open(person.identity_sealed, f"person/identity/{person.id}")
    with pytest.raises(Invalid, match="本人"):
        change(site, name="李建国", identity_number=number)


def test_who_shows_no_qualification_where_the_post_demands_one_cannot_succeed(site):
    for missing in ("qualification_kind", "qualification_number"):
        with pytest.raises(Invalid, match="注册执业资格") as refused:
            change(site, **{missing: ""})
        assert refused.value.field == missing


def test_a_term_hands_over_once(site):
    change(site)
    with pytest.raises(AlreadyEnded):
        change(site, identity_number=build.identity(), name="王再任")


def test_another_firm_of_the_project_cannot_change_the_leader(site):
    with pytest.raises(Forbidden):
        change(site, site.leaders["design"])


def test_the_successors_signature_is_late_once_the_clock_has_run_out(site, units, clock):
    number = build.identity()
    made = change(site, identity_number=number)
    with units.reading(site.officer) as uow:
        person = uow.get(Term, made.incoming_term_id).person_id
    leader = build.signed_in(
        units, "newleader", "郑接任", site.leaders["contractor"].organisation, person, build.Role.PROJECT_LEADER)
    clock.forward(days=8)
    with units.writing(leader) as uow:
        assert sign_pledge(uow, made.incoming_term_id, build.signing(units)).late


def test_every_change_is_an_event(site, units):
    change(site)
    with units.reading(site.officer) as uow:
        kinds = set(uow.session.scalars(select(LedgerEvent.kind)))
        assert uow.session.scalars(select(ChangeOfLeader)).one()
    assert {"term.ended", "term.opened", "leader.changed"} <= kinds
