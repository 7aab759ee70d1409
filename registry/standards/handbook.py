"""What is in force: the question every storey above asks of the handbook.

    posts(uow.session, project.region, uow.today)          → tuple[Post, ...]
    wording(uow.session, "authorisation", region, today)   → InForce[Wording], with the edition to point to

Ask with the day you judge by: today for what is to be done, the day of signing for what was done. The
law is open to everyone who is in; these functions ask no authority.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import ARRAY, String, any_, bindparam, select
from sqlalchemy.orm import Session

from registry.kernel.errors import NotFound
from registry.kernel.text import _
from registry.standards import kinds
from registry.standards.acceptance import AcceptanceRole, ConcealedItem, LotTemplate, SamplingTables
from registry.standards.archiving import ArchiveRules
from registry.standards.catalogues import (
    ArchiveDocument,
    DesignLife,
    Entry,
    Gate,
    PlaqueLine,
    QualificationKind,
    ResponsibilityField,
)
from registry.standards.checks import Check
from registry.standards.completion import (
    CompletionClocks,
    CompletionGate,
    DwellingCheckpoint,
    FilingDocument,
    HousingCategory,
)
from registry.standards.divisions import DivisionTree
from registry.standards.drawings import (
    ArgumentKind,
    ChangeKind,
    Deliverable,
    Discipline,
    DrawingStage,
    ReviewTrigger,
    TargetKind,
)
from registry.standards.kinds import Kind
from registry.standards.lots import KeyStep, LotLayout, SampleRule
from registry.standards.materials import MaterialKind, ProducerPledges
from registry.standards.models import StandardEdition
from registry.standards.periods import ArchiveHandover, ChangeClock, PlaqueTiming
from registry.standards.posts import SITE, Demand, Post, Role, SitePost
from registry.standards.reviews import ReviewLine
from registry.standards.rules import NATION, Edition, governing, region_chain
from registry.standards.site_management import SiteItem, SiteRule
from registry.standards.stages import StageDocument
from registry.standards.trace_order import TraceStep
from registry.standards.warranty import Seasons, WarrantyRule
from registry.standards.wording import Wording

Content = TypeVar("Content")
MEMORY = "editions in force"  # within one unit of work, in Session.info
SHELVES = "editions of every day"  # likewise
REACHING = (
    select(*(getattr(StandardEdition, column.name) for column in fields(Edition)))
    .where(
        StandardEdition.key == bindparam("key"),
        StandardEdition.region == any_(bindparam("regions", type_=ARRAY(String))),
    )
    .order_by(StandardEdition.id)
)
SHELF_HOLDS = 500
_shelf: dict[UUID, object] = {}
"""Content already read, by edition. An edition never changes, so what stands here is right for good."""


class NothingInForce(NotFound):
    code = "standard.nothing-in-force"


@dataclass(frozen=True, slots=True)
class InForce(Generic[Content]):
    edition: Edition
    content: Content


def in_force(session: Session, kind: Kind[Content], region: str, on: date, key: str = "") -> InForce[Content]:
    """Return the edition that governs `region` on that day, with its content.

    Asked again within one unit of work, it answers from memory.
    raises   NothingInForce when neither the place nor anything around it has one
    """
    asked = (kind.name, key, region, on)
    remembered: dict[tuple[str, str, str, date], Edition] = session.info.setdefault(MEMORY, {})
    if asked not in remembered:
        remembered[asked] = find_in_force(session, kind, region, on, key)
    edition = remembered[asked]
    return InForce(edition, content_of(session, kind, edition.id))


def find_in_force(session: Session, kind: Kind[Content], region: str, on: date, key: str) -> Edition:
    edition = governing([Edition(*row) for row in editions(session, region, key).get(kind.name, ())], region, on)
    if edition is None:
        raise NothingInForce(
            _("标准手册中没有 {on} 在 {region} 施行的“{kind}”。", on=on, region=region, kind=kind.label),
            remedy=_("请系统管理员或质量监督机构负责人在标准手册中录入。"),
        )
    return edition


def editions(session: Session, region: str, key: str) -> Mapping[str, Sequence[Sequence[Any]]]:
    """Every edition of that key that ever reached a place, by kind, as the columns of `Edition`.

    One SELECT within a unit of work, whichever kinds and days are asked about: who asks for one asks for more.
    """
    known: dict[tuple[str, str], dict[str, list[Sequence[Any]]]] = session.info.setdefault(SHELVES, {})
    if (region, key) not in known:
        shelf = known[region, key] = defaultdict(list)
        session.flush()  # nothing is read through the mapper, which would see to it
        for row in session.connection().execute(REACHING, {"key": key, "regions": list(region_chain(region))}):
            shelf[row.kind].append(row)
    return known[region, key]


def forget(session: Session) -> None:
    """Ask the database anew: an edition has just been entered in this unit of work."""
    session.info.pop(MEMORY, None)
    session.info.pop(SHELVES, None)


def content_of(session: Session, kind: Kind[Content], edition_id: UUID) -> Content:
    """Return the content of one edition, in or out of force: what a signed record points to."""
    if edition_id not in _shelf:
        raw = session.scalar(select(StandardEdition.content).where(StandardEdition.id == edition_id))
        if len(_shelf) >= SHELF_HOLDS:
            _shelf.clear()
        _shelf[edition_id] = kind.read(raw)
    found: Content = _shelf[edition_id]  # type: ignore[assignment]  # the row's kind is the kind asked for
    return found


def roles(session: Session, region: str, on: date) -> tuple[Role, ...]:
    return in_force(session, kinds.ROLES, region, on).content


def posts(session: Session, region: str, on: date) -> tuple[Post, ...]:
    return in_force(session, kinds.POSTS, region, on).content


def post(session: Session, key: str, region: str, on: date) -> Post:
    """Return the post known by `key` or raise NotFound."""
    for candidate in posts(session, region, on):
        if candidate.key == key:
            return candidate
    raise NotFound(_("标准手册中没有岗位“{key}”。", key=key))


def site_posts(session: Session, region: str, on: date) -> tuple[SitePost, ...]:
    return in_force(session, kinds.SITE_POSTS, region, on).content


def site_post(session: Session, key: str, region: str, on: date) -> SitePost:
    """Return the post on the site known by `key` or raise NotFound."""
    for candidate in site_posts(session, region, on):
        if candidate.key == key:
            return candidate
    raise NotFound(_("标准手册中没有现场岗位“{key}”。", key=key))


def post_held(session: Session, key: str, region: str, since: date, today: date) -> Post:
    """Return a post as it stood when somebody took it up on `since`; never raises, for the past stays readable.

    Where the edition of that day does not know it, today's speaks; where neither does, the key stands for the name.
    A post on the site answers too, without a pledge.
    """
    for day in (since, today):
        with suppress(NotFound):
            return post(session, key, region, day)
        for held in site_posts(session, region, day) if key.startswith(SITE) else ():
            if held.key == key:
                return Post(key, "", held.label, held.short, Demand.NEVER, held.duties, held.article, "",
                            qualification_required=False)
    return Post(key, "", key, key, Demand.NEVER, "", "", "", qualification_required=False)


def wording(session: Session, key: str, region: str, on: date) -> InForce[Wording]:
    """Return the text of a paper: "authorisation", "change", "hand-over" or a post's `wording`.

    The signed record keeps `edition.id` and `edition.content_sha256`.
    """
    return in_force(session, kinds.WORDING, region, on, key)


def gates(session: Session, region: str, on: date) -> tuple[Gate, ...]:
    return in_force(session, kinds.GATES, region, on).content


def change_clock(session: Session, region: str, on: date) -> InForce[ChangeClock]:
    return in_force(session, kinds.CHANGE_CLOCK, region, on)


def plaque_timing(session: Session, region: str, on: date) -> InForce[PlaqueTiming]:
    return in_force(session, kinds.PLAQUE_TIMING, region, on)


def plaque_content(session: Session, region: str, on: date) -> tuple[PlaqueLine, ...]:
    return in_force(session, kinds.PLAQUE_CONTENT, region, on).content


def divisions(session: Session, on: date) -> DivisionTree:
    return in_force(session, kinds.DIVISIONS, NATION, on).content


def warranty_rules(session: Session, region: str, on: date) -> tuple[WarrantyRule, ...]:
    return in_force(session, kinds.WARRANTY, region, on).content


def seasons(session: Session, region: str, on: date) -> Seasons:
    return in_force(session, kinds.SEASONS, region, on).content


def design_lives(session: Session, on: date) -> tuple[DesignLife, ...]:
    return in_force(session, kinds.DESIGN_LIFE, NATION, on).content


def archive_catalogue(session: Session, region: str, on: date) -> tuple[ArchiveDocument, ...]:
    return in_force(session, kinds.ARCHIVE_CATALOGUE, region, on).content


def archive_rules(session: Session, region: str, on: date) -> ArchiveRules:
    return in_force(session, kinds.ARCHIVE_RULES, region, on).content


def archive_handover(session: Session, region: str, on: date) -> InForce[ArchiveHandover]:
    return in_force(session, kinds.ARCHIVE_HANDOVER, region, on)


def responsibility_form(session: Session, region: str, on: date) -> tuple[ResponsibilityField, ...]:
    return in_force(session, kinds.RESPONSIBILITY_FORM, region, on).content


def qualification_kinds(session: Session, on: date) -> tuple[QualificationKind, ...]:
    return in_force(session, kinds.QUALIFICATION_KINDS, NATION, on).content


def project_categories(session: Session, on: date) -> tuple[Entry, ...]:
    return in_force(session, kinds.PROJECT_CATEGORIES, NATION, on).content


def structure_kinds(session: Session, on: date) -> tuple[Entry, ...]:
    return in_force(session, kinds.STRUCTURE_KINDS, NATION, on).content


def material_kinds(session: Session, region: str, on: date) -> InForce[tuple[MaterialKind, ...]]:
    return in_force(session, kinds.MATERIAL_KINDS, region, on)


def producer_pledges(session: Session, region: str, on: date) -> ProducerPledges:
    return in_force(session, kinds.PRODUCER_PLEDGES, region, on).content


def reveal_reasons(session: Session, region: str, on: date) -> tuple[Entry, ...]:
    return in_force(session, kinds.REVEAL_REASONS, region, on).content


def acceptance_roles(session: Session, region: str, on: date) -> InForce[tuple[AcceptanceRole, ...]]:
    return in_force(session, kinds.ACCEPTANCE_ROLES, region, on)


def sampling_tables(session: Session, region: str, on: date) -> InForce[SamplingTables]:
    return in_force(session, kinds.SAMPLING, region, on)


def lot_templates(session: Session, region: str, on: date) -> InForce[tuple[LotTemplate, ...]]:
    return in_force(session, kinds.LOT_TEMPLATES, region, on)


def concealed_work(session: Session, region: str, on: date) -> InForce[tuple[ConcealedItem, ...]]:
    return in_force(session, kinds.CONCEALED_WORK, region, on)


def unit_reviews(session: Session, region: str, on: date) -> InForce[tuple[ReviewLine, ...]]:
    return in_force(session, kinds.UNIT_REVIEWS, region, on)


def disciplines(session: Session, region: str, on: date) -> tuple[Discipline, ...]:
    return in_force(session, kinds.DISCIPLINES, region, on).content


def drawing_stages(session: Session, region: str, on: date) -> InForce[tuple[DrawingStage, ...]]:
    return in_force(session, kinds.DRAWING_STAGES, region, on)


def deliverables(session: Session, region: str, on: date) -> tuple[Deliverable, ...]:
    return in_force(session, kinds.DELIVERABLES, region, on).content


def change_kinds(session: Session, region: str, on: date) -> InForce[tuple[ChangeKind, ...]]:
    return in_force(session, kinds.CHANGE_KINDS, region, on)


def review_triggers(session: Session, region: str, on: date) -> InForce[tuple[ReviewTrigger, ...]]:
    return in_force(session, kinds.REVIEW_TRIGGERS, region, on)


def argument_kinds(session: Session, region: str, on: date) -> InForce[tuple[ArgumentKind, ...]]:
    return in_force(session, kinds.ARGUMENT_KINDS, region, on)


def target_kinds(session: Session, region: str, on: date) -> tuple[TargetKind, ...]:
    return in_force(session, kinds.TARGET_KINDS, region, on).content


def checklist(session: Session, region: str, on: date) -> InForce[tuple[Check, ...]]:
    return in_force(session, kinds.CHECKLIST, region, on)


def stage_documents(session: Session, region: str, on: date) -> InForce[tuple[StageDocument, ...]]:
    return in_force(session, kinds.STAGE_DOCUMENTS, region, on)


def trace_order(session: Session, region: str, on: date) -> InForce[tuple[TraceStep, ...]]:
    return in_force(session, kinds.TRACE_ORDER, region, on)


def lot_layouts(session: Session, region: str, on: date) -> InForce[tuple[LotLayout, ...]]:
    return in_force(session, kinds.LOT_LAYOUTS, region, on)


def key_steps(session: Session, region: str, on: date) -> InForce[tuple[KeyStep, ...]]:
    return in_force(session, kinds.KEY_STEPS, region, on)


def first_sample_rules(session: Session, region: str, on: date) -> InForce[tuple[SampleRule, ...]]:
    return in_force(session, kinds.FIRST_SAMPLES, region, on)


def site_items(session: Session, region: str, on: date) -> InForce[tuple[SiteItem, ...]]:
    return in_force(session, kinds.SITE_MANAGEMENT, region, on)


def site_rule(session: Session, region: str, on: date) -> SiteRule:
    return in_force(session, kinds.SITE_MANAGEMENT_RULE, region, on).content


def completion_gates(session: Session, region: str, on: date) -> tuple[CompletionGate, ...]:
    return in_force(session, kinds.COMPLETION_GATES, region, on).content


def completion_clocks(session: Session, region: str, on: date) -> InForce[CompletionClocks]:
    return in_force(session, kinds.COMPLETION_CLOCKS, region, on)


def filing_documents(session: Session, region: str, on: date) -> tuple[FilingDocument, ...]:
    return in_force(session, kinds.FILING_DOCUMENTS, region, on).content


def dwelling_checks(session: Session, region: str, on: date) -> InForce[tuple[DwellingCheckpoint, ...]]:
    return in_force(session, kinds.DWELLING_CHECKS, region, on)


def housing(session: Session, region: str, on: date) -> tuple[HousingCategory, ...]:
    """The categories of projects that say by themselves whether dwellings are built."""
    return in_force(session, kinds.HOUSING, region, on).content
