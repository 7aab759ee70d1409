"""Papers made of the records when asked for: 设计变更单 and 设计成果交付清单."""

import hashlib
import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import BinaryIO
from uuid import UUID

from registry import policy
from registry.designs.desk import UnitDesigns, desk
from registry.designs.queries import ChangeShown, Labels, design_change, unit_read
from registry.designs.words import decision_words, file_words, why_words
from registry.documents.queries import Readable
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.policy import Permission


def change_paper(uow: UnitOfWork, change_id: UUID) -> Readable:
    """设计变更单, with the approvals there are by now. Another tenant's is not found."""
    shown = design_change(uow, change_id)
    policy.require(uow.actor, Permission.DESIGN_READ, shown.change.scope)
    return printed(uow.tools.printer.pdf("design_change", change_facts(shown)), _("{kind}-{number}", kind=shown.kind,
                                                                                   number=shown.change.number))


def change_facts(shown: ChangeShown) -> dict[str, object]:
    """What the printer is given: plain values only."""
    change = shown.change
    return {
        "number": change.number, "title": shown.kind, "project": change.project.name,
        "project_number": change.project.number, "unit": change.unit.name if change.unit else _("全部单位工程"),
        "drawings": f"{change.drawings.number} {change.drawings.title}" if change.drawings else "",
        "asked_by": shown.asked_by, "drawn_up_by": change.participation.organisation_name,
        "effective_on": change.effective_on, "parts": list(shown.parts), "triggers": list(shown.triggers),
        "review": _("须送原审查机构重新审查") if change.review_required else _("不涉及须重新审查的内容"),
        "reviews": [f"{one.review.certificate_number}（{one.review.organisation_name}）" for one in change.reviewed],
        "reason": change.reason, "content": change.content,
        "state": _("已撤回") if change.withdrawn_at else why_words(shown.state),
        "approvals": [
            {
                "office": one.office.label, "person": one.given.person_name if one.given else "",
                "decision": decision_words(one.given.decision) if one.given else "",
                "opinion": one.given.opinion if one.given else "", "signed_on": one.given.signed_on if one.given else None,
            }
            for one in shown.approvals
        ],
        "sha256": change.sha256,
    }


def delivery_paper(uow: UnitOfWork, unit_id: UUID) -> Readable:
    """设计成果交付清单 of a unit project: what a complete delivery holds, what is there, and what lacks."""
    unit = unit_read(uow, unit_id)
    policy.require(uow.actor, Permission.DESIGN_READ, unit.scope)
    whole = desk(uow, unit.project_id)
    rows = [one for one in whole.units if one.unit is None or one.unit.id == unit_id]
    own = next(one for one in rows if one.unit is not None)
    facts = {
        "number": f"{whole.project.number}-{unit.number}", "project": whole.project.name, "unit": unit.name,
        "address": whole.project.address, "made_on": uow.today, "present": own.present, "wanted": len(own.delivery),
        "items": [
            {
                "label": one.wanted.label, "formats": "、".join(file_words(kind) for kind in one.wanted.formats),
                "present": one.present, "responsible": whole.names.roles.get(one.wanted.responsible, one.wanted.responsible),
            }
            for one in own.delivery
        ],
        "sets": [row for one in rows for row in set_rows(one, whole.names)],
    }
    return printed(uow.tools.printer.pdf("design_delivery", facts), _("设计成果交付清单-{unit}", unit=unit.name))


def set_rows(unit: UnitDesigns, names: Labels) -> list[dict[str, object]]:
    return [
        {
            "discipline": names.disciplines.get(line.newest.discipline, line.newest.discipline),
            "stage": names.stages.get(line.newest.stage, line.newest.stage), "number": line.newest.number,
            "title": line.newest.title, "version": line.newest.version, "sheets": len(line.newest.sheets),
            "delivered_on": line.newest.delivered_on, "firm": line.newest.participation.organisation_name,
            "designer": line.newest.designer_name, "state": why_words(line.why),
        }
        for line in unit.lines
    ]


def printed(paper: bytes, title: str) -> Readable:
    """Return a paper just made, ready to be sent."""
    return Readable(f"{title}.pdf", "application/pdf", len(paper), hashlib.sha256(paper).hexdigest(), opener(paper))


def opener(paper: bytes) -> Callable[[int, int | None], AbstractContextManager[BinaryIO]]:
    @contextmanager
    def opened(start: int, length: int | None) -> Iterator[BinaryIO]:
        yield io.BytesIO(paper[start:] if length is None else paper[start:start + length])

    return opened
