from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from registry.accounts.proof import WrongCode
from registry.documents.models import Document
from registry.kernel.actor import SYSTEM
from registry.kernel.errors import Forbidden, Invalid, NotFound
from registry.ledger.models import LedgerEvent
from registry.parties.actions import add_qualification, change_legal_representative
from registry.parties.entering import QualificationFacts
from registry.parties.models import Organisation, Person, RevealLog
from registry.pledges.actions import (
    AlreadySigned,
    NotTheRepresentative,
    Signing,
    chase,
    read_paper,
    return_pair,
    sign_authorisation,
    sign_pledge,
)
from registry.pledges.filing import AlreadyFiled, NotComplete, file_pair, file_pairs, file_project
from registry.pledges.models import Filing, Pledge
from registry.pledges.queries import board
from registry.pledges.rules import PairState
from registry.projects.actions import TermFacts
from registry.projects.correcting import correct_term
from tests import build

pytestmark = pytest.mark.usefixtures("law")


@pytest.fixture
def site(units):
    return build.site(units)


def pledge_by(site, role="contractor", steps=0):
    with site.units.writing(site.leaders[role]) as uow:
        return sign_pledge(uow, site.terms[role], build.signing(site.units, steps))


def state(site, role="contractor"):
    with site.units.reading(site.officer) as uow:
        return board(uow, site.project).place_of(site.terms[role]).seat.state


def test_a_signed_pledge_is_printed_kept_and_entered_in_the_ledger(site, units):
    pledge = pledge_by(site)
    with units.reading(site.officer) as uow:
        paper = uow.get(Document, pledge.document_sha256)
        [event] = uow.session.scalars(select(LedgerEvent).where(LedgerEvent.subject_id == pledge.id))
    assert paper.media_type == "application/pdf"
    assert pledge.document_sha256.encode() in event.body
    assert pledge.wording_sha256.encode() in event.body


def test_the_ledger_never_holds_an_identity_number(site, units):
    pledge = pledge_by(site)
    with units.reading(site.officer) as uow:
        person = pledge.signed_by_id
        bodies = b"".join(uow.session.scalars(select(LedgerEvent.body)))
        sealed = uow.get(Person, person)
        number = uow.tools.vault.open(sealed.identity_sealed, f"person/identity/{person}")
    assert number.encode() not in bodies


def test_a_pledge_cannot_be_signed_twice(site, clock):
    pledge_by(site)
    clock.forward(minutes=1)
    with pytest.raises(AlreadySigned):
        pledge_by(site)


def test_nobody_can_sign_for_another(site, units):
    with pytest.raises(Forbidden), units.writing(site.leaders["owner"]) as uow:
        sign_pledge(uow, site.terms["contractor"], build.signing(units))


def test_a_leader_of_another_project_does_not_even_find_the_term(site, units):
    other = build.site(units)
    with pytest.raises(NotFound), units.writing(other.leaders["contractor"]) as uow:
        sign_pledge(uow, site.terms["contractor"], build.signing(units))


def test_a_wrong_code_signs_nothing(site, units):
    with pytest.raises(WrongCode), units.writing(site.leaders["contractor"]) as uow:
        sign_pledge(uow, site.terms["contractor"], Signing("000000", build.DRAWING))
    assert state(site) is PairState.UNSIGNED


def test_signing_needs_a_drawn_name_or_the_own_name_typed(site, units):
    term = site.terms["contractor"]
    with pytest.raises(Invalid, match="手写签名"), units.writing(site.leaders["contractor"]) as uow:
        sign_pledge(uow, term, Signing(build.code(units)))
    with pytest.raises(Invalid, match="完全一致"), units.writing(site.leaders["contractor"]) as uow:
        sign_pledge(uow, term, Signing(build.code(units), typed_name="张三"))
    with units.writing(site.leaders["contractor"]) as uow:
        assert sign_pledge(uow, term, Signing(build.code(units), typed_name="李建国")).evidence["hand"] == "typed"


def test_only_the_own_legal_representative_authorises(site, units):
    with pytest.raises(Forbidden), units.writing(site.representatives["owner"]) as uow:
        sign_authorisation(uow, site.terms["contractor"], build.signing(units))


def test_a_pair_is_complete_only_with_the_authorisation(site, units):
    pledge_by(site)
    assert state(site) is PairState.PLEDGED
    with pytest.raises(NotComplete), units.writing(site.officer) as uow:
        file_pair(uow, site.terms["contractor"])
    with units.writing(site.representatives["contractor"]) as uow:
        sign_authorisation(uow, site.terms["contractor"], build.signing(units))
    assert state(site) is PairState.COMPLETE


def test_filing_gives_a_number_without_gaps(site, units):
    numbers = []
    for role in ("owner", "contractor"):
        build.sign_both(site, role)
        build.file(site, role)
    with units.reading(site.officer) as uow:
        numbers = list(uow.session.scalars(select(Filing.number).order_by(Filing.sequence)))
    assert numbers == ["ZR-370102-2026-00001", "ZR-370102-2026-00002"]


def test_the_complete_pairs_of_a_project_are_filed_in_one_act(site, units):
    for role in ("owner", "contractor"):
        build.sign_both(site, role)
    pledge_by(site, "survey")  # without an authorisation: not complete
    with units.writing(site.officer) as uow:
        filings = file_project(uow, site.project)
    assert [filing.sequence for filing in filings] == [1, 2]
    assert {filing.term_id for filing in filings} == {site.terms["owner"], site.terms["contractor"]}
    with units.reading(site.officer) as uow:
        events = uow.session.scalars(select(LedgerEvent).where(LedgerEvent.kind == "pledge.filed")).all()
    assert {event.subject_id for event in events} == {filing.id for filing in filings}


def test_nothing_complete_is_said_and_nothing_filed(site, units):
    with pytest.raises(NotComplete, match="没有齐备"), units.writing(site.officer) as uow:
        file_project(uow, site.project)


def test_pairs_are_filed_all_or_none(site, units):
    build.sign_both(site, "owner")
    with pytest.raises(NotComplete), units.writing(site.officer) as uow:
        file_pairs(uow, [site.terms["owner"], site.terms["contractor"]])
    assert state(site, "owner") is PairState.COMPLETE


def test_a_pair_is_filed_once(site, units):
    build.sign_both(site, "contractor")
    build.file(site, "contractor")
    with pytest.raises(AlreadyFiled):
        build.file(site, "contractor")


def test_only_the_station_files(site, units):
    build.sign_both(site, "contractor")
    with pytest.raises(Forbidden), units.writing(site.filer) as uow:
        file_pair(uow, site.terms["contractor"])


def test_a_returned_pair_is_signed_again_and_the_old_papers_stay(site, units, clock):
    build.sign_both(site, "contractor")
    with units.writing(site.officer) as uow:
        return_pair(uow, site.terms["contractor"], "注册执业证号与证书不符")
    assert state(site) is PairState.UNSIGNED
    clock.forward(minutes=1)
    build.sign_both(site, "contractor")
    with units.reading(site.officer) as uow:
        papers = uow.session.scalars(select(Pledge).where(Pledge.term_id == site.terms["contractor"])).all()
    assert sorted(paper.withdrawn_at is None for paper in papers) == [False, True]


def test_a_pledge_signed_after_construction_began_is_marked_late(units):
    site = build.site(units, started_on=date(2026, 2, 1))
    assert pledge_by(site).late


def test_a_signed_pledge_refuses_update_and_delete_in_the_database(site, units):
    pledge = pledge_by(site)
    for statement in ("UPDATE pledge SET signed_on = '2020-01-01'", "DELETE FROM pledge", "UPDATE pledge SET late = true"):
        with pytest.raises(DBAPIError, match="pledge"), units.writing(site.officer) as uow:
            uow.session.connection().exec_driver_sql(f"{statement} WHERE id = '{pledge.id}'")


def test_chasing_tells_the_leader_and_the_legal_representative(site, units):
    with units.writing(site.filer) as uow:
        chased = chase(uow, site.terms["contractor"])
    assert (chased.reminded, chased.without_account) == (2, ())


def test_five_filed_pairs_open_the_gate(units):
    site = build.filed_site(units)
    with units.reading(site.officer) as uow:
        seats = board(uow, site.project)
    assert seats.done == (5, 5)
    assert seats.open


def test_the_gate_names_every_reason_and_who_must_act(site, units):
    build.sign_both(site, "owner")
    with units.reading(site.officer) as uow:
        reasons = {(o.seat.post, o.actor) for o in board(uow, site.project).obstacles}
    assert ("owner-leader", "station") in reasons
    assert {("project-manager", "legal-representative"), ("project-manager", "leader")} <= reasons
    assert len(reasons) == 1 + 4 * 2


def test_the_same_missing_pairs_shut_the_permit_and_the_completion_filing(site, units):
    with units.reading(site.officer) as uow:
        gates = board(uow, site.project).gates
    assert [state.gate.key for state in gates] == ["oversight-registration", "construction-permit", "completion-filing"]
    assert all(state.obstacles for state in gates)


def test_only_todays_registered_representative_authorises(site, units):
    with units.writing(SYSTEM) as uow:
        firm = uow.get(Organisation, site.representatives["contractor"].organisation)
        change_legal_representative(uow, firm.id, "新任法人", firm.version)
    with pytest.raises(NotTheRepresentative, match="新任法人"), units.writing(site.representatives["contractor"]) as uow:
        sign_authorisation(uow, site.terms["contractor"], build.signing(units))


def test_who_takes_office_after_the_start_is_not_late_by_that(units):
    site = build.site(units, started_on=date(2026, 3, 2))
    assert not pledge_by(site).late


def test_another_party_of_the_project_cannot_read_the_paper_with_its_identity_number(site, units):
    pledge = pledge_by(site)
    with pytest.raises(Forbidden), units.writing(site.leaders["design"]) as uow:
        read_paper(uow, "pledge", pledge.id)


def test_reading_a_paper_leaves_a_trace_unless_it_is_ones_own(site, units):
    pledge = pledge_by(site)
    with units.writing(site.leaders["contractor"]) as uow:
        read_paper(uow, "pledge", pledge.id)
    with units.writing(site.officer) as uow:
        assert read_paper(uow, "pledge", pledge.id).media_type == "application/pdf"
    with units.reading(site.officer) as uow:
        looks = uow.session.scalars(select(RevealLog)).all()
    assert [look.account_id for look in looks] == [site.officer.account]


def test_a_single_wrong_paper_can_be_returned(site, units):
    with units.writing(site.representatives["contractor"]) as uow:
        sign_authorisation(uow, site.terms["contractor"], build.signing(units))
    with units.writing(site.officer) as uow:
        returned = return_pair(uow, site.terms["contractor"], "授权书姓名有误")
    assert returned.pledge_id is None
    assert state(site) is PairState.UNSIGNED


def test_a_post_that_demands_a_registration_is_not_filed_without_one(site, units):
    with units.writing(site.officer) as uow:
        right = correct_term(uow, site.terms["contractor"], TermFacts(
            site.leaders["contractor"].person, "project-manager", date(2026, 3, 10)), "补录")
    site.terms["contractor"] = right.id
    build.sign_both(site, "contractor")
    with pytest.raises(NotComplete, match="注册执业"):
        build.file(site, "contractor")


def test_a_registration_that_has_run_out_is_not_filed(site, units):
    build.sign_both(site, "contractor")
    term = build.term_of(site, "contractor")
    with units.writing(SYSTEM) as uow:
        add_qualification(uow, term.person_id, QualificationFacts(
            term.qualification_kind, term.qualification_number, valid_until=date(2026, 1, 1)))
    with pytest.raises(NotComplete, match="有效期"):
        build.file(site, "contractor")


def test_a_long_project_number_can_be_signed_for(units):
    site = build.site(units, number="X" * 60)
    assert pledge_by(site).number.startswith("CN-XXX")
