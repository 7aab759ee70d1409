"""How far a project has come, one line for each storey of the process: how much there is, and the worst of it. One SELECT."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, Uuid, bindparam, func, or_, select

from registry import policy
from registry.acceptance.rules import State
from registry.acceptance.standing import lots_with_state
from registry.archives.models import ArchiveFile, Handover
from registry.completion.models import CompletionFiling as Filing
from registry.completion.models import ReacceptanceOrder, Round
from registry.designs.models import DesignChange, DrawingReview, DrawingSet, Result, Reviewed
from registry.desks.waiting import SUSPECT, UNAPPROVED
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.materials.models import Batch, Disposition
from registry.policy import Permission
from registry.projects.models import Project, UnitProject
from registry.works.models import Lot, Mark, Verdict


class Tone(StrEnum):
    """As badges have it."""

    GOOD = "good"
    WAIT = "wait"
    BAD = "bad"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Line:
    """One storey: what there is, the worst of it in words, and how bad that is."""

    said: str
    worst: str
    tone: Tone


ASKED = bindparam("project", type_=Uuid())
UNITS = select(UnitProject.id).where(UnitProject.project_id == ASKED)
LOTS = select(Lot.id).where(Lot.unit_project_id.in_(UNITS), Lot.withdrawn_at.is_(None))
LOT_STATES = lots_with_state().where(Lot.unit_project_id.in_(UNITS)).subquery()


def count(*within: ColumnElement[bool], of: Any) -> ScalarSelect[int]:
    return select(func.count()).select_from(of).where(*within).scalar_subquery()


def counts() -> Select[*tuple[Any, ...]]:
    passed = (
        select(Reviewed.id).join(DrawingReview, DrawingReview.id == Reviewed.review_id)
        .where(DrawingReview.result == Result.QUALIFIED)
    )
    whole_mark = (Mark.lot_id.in_(LOTS), Mark.step == "", Mark.superseded_at.is_(None))
    batches = select(Batch, Project).join(Project, Project.id == Batch.project_id).where(Batch.project_id == ASKED)
    treated = select(Disposition.id).where(Disposition.batch_id == Batch.id).exists()
    bad, unapproved = batches.where(SUSPECT, ~treated).subquery(), batches.where(UNAPPROVED, ~SUSPECT).subquery()
    handed = select(Handover).where(Handover.project_id == ASKED).order_by(Handover.sequence.desc()).limit(1).subquery()
    rounds = (Round.unit_project_id.in_(UNITS), Round.ended_at.is_(None))
    orders = (
        select(ReacceptanceOrder.id).join(Filing, Filing.id == ReacceptanceOrder.filing_id)
        .join(Round, Round.id == Filing.round_id).where(Round.unit_project_id.in_(UNITS)).subquery()
    )
    asked: Mapping[str, ScalarSelect[int]] = {
        "sets": count(DrawingSet.project_id == ASKED, of=DrawingSet),
        "unreviewed": count(DrawingSet.project_id == ASKED, DrawingSet.review_required.is_(True),
                            ~passed.where(Reviewed.set_id == DrawingSet.id).exists(), of=DrawingSet),
        "changes": count(DesignChange.project_id == ASKED, DesignChange.withdrawn_at.is_(None), of=DesignChange),
        "batches": count(Batch.project_id == ASKED, of=Batch), "bad": count(of=bad), "unapproved": count(of=unapproved),
        "lots": count(of=LOTS.subquery()), "marked": count(*whole_mark, of=Mark),
        "refused": count(*whole_mark, Mark.verdict == Verdict.FAILED, of=Mark),
        "unaccepted": count(*whole_mark, Mark.verdict.is_(None), of=Mark),
        **{state.value: count(LOT_STATES.c.state == state.value, of=LOT_STATES) for state in (
            State.PASSED, State.FAILED, State.SIGNING, State.REFUSED)},
        "units": count(UnitProject.project_id == ASKED, of=UnitProject),
        "completed": count(UnitProject.project_id == ASKED, UnitProject.accepted_on.is_not(None), of=UnitProject),
        "rounds": count(*rounds, of=Round), "orders": count(of=orders),
        "files": count(ArchiveFile.project_id == ASKED, of=ArchiveFile),
        "received": count(handed.c.received_at.is_not(None), of=handed),
        "returned": count(or_(handed.c.returned_at.is_not(None), handed.c.failed_at.is_not(None)), of=handed),
        "handovers": count(of=handed),
    }
    return select(*(each.label(name) for name, each in asked.items()))


COUNTS = counts()


def progress(uow: UnitOfWork, whole: Project) -> Mapping[str, Line]:
    """The lines by the key of the project's page each leads to."""
    policy.require(uow.actor, Permission.PROJECT_READ, whole.scope)
    row = uow.session.execute(COUNTS, {"project": whole.id}).mappings().one()
    found: dict[str, int] = {str(name): number for name, number in row.items()}
    completed = found["units"] if whole.accepted_on else found["completed"]
    return {
        "designs": of_designs(found), "materials": of_materials(found), "works": of_works(found),
        "acceptance": of_acceptance(found), "completion": of_completion(found, completed), "archives": of_archives(found),
    }


def line(said: str, *worst: tuple[int, str, Tone], empty: bool, good: str = "") -> Line:
    """The first of `worst` there is any of; nothing at all is quiet, and nothing wrong is good."""
    for number, words, tone in worst:
        if number:
            return Line(said, words, tone)
    return Line(said, _("尚无记录") if empty else good or _("无待办"), Tone.QUIET if empty else Tone.GOOD)


def of_designs(found: Mapping[str, int]) -> Line:
    return line(
        _("图纸 {sets} 套，变更 {changes} 份", sets=found["sets"], changes=found["changes"]),
        (found["unreviewed"], _("{count} 套未审查合格", count=found["unreviewed"]), Tone.WAIT), empty=not found["sets"],
    )


def of_materials(found: Mapping[str, int]) -> Line:
    return line(
        _("进场 {count} 批", count=found["batches"]),
        (found["bad"], _("{count} 批不合格或被召回", count=found["bad"]), Tone.BAD),
        (found["unapproved"], _("{count} 批待监理审查", count=found["unapproved"]), Tone.WAIT), empty=not found["batches"],
    )


def of_works(found: Mapping[str, int]) -> Line:
    return line(
        _("检验批 {lots} 个，已标识 {marked} 个", lots=found["lots"], marked=found["marked"]),
        (found["refused"], _("{count} 个标识不合格", count=found["refused"]), Tone.BAD),
        (found["unaccepted"], _("{count} 个标识待监理验收", count=found["unaccepted"]), Tone.WAIT), empty=not found["lots"],
    )


def of_acceptance(found: Mapping[str, int]) -> Line:
    failed = found[State.FAILED] + found[State.REFUSED]
    return line(
        _("验收合格 {passed}/{lots} 个检验批", passed=found[State.PASSED], lots=found["lots"]),
        (failed, _("{count} 个不合格", count=failed), Tone.BAD),
        (found[State.SIGNING], _("{count} 个待签字", count=found[State.SIGNING]), Tone.WAIT), empty=not found["lots"],
    )


def of_completion(found: Mapping[str, int], completed: int) -> Line:
    return line(
        _("竣工验收合格 {done}/{units} 个单位工程", done=completed, units=found["units"]),
        (found["orders"] if found["rounds"] else 0, _("已责令重新组织验收"), Tone.BAD),
        (found["rounds"], _("{count} 个正在验收", count=found["rounds"]), Tone.WAIT), empty=not completed,
        good=_("已验收") if completed == found["units"] else _("部分已验收"),
    )


def of_archives(found: Mapping[str, int]) -> Line:
    under_way = found["handovers"] - found["received"] - found["returned"]
    return line(
        _("归档 {count} 件", count=found["files"]),
        (found["returned"], _("移交被退回或检测未通过"), Tone.BAD), (under_way, _("移交办理中"), Tone.WAIT),
        empty=not found["files"] and not found["received"], good=_("已移交") if found["received"] else _("尚未移交"),
    )
