"""What can be done with the handbook: enter an edition. Nothing is ever taken out."""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import undefer

from registry import policy
from registry.kernel.errors import Invalid
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.policy import Permission
from registry.standards import kinds
from registry.standards.drafts import Draft, NewText, drafts_in, reworded, shipped
from registry.standards.handbook import forget
from registry.standards.kinds import kind_named
from registry.standards.models import StandardEdition
from registry.standards.reading import Malformed
from registry.standards.rules import content_hash, region_scope


class VersionTaken(Invalid):
    code = "standard.version-taken"


def publish_edition(uow: UnitOfWork, draft: Draft) -> StandardEdition:
    """Enter a new edition. From its day of effect on it governs its region in place of the one before.

    Raises Forbidden unless the actor heads the region's station or administers the system; Malformed when
    the content is not what its kind asks for; VersionTaken when that version has been entered before.
    """
    policy.require(uow.actor, Permission.STANDARD_PUBLISH, region_scope(draft.region))
    require_whole(draft)
    uow.lock(f"standard:{draft.kind}/{draft.key}/{draft.region}")
    if place(draft) in entered_before(uow):
        raise VersionTaken(
            _("版本“{version}”已经录入。", version=draft.version),
            field="version",
            remedy=_("版本一经录入不再改动，请使用新的版本号。"),
        )
    edition = edition_of(uow, draft)
    uow.session.add(edition)
    forget(uow.session)
    ledger.append(uow, "standard.published", edition)
    return edition


def reword(uow: UnitOfWork, edition_id: UUID, text: NewText) -> StandardEdition:
    """Publish a new text for the paper an edition words; its fields and signatures stay as they are."""
    policy.require(uow.actor, Permission.STANDARD_PUBLISH, region_scope(text.region))
    base = uow.get(StandardEdition, edition_id, undefer(StandardEdition.content))
    if base.kind != kinds.WORDING.name:
        raise Malformed(_("只有文书文本可以在页面上录入新版本。"))
    return publish_edition(uow, reworded(base.head, base.content, text))


def load_defaults(uow: UnitOfWork) -> list[StandardEdition]:
    """Enter the shipped editions that are not there yet and return the new ones. Safe to repeat."""
    return load(uow, shipped())


def load_file(uow: UnitOfWork, path: Path) -> list[StandardEdition]:
    """Enter the editions of a file (see drafts.py) that are not there yet; return the new ones."""
    return load(uow, drafts_in(path))


def load(uow: UnitOfWork, drafts: Iterable[Draft]) -> list[StandardEdition]:
    """Enter what is new, pass over what is there, refuse what is there with other content: all or nothing."""
    uow.lock("standard:load")
    known = entered_before(uow)
    entered = []
    for draft in drafts:
        policy.require(uow.actor, Permission.STANDARD_PUBLISH, region_scope(draft.region))
        require_whole(draft)
        edition = edition_of(uow, draft)
        there = known.get(place(draft))
        if there is None:
            entered.append(edition)
            continue
        if (there.content_sha256, there.effective_from) != (edition.content_sha256, edition.effective_from):
            raise VersionTaken(
                _("{title}：版本“{version}”已录入，内容不同。", title=draft.title, version=draft.version),
                remedy=_("版本一经录入不再改动，请使用新的版本号。"),
            )
    uow.session.add_all(entered)
    forget(uow.session)
    ledger.append_many(uow, "standard.published", [ledger.Entry(edition) for edition in entered])
    return entered


def require_whole(draft: Draft) -> None:
    kind = kind_named(draft.kind)
    if kind.keyed != bool(draft.key):
        raise Malformed(_("“{title}”的键不正确。", title=draft.title))
    if not draft.version.strip():
        raise Malformed(_("版本号没有填写。"), field="version")
    kind.read(draft.content)


def place(edition: Draft | StandardEdition) -> tuple[str, str, str, str]:
    """Return what an edition goes by. There is one of each and never another."""
    return edition.kind, edition.key, edition.region, edition.version


def entered_before(uow: UnitOfWork) -> dict[tuple[str, str, str, str], StandardEdition]:
    return {place(edition): edition for edition in uow.session.scalars(select(StandardEdition))}


def edition_of(uow: UnitOfWork, draft: Draft) -> StandardEdition:
    return StandardEdition(
        id=uow.new_id(),
        content_sha256=content_hash(draft.content),
        entered_at=uow.at,
        entered_by=uow.actor.account,
        **asdict(draft),
    )
