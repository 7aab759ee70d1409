"""What can be done with the handbook: enter an edition. Nothing is ever taken out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import undefer

from registry import policy
from registry.kernel.errors import Invalid
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.policy import Permission
from registry.standards.drafts import Draft, Head, draft_after, drafts_in, shipped
from registry.standards.handbook import forget
from registry.standards.kinds import Kind, kind_named
from registry.standards.layout import layout_of
from registry.standards.models import StandardEdition
from registry.standards.reading import Malformed, read
from registry.standards.revision import TypedRow, content_typed
from registry.standards.rules import Status, content_hash, region_scope
from registry.standards.shown import WORDS
from registry.standards.workbooks import HEAD, read_head, read_workbook


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


def revise_edition(uow: UnitOfWork, base_id: UUID, head: Head, rows: Sequence[TypedRow]) -> StandardEdition:
    """Publish a new edition made from another: its rows as they were typed or uploaded, under a head of its own.

    The draft lives with whoever writes it; nothing is kept here before this. What was made under other editions
    goes on pointing at those.

    Raises what `publish_edition` raises; NotFresh without a recent proof of who one is; Faulty, naming row and
    column; Empty; Malformed for a day that has passed without a note that says why.
    """
    policy.require(uow.actor, Permission.STANDARD_PUBLISH, region_scope(head.region))
    policy.require_fresh(uow.actor)
    base = uow.get(StandardEdition, base_id, undefer(StandardEdition.content))
    require_reason_for_the_past(uow, head)
    content = content_typed(layout_of(kind_named(base.kind)), rows, base.content)
    return publish_edition(uow, draft_after(base.head, head, content))


def require_reason_for_the_past(uow: UnitOfWork, head: Head) -> None:
    """A day that has passed changes what was in force then: whoever asks about that day must be told why."""
    if head.effective_from < uow.today and not head.note:
        raise Malformed(
            _("施行日期早于今天，请在“说明”中写明原因，例如“补录 2024 年已施行的地方规定”。"), field="note"
        )


def load_defaults(uow: UnitOfWork) -> list[StandardEdition]:
    """Enter the shipped editions that are not there yet and return the new ones. Safe to repeat."""
    return load(uow, shipped())


def load_file(uow: UnitOfWork, path: Path) -> list[StandardEdition]:
    """Enter the editions of a file (see drafts.py) that are not there yet; return the new ones."""
    return load(uow, drafts_in(path))


def load_workbook(uow: UnitOfWork, path: Path) -> list[StandardEdition]:
    """Enter the edition that a workbook holds, unless it is there; return it then.

    Its first sheet says of which kind, key, region and version it is. Rows that mean what they mean in an edition
    already there under that name, or in the one in force before it, stay as they are written there.
    Raises what `read_workbook`, `content_typed` and `load` raise; Malformed where the first sheet lacks a line.
    """
    draft = draft_in(uow, path)
    policy.require(uow.actor, Permission.STANDARD_PUBLISH, region_scope(draft.region))
    return load(uow, [draft])


def draft_in(uow: UnitOfWork, path: Path) -> Draft:
    head = head_of(path)
    kind = kind_named(head.pop("kind"))
    layout = layout_of(kind)
    content = content_typed(layout, read_workbook(path, layout).rows, written_before(uow, kind, head))
    facts = head | {"kind": kind.name, "content": content}
    draft: Draft = read(Draft, facts, _("“版本信息”"))
    return draft


def head_of(path: Path) -> dict[str, str]:
    """Return the first sheet of a workbook in the words of an edition file. Raises Malformed where a line is missing."""
    head = read_head(path)
    for name in ("kind", "region", "version", "effective_from", "title", "source", "status"):
        if not head.get(name):
            raise Malformed(_("“版本信息”表缺少“{line}”。", line=HEAD[name]))
    words = {str(word): value for value, word in WORDS[Status].items()}
    return head | {"status": words.get(head["status"], head["status"])}


def written_before(uow: UnitOfWork, kind: Kind[Any], head: Mapping[str, str]) -> object:
    """Return the content of the edition that goes by this name, else of the latest one of its kind and key."""
    rows = uow.session.scalars(
        select(StandardEdition).options(undefer(StandardEdition.content))
        .where(StandardEdition.kind == kind.name, StandardEdition.key == head.get("key", ""))
        .order_by(StandardEdition.entered_at, StandardEdition.id)
    ).all()
    named = [row for row in rows if (row.region, row.version) == (head["region"], head["version"])]
    found = [*rows, *named]
    return found[-1].content if found else None


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
