"""What the pages of the handbook show. What is in force is asked of handbook.py."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, closing, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from io import BytesIO
from typing import Any, BinaryIO
from uuid import UUID

from babel.support import LazyProxy
from sqlalchemy import select
from sqlalchemy.orm import undefer

from registry import policy
from registry.documents.queries import Readable
from registry.kernel.errors import Invalid, NotFound
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.policy import ANYWHERE, Permission, Scope
from registry.standards import handbook, kinds
from registry.standards.chapters import chapters_in_order
from registry.standards.drafts import Head
from registry.standards.handbook import NothingInForce, content_of, find_in_force, in_force
from registry.standards.kinds import KINDS, Kind, kind_named
from registry.standards.layout import JSON, Layout, layout_of
from registry.standards.models import StandardEdition
from registry.standards.posts import Post, Role, SitePost
from registry.standards.regions import region_name
from registry.standards.revision import Changes, TypedRow, changes, content_typed
from registry.standards.rules import NATION, Edition, Standing, region_scope, superseded_from
from registry.standards.shown import Sheet, sheets
from registry.standards.wording import Wording, named
from registry.standards.workbooks import MEDIA_TYPE, workbook_of


@dataclass(frozen=True, slots=True)
class Listed:
    """An edition among the others of its kind, key and region."""

    edition: Edition
    last_day: date | None     # in force, as far as known; earlier than its first if it never was in force
    standing: Standing


@dataclass(frozen=True, slots=True)
class Section:
    kind: Kind[Any]
    editions: Sequence[Listed]


@dataclass(frozen=True, slots=True)
class Chapter:
    key: str
    title: LazyProxy
    sections: Sequence[Section]


@dataclass(frozen=True, slots=True)
class Contents:
    """The first page of the handbook. `changing`: what comes into force from today on, the next day first."""

    chapters: Sequence[Chapter]
    changing: Sequence[Listed]
    shown: int                # editions found
    total: int


@dataclass(frozen=True, slots=True)
class Opened:
    kind: Kind[Any]
    listed: Listed
    others: Sequence[Listed]       # same kind and key: other days, other regions
    sheets: Sequence[Sheet]
    wording: Wording | None
    publishing: Scope              # where the reader would publish, for `may`

    @property
    def history(self) -> Sequence[Listed]:
        """The other editions for the same region, the latest first."""
        return [one for one in self.others if one.edition.region == self.listed.edition.region]

    @property
    def elsewhere(self) -> Sequence[Listed]:
        return [one for one in self.others if one.edition.region != self.listed.edition.region]

    @property
    def found(self) -> int:
        """How many rows are shown."""
        return sum(len(sheet.rows) for sheet in self.sheets)


def sections(uow: UnitOfWork) -> list[Section]:
    """The whole handbook, kind by kind; within a kind by key and region, the latest first."""
    policy.require(uow.actor, Permission.STANDARD_READ, ANYWHERE)
    rows = uow.session.scalars(
        select(StandardEdition).order_by(
            StandardEdition.key,
            StandardEdition.region,
            StandardEdition.effective_from.desc(),
            StandardEdition.entered_at.desc(),
            StandardEdition.id,
        )
    )
    everything = [row.head for row in rows]
    return [
        Section(kind, listed([edition for edition in everything if edition.kind == name], uow.today))
        for name, kind in KINDS.items()
    ]


def contents(uow: UnitOfWork, wanted: str = "") -> Contents:
    """The handbook by chapter. `wanted`: words that a title, kind, source, version or region must hold."""
    policy.require(uow.actor, Permission.STANDARD_READ, ANYWHERE)
    whole = {section.kind.name: section for section in sections(uow)}
    found = {name: Section(one.kind, [each for each in one.editions if holds(one, each, wanted)])
             for name, one in whole.items()}
    chapters = [
        Chapter(key, title, [found[name] for name in names if found[name].editions])
        for key, title, names in chapters_in_order()
    ]
    coming = [one for section in whole.values() for one in section.editions if one.standing is Standing.TO_COME]
    return Contents(
        [chapter for chapter in chapters if chapter.sections],
        sorted(coming, key=lambda one: (one.edition.effective_from, one.edition.title)),
        sum(len(section.editions) for section in found.values()),
        sum(len(section.editions) for section in whole.values()),
    )


def holds(section: Section, one: Listed, wanted: str) -> bool:
    edition = one.edition
    told = f"{section.kind.label} {edition.title} {edition.source} {edition.version} {region_name(edition.region)}"
    return all(word in told.casefold() for word in wanted.casefold().split())


def edition(uow: UnitOfWork, edition_id: UUID, wanted: str = "") -> Opened:
    """One edition with its content, and its neighbours. `wanted`: words that a row must hold to be shown."""
    policy.require(uow.actor, Permission.STANDARD_READ, ANYWHERE)
    head = uow.get(StandardEdition, edition_id).head
    kind = kind_named(head.kind)
    content = content_of(uow.session, kind, edition_id)
    rows = uow.session.scalars(
        select(StandardEdition)
        .where(StandardEdition.kind == head.kind, StandardEdition.key == head.key)
        .order_by(StandardEdition.region, StandardEdition.effective_from.desc(), StandardEdition.id)
    )
    family = listed([row.head for row in rows], uow.today)
    return Opened(
        kind=kind,
        listed=next(one for one in family if one.edition.id == edition_id),
        others=[one for one in family if one.edition.id != edition_id],
        sheets=sheets(kind.name, content, names_in(uow, head.region), wanted),
        wording=content if isinstance(content, Wording) else None,
        publishing=publishing_scope(uow),
    )


def names_in(uow: UnitOfWork, region: str) -> Mapping[str, str]:
    """Return what the codes of roles, posts, divisions and archive documents stand for today."""
    policy.require(uow.actor, Permission.STANDARD_READ, ANYWHERE)
    session = uow.session
    names: dict[str, str] = {}
    with suppress(NothingInForce):
        names |= {document.code: document.name for document in handbook.archive_catalogue(session, region, uow.today)}
        names |= {one.code: f"{one.code} {one.name}" for one in handbook.divisions(session, uow.today)}
        names |= {role.key: role.label for role in handbook.roles(session, region, uow.today)}
        names |= {post.key: post.label for post in handbook.posts(session, region, uow.today)}
        names |= {post.key: post.label for post in handbook.site_posts(session, region, uow.today)}
    return names


def listed(editions: Sequence[Edition], today: date) -> list[Listed]:
    return [standing_of(one, editions, today) for one in editions]


def standing_of(one: Edition, editions: Iterable[Edition], today: date) -> Listed:
    next_from = superseded_from(one, editions)
    last_day = next_from - timedelta(days=1) if next_from else None
    if last_day is not None and last_day < max(today, one.effective_from):
        return Listed(one, last_day, Standing.SUPERSEDED)
    return Listed(one, last_day, Standing.IN_FORCE if one.effective_from <= today else Standing.TO_COME)


@dataclass(frozen=True, slots=True)
class Basis:
    """An edition that a new one is to be made from."""

    edition: Edition
    kind: Kind[Any]
    layout: Layout
    content: JSON
    region: str                    # where the reader would publish
    today: date


def basis(uow: UnitOfWork, edition_id: UUID) -> Basis:
    """An edition as the ground of a new one, for whoever makes rules somewhere."""
    scope = publishing_scope(uow)
    policy.require(uow.actor, Permission.STANDARD_PUBLISH, scope)
    row = uow.get(StandardEdition, edition_id, undefer(StandardEdition.content))
    kind = kind_named(row.kind)
    return Basis(row.head, kind, layout_of(kind), row.content, scope.region, uow.today)


@dataclass(frozen=True, slots=True)
class Preview:
    """What publishing would change. Nothing has been entered yet."""

    replaces: Edition | None       # in force in that region on that day
    changes: Changes               # against the edition the new one is based on
    lost: str                      # the blanks that a text names no more
    is_past: bool                  # the day of effect has passed
    is_other: bool                 # what it replaces is not what it is based on


def preview(uow: UnitOfWork, edition_id: UUID, head: Head, rows: Sequence[TypedRow]) -> Preview:
    """Say what a new edition would change in the one it is based on. Raises what publishing it would raise."""
    policy.require(uow.actor, Permission.STANDARD_PUBLISH, region_scope(head.region))
    ground = basis(uow, edition_id)
    content = content_typed(ground.layout, rows, ground.content)
    new = ground.kind.read(content)
    replaces = None
    with suppress(NothingInForce):
        replaces = find_in_force(uow.session, ground.kind, head.region, head.effective_from, ground.edition.key)
    lost = ""
    if isinstance(new, Wording):
        lost = named(kinds.WORDING.read(ground.content).blanks() - new.blanks())
    return Preview(
        replaces, changes(ground.layout, ground.content, content), lost, head.effective_from < uow.today,
        replaces is not None and replaces.id != edition_id,
    )


@dataclass(frozen=True, slots=True)
class Compared:
    """Two editions of one kind, the older beside the newer."""

    kind: Kind[Any]
    old: Edition
    new: Edition
    changes: Changes


def comparison(uow: UnitOfWork, edition_id: UUID, other_id: UUID) -> Compared:
    """What one edition says differently from another of its kind. Raises Invalid for two different kinds."""
    policy.require(uow.actor, Permission.STANDARD_READ, ANYWHERE)
    one, other = (uow.get(StandardEdition, key, undefer(StandardEdition.content)) for key in (edition_id, other_id))
    if (one.kind, one.key) != (other.kind, other.key):
        raise Invalid(_("只能比较同一类内容的两个版本。"))
    old, new = sorted((one, other), key=lambda row: row.head.rank)
    kind = kind_named(one.kind)
    return Compared(kind, old.head, new.head, changes(layout_of(kind), old.content, new.content))


def workbook(uow: UnitOfWork, edition_id: UUID) -> Readable:
    """An edition as a workbook to be saved."""
    policy.require(uow.actor, Permission.STANDARD_READ, ANYWHERE)
    row = uow.get(StandardEdition, edition_id, undefer(StandardEdition.content))
    content = workbook_of(row.head, layout_of(kind_named(row.kind)), row.content)

    def opened(start: int, length: int | None) -> AbstractContextManager[BinaryIO]:
        return closing(BytesIO(content[start:None if length is None else start + length]))

    name = _("{title}（{version}）", title=row.title, version=row.version).replace("/", "-")
    return Readable(f"{name}.xlsx", MEDIA_TYPE, len(content), sha256(content).hexdigest(), opened)


def edition_named(uow: UnitOfWork, name: str) -> StandardEdition:
    """Return the edition whose id begins with `name`. Raises NotFound when none does, or more than one."""
    policy.require(uow.actor, Permission.STANDARD_READ, ANYWHERE)
    rows = uow.session.scalars(select(StandardEdition).order_by(StandardEdition.id)).all()
    found = [row for row in rows if str(row.id).startswith(name)]
    if len(found) != 1:
        raise NotFound(_("没有编号为“{name}”的版本。", name=name), remedy=_("编号见 flask standards list --json。"))
    return found[0]


@dataclass(frozen=True, slots=True)
class RoleDuties:
    """What the people of one party answer for: those who lead, then those on the site."""

    role: Role
    leaders: Sequence[Post]
    staff: Sequence[SitePost]


@dataclass(frozen=True, slots=True)
class Duties:
    """岗位责任 in a region today, and the editions that say so."""

    region: str
    roles: Sequence[RoleDuties]
    sources: Sequence[Edition]


def duties(uow: UnitOfWork, region: str = "") -> Duties:
    """Who answers for what in a region today, party by party. Without a region: the reader's own."""
    policy.require(uow.actor, Permission.STANDARD_READ, ANYWHERE)
    where = region_scope(region or uow.actor.region or NATION).region
    roles, posts, staff = (
        in_force(uow.session, kind, where, uow.today) for kind in (kinds.ROLES, kinds.POSTS, kinds.SITE_POSTS)
    )
    told = [
        RoleDuties(
            role, [post for post in posts.content if post.role == role.key],
            [post for post in staff.content if role.key in post.roles],
        )
        for role in roles.content
    ]
    return Duties(
        where, [one for one in told if one.leaders or one.staff], [posts.edition, staff.edition, roles.edition]
    )


def publishing_scope(uow: UnitOfWork) -> Scope:
    """Where the actor makes rules: his own region, or the whole nation."""
    return Scope(region=uow.actor.region or NATION)
