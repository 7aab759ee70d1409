"""What can be asked about first samples."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.documents.queries import Readable, readable
from registry.kernel.errors import NotFound
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.policy import Permission
from registry.projects.models import Participation, UnitProject
from registry.projects.offices import in_office
from registry.standards import handbook as standards
from registry.standards.lots import SampleRule, Side
from registry.works.models import FirstSample, SampleSignature
from registry.works.planning import BUILDERS
from registry.works.queries import DEEPEST, unit_read
from registry.works.sampling import POSTS, SAMPLE_IN_FULL, side_words


@dataclass(frozen=True, slots=True)
class SampleRow:
    sample: FirstSample
    item: str


@dataclass(frozen=True, slots=True)
class UnitSamples:
    """The first samples of a unit project, and the rules of the edition that none has met yet."""

    unit: UnitProject
    rows: Sequence[SampleRow]
    demanded: Sequence[tuple[SampleRule, str]]   # with the first item code it names
    may_record: bool


@dataclass(frozen=True, slots=True)
class SideShown:
    side: Side
    label: str
    signature: SampleSignature | None


@dataclass(frozen=True, slots=True)
class SampleShown:
    sample: FirstSample
    item: str
    sides: Sequence[SideShown]
    may_judge: bool


@dataclass(frozen=True, slots=True)
class SampleOffer:
    """What the form of a first sample offers."""

    unit: UnitProject
    firms: Sequence[Participation]
    items: Sequence[tuple[str, str]]


def unit_samples(uow: UnitOfWork, unit_id: UUID) -> UnitSamples:
    unit = unit_read(uow, unit_id)
    rows = uow.session.scalars(
        select(FirstSample).options(selectinload(FirstSample.signatures)).where(FirstSample.unit_project_id == unit_id)
        .order_by(FirstSample.made_at.desc(), FirstSample.id)
    ).all()
    rules = standards.first_sample_rules(uow.session, unit.project.region, uow.today).content
    made = {row.item_code for row in rows}
    return UnitSamples(
        unit, [SampleRow(row, item_of(uow, row.item_code)) for row in rows],
        [(rule, rule.codes[0]) for rule in rules if rule.holds_lots and not any(map(rule.concerns, made))],
        policy.allows(uow.actor, Permission.WORK_RECORD, unit.scope),
    )


def sample_read(uow: UnitOfWork, sample_id: UUID) -> FirstSample:
    found = uow.get(FirstSample, sample_id, *SAMPLE_IN_FULL)
    policy.require(uow.actor, Permission.WORK_READ, found.scope)
    return found


def sample_shown(uow: UnitOfWork, sample_id: UUID) -> SampleShown:
    """One first sample, what each side says of it, and whether the actor's side has still to speak."""
    sample = sample_read(uow, sample_id)
    spoken = {signature.side: signature for signature in sample.signatures}
    waiting = [side for side in Side if side in sample.sides and side not in spoken]
    posts = [post for side in waiting for post in POSTS[side]]
    mine = any(
        term.person_id == uow.actor.person
        for term in in_office(uow.session, sample.unit.project_id, posts, uow.today, sample.unit.number)
    )
    return SampleShown(
        sample, item_of(uow, sample.item_code),
        [SideShown(side, side_words(side), spoken.get(side)) for side in Side if side in sample.sides],
        mine and sample.verdict is None and uow.actor.person is not None,
    )


def sample_offer(uow: UnitOfWork, unit_id: UUID) -> SampleOffer:
    unit = unit_read(uow, unit_id)
    policy.require(uow.actor, Permission.WORK_RECORD, unit.scope)
    tree = standards.divisions(uow.session, uow.today)
    rules = standards.first_sample_rules(uow.session, unit.project.region, uow.today).content
    named = [
        (one.code, f"{one.code} {tree.path(one.code)}") for one in tree
        if len(one.code) == DEEPEST and any(rule.concerns(one.code) for rule in rules)
    ]
    return SampleOffer(unit, [
        one for one in unit.project.participations
        if one.role in BUILDERS and one.until is None and (not one.unit_numbers or unit.number in one.unit_numbers)
    ], named)


def sample_file(uow: UnitOfWork, sample_id: UUID, nth: int) -> Readable:
    """One photo or video of a first sample, counted from 1, photos first."""
    sample = sample_read(uow, sample_id)
    policy.require(uow.actor, Permission.WORK_READ, sample.scope)
    files = [*sample.photos, *sample.videos]
    if not 1 <= nth <= len(files):
        raise NotFound(_("没有这个文件。"))
    return readable(uow, files[nth - 1], _("样板-{code}-{nth}", code=sample.item_code, nth=nth))


def item_of(uow: UnitOfWork, code: str) -> str:
    tree = standards.divisions(uow.session, uow.today)
    return tree.find(code).name if code in tree else code
