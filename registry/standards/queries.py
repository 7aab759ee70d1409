"""What the pages of the handbook show. What is in force is asked of handbook.py."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import undefer

from registry import policy
from registry.kernel.errors import NotFound
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.policy import ANYWHERE, Permission, Scope
from registry.standards import kinds
from registry.standards.comparison import Line, compared
from registry.standards.drafts import NewText, reworded
from registry.standards.handbook import NothingInForce, content_of, wording
from registry.standards.kinds import KINDS, Kind
from registry.standards.models import StandardEdition
from registry.standards.rules import NATION, Edition, Standing, region_scope, superseded_from
from registry.standards.shown import Sheet, sheets
from registry.standards.wording import Wording, named


@dataclass(frozen=True, slots=True)
class Listed:
    """An edition among the others of its kind, key and region."""

    edition: Edition
    last_day: date | None     # in force, as far as known; earlier than its first if it never was in force
    standing: Standing


@dataclass(frozen=True, slots=True)
class Chapter:
    kind: Kind[Any]
    editions: Sequence[Listed]


@dataclass(frozen=True, slots=True)
class Opened:
    kind: Kind[Any]
    listed: Listed
    others: Sequence[Listed]       # same kind and key: other days, other regions
    sheets: Sequence[Sheet]
    wording: Wording | None
    publishing: Scope              # where the reader would publish, for `may`


def chapters(uow: UnitOfWork) -> list[Chapter]:
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
        Chapter(kind, listed([edition for edition in everything if edition.kind == name], uow.today))
        for name, kind in KINDS.items()
    ]


def edition(uow: UnitOfWork, edition_id: UUID) -> Opened:
    """One edition with its content, and its neighbours."""
    policy.require(uow.actor, Permission.STANDARD_READ, ANYWHERE)
    head = uow.get(StandardEdition, edition_id).head
    kind = kinds.kind_named(head.kind)
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
        sheets=sheets(kind.name, content),
        wording=content if isinstance(content, Wording) else None,
        publishing=publishing_scope(uow),
    )


def listed(editions: Sequence[Edition], today: date) -> list[Listed]:
    return [standing_of(one, editions, today) for one in editions]


def standing_of(one: Edition, editions: Iterable[Edition], today: date) -> Listed:
    next_from = superseded_from(one, editions)
    last_day = next_from - timedelta(days=1) if next_from else None
    if last_day is not None and last_day < max(today, one.effective_from):
        return Listed(one, last_day, Standing.SUPERSEDED)
    return Listed(one, last_day, Standing.IN_FORCE if one.effective_from <= today else Standing.TO_COME)


def text_to_reword(uow: UnitOfWork, edition_id: UUID) -> tuple[Opened, NewText]:
    """A wording, and what a new edition of it would start from."""
    scope = publishing_scope(uow)
    policy.require(uow.actor, Permission.STANDARD_PUBLISH, scope)
    opened = edition(uow, edition_id)
    if opened.wording is None:
        raise NotFound(
            _("只有文书文本可以在页面上录入新版本。"), remedy=_("其他内容请由系统管理员用文件录入。")
        )
    head = opened.listed.edition
    return opened, NewText(
        region=scope.region,
        version="",
        effective_from=uow.today,
        source=head.source,
        status=head.status,
        note="",
        paragraphs=opened.wording.paragraphs,
    )


@dataclass(frozen=True, slots=True)
class Preview:
    """What publishing a new text would change."""

    replaces: Edition | None       # in force in that region on that day
    lines: Sequence[Line]
    lost: str                      # what the old text names and the new one no longer does


def preview(uow: UnitOfWork, edition_id: UUID, text: NewText) -> Preview:
    """Compare a new text with the one it would take the place of. Raises Malformed at what is wrong."""
    policy.require(uow.actor, Permission.STANDARD_PUBLISH, region_scope(text.region))
    base = uow.get(StandardEdition, edition_id, undefer(StandardEdition.content))
    new = kinds.WORDING.read(reworded(base.head, base.content, text).content)
    try:
        now = wording(uow.session, base.key, text.region, text.effective_from)
    except NothingInForce:
        return Preview(None, compared((), new.paragraphs), "")
    lost = named(now.content.blanks() - new.blanks())
    return Preview(now.edition, compared(now.content.paragraphs, new.paragraphs), lost)


def publishing_scope(uow: UnitOfWork) -> Scope:
    """Where the actor makes rules: his own region, or the whole nation."""
    return Scope(region=uow.actor.region or NATION)
