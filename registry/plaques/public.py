"""The page behind the QR code, and the proof that goes with it: what anybody with the code in hand may ask."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy import select

from registry import policy
from registry.kernel.actor import SYSTEM
from registry.kernel.codes import is_code, normalised
from registry.kernel.errors import NotFound
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork, day_in_china
from registry.ledger.models import LedgerEvent
from registry.ledger.queries import inclusion_proof
from registry.plaques.actions import filed_lines, line_of, project_facts, stands_for, unit_facts
from registry.plaques.history import Change, changes_of
from registry.plaques.models import Mounting, Plaque
from registry.plaques.queries import PLAQUE_IN_FULL
from registry.plaques.rules import Difference, Line, Verdict, differences, engraved, verdict
from registry.pledges.queries import Place, board
from registry.pledges.rules import ON_FILE
from registry.pledges.standing import accepted_on, end_of_life
from registry.projects.models import UnitProject
from registry.standards import handbook as standards
from registry.standards.warranty import WarrantyClock, WarrantyEnd, WarrantyRule, warranty_end


@dataclass(frozen=True, slots=True)
class Tally:
    """The principal posts of one unit project: in how many the pledge is signed, how many are on file, and all."""

    signed: int
    filed: int
    all: int


@dataclass(frozen=True, slots=True)
class PublicPlaque:
    """All that a passer-by is told. Names, firms and days; nothing personal beyond them."""

    plaque: Plaque
    verdict: Verdict
    differences: Sequence[Difference]
    lines: Sequence[Line]                                   # what the register has on file today
    unfiled: Sequence[Line]                                 # in office, the papers not on file yet
    tally: Tally
    filed: Sequence[tuple[str, date | None, date | None]]   # post, pledge signed on, pair filed on
    changes: Sequence[Change]
    life_ends_on: date | None
    warranties: Sequence[tuple[WarrantyRule, WarrantyEnd]]
    mounting: Mounting | None
    successor: Plaque | None


def public_plaque(uow: UnitOfWork, typed: str) -> PublicPlaque:
    """What the page behind the QR code says. Anybody may ask.

    Raises NotFound for a code that is none of ours: the plaque is then not from this registry.
    """
    policy.open_to_all(uow.actor)
    found = plaque_called(uow, typed)
    registry = replace(uow, actor=SYSTEM)  # the registry itself reads, and shows only what follows
    seats = board(registry, found.unit.project_id)
    here = [place for place in seats.places if stands_for(place, found.unit.id) and not place.departed]
    now = engraved(
        project_facts(found.unit.project), unit_facts(found.unit), filed_lines(seats, found.unit.id), uow.today, found.code,
    )
    different = differences(found.facts, now)
    accepted = accepted_on(found.unit, found.unit.project.accepted_on)
    return PublicPlaque(
        found, verdict(different, day_in_china(found.superseded_at) if found.superseded_at else None), different,
        filed_lines(seats, found.unit.id),
        [line_of(place) for place in here if place.seat.person and place.seat.state not in ON_FILE],
        tally(here), [filed_line(place) for place in here if place.participation],
        changes_of(registry, seats.project, found.unit.id), end_of_life(accepted, found.unit.design_life_years),
        warranties(registry, found.unit, accepted), found.mountings[-1] if found.mountings else None,
        successor_of(uow, found),
    )


def plaque_called(uow: UnitOfWork, typed: str) -> Plaque:
    policy.open_to_all(uow.actor)
    code = normalised(typed)
    found = uow.session.scalar(select(Plaque).options(*PLAQUE_IN_FULL).where(Plaque.code == code)) if is_code(code) else None
    if found is None:
        raise NotFound(
            _("这不是本系统签发的标牌编码。"),
            remedy=_("请核对编码的每一个字符；若编码无误，该标牌可能系伪造，请向当地工程质量监督机构反映。"),
        )
    return found


def tally(here: Sequence[Place]) -> Tally:
    principal = [place for place in here if place.seat.principal]
    return Tally(
        sum(place.papers.pledge is not None for place in principal),
        sum(place.seat.state in ON_FILE for place in principal), len(principal),
    )


def filed_line(place: Place) -> tuple[str, date | None, date | None]:
    pledge = place.papers.pledge
    return place.seat.post_label, pledge.signed_on if pledge else None, place.papers.filed_on


def warranties(
    uow: UnitOfWork, unit: UnitProject, accepted: date | None
) -> list[tuple[WarrantyRule, WarrantyEnd]]:
    """The contractor's warranties known so far; none before acceptance."""
    if accepted is None:
        return []
    region = unit.project.region
    seasons = standards.seasons(uow.session, region, uow.today)
    return [
        (rule, warranty_end(rule, accepted, unit.design_life_years, seasons))
        for rule in standards.warranty_rules(uow.session, region, uow.today)
        if rule.clock is WarrantyClock.CONTRACTOR and rule.amount is not None
    ]


def successor_of(uow: UnitOfWork, old: Plaque) -> Plaque | None:
    if old.superseded_at is None:
        return None
    return uow.session.scalar(
        select(Plaque).where(Plaque.unit_project_id == old.unit_project_id, Plaque.superseded_at.is_(None))
    )


def public_proof(uow: UnitOfWork, typed: str) -> str:
    """What is engraved, with the ledger's proof that it was issued: to be checked without us (registry.ledger.verify).

    Raises NotFound for a code that is none of ours; NotYetSequenced while the event waits for its place in the ledger.
    """
    policy.open_to_all(uow.actor)
    return proof_of(uow, plaque_called(uow, typed).id)


def proof_of(uow: UnitOfWork, plaque_id: UUID) -> str:
    """The event by which a plaque was issued and the proof that the signed ledger holds it, as one JSON object."""
    policy.open_to_all(uow.actor)
    event = uow.session.scalars(
        select(LedgerEvent).where(
            LedgerEvent.subject_table == "plaque", LedgerEvent.subject_id == plaque_id, LedgerEvent.nth == 0,
        )
    ).one()
    bundle = {"event": event.body.decode(), "proof": inclusion_proof(uow, event.id)}
    return json.dumps(bundle, ensure_ascii=False, indent=1)


def verifier_key(uow: UnitOfWork) -> str:
    """The public key of the ledger, by which anybody checks its proofs."""
    policy.open_to_all(uow.actor)
    return uow.tools.signer.verifier_key
