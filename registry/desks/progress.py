"""How far a project has come, one line for each storey of the process: how much there is, and the worst of it. One SELECT."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Uuid, and_, bindparam, func, join, or_, select, true
from sqlalchemy.dialects.postgresql import array

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
UNITS = select(UnitProject.id).where(UnitProject.project_id == ASKED).cte("units")
LOTS = lots_with_state().where(Lot.unit_project_id.in_(select(UNITS))).cte("lots")
ALL = true()


def tally(rows: Any, *within: ColumnElement[bool], **each: ColumnElement[bool]) -> tuple[tuple[str, ...], ScalarSelect[Any]]:
    """What is counted, and the numbers in that order: one pass over the rows for all of them."""
    numbers = array([func.count().filter(condition) for condition in each.values()])
    return tuple(each), select(numbers).select_from(rows).where(*within).scalar_subquery()


def tallies() -> Iterator[tuple[tuple[str, ...], ScalarSelect[Any]]]:
    passed = (
        select(Reviewed.id).join(DrawingReview, DrawingReview.id == Reviewed.review_id)
        .where(DrawingReview.result == Result.QUALIFIED, Reviewed.set_id == DrawingSet.id).exists()
    )
    treated = select(Disposition.id).where(Disposition.batch_id == Batch.id).exists()
    batches = (
        select(SUSPECT.label("suspect"), treated.label("treated"), UNAPPROVED.label("unapproved"))
        .select_from(Batch).join(Project, Project.id == Batch.project_id).where(Batch.project_id == ASKED).subquery("batches")
    )
    orders = join(ReacceptanceOrder, Filing, Filing.id == ReacceptanceOrder.filing_id).join(Round, Round.id == Filing.round_id)
    handed = select(Handover).where(Handover.project_id == ASKED).order_by(Handover.sequence.desc()).limit(1).subquery("handed")
    state, suspect, of_units = LOTS.c.state, batches.c.suspect, Round.unit_project_id.in_(select(UNITS))
    yield tally(DrawingSet, DrawingSet.project_id == ASKED, sets=ALL, unreviewed=and_(DrawingSet.review_required, ~passed))
    yield tally(DesignChange, DesignChange.project_id == ASKED, changes=DesignChange.withdrawn_at.is_(None))
    yield tally(batches, batches=ALL, bad=suspect & ~batches.c.treated, unapproved=batches.c.unapproved & ~suspect)
    yield tally(LOTS, lots=ALL, **{
        each.value: state == each.value for each in (State.PASSED, State.FAILED, State.SIGNING, State.REFUSED)
    })
    yield tally(
        Mark, Mark.lot_id.in_(select(LOTS.c.id)), Mark.step == "", Mark.superseded_at.is_(None),
        marked=ALL, failed_marks=Mark.verdict == Verdict.FAILED, unaccepted=Mark.verdict.is_(None),
    )
    yield tally(
        UnitProject, UnitProject.project_id == ASKED, units=ALL, completed=UnitProject.accepted_on.is_not(None),
    )
    yield tally(Round, of_units, rounds=Round.ended_at.is_(None))
    yield tally(orders, of_units, orders=ALL)
    yield tally(ArchiveFile, ArchiveFile.project_id == ASKED, files=ALL)
    yield tally(
        handed, handovers=ALL, received=handed.c.received_at.is_not(None),
        returned=or_(handed.c.returned_at.is_not(None), handed.c.failed_at.is_not(None)),
    )


TALLIES = dict(tallies())
COUNTS = select(*TALLIES.values())


def progress(uow: UnitOfWork, whole: Project) -> Mapping[str, Line]:
    """The lines by the key of the project's page each leads to."""
    policy.require(uow.actor, Permission.PROJECT_READ, whole.scope)
    row = uow.rows(COUNTS, {"project": whole.id}).one()
    found: dict[str, int] = {
        name: number for names, numbers in zip(TALLIES, row, strict=True) for name, number in zip(names, numbers, strict=True)
    }
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
        (found["failed_marks"], _("{count} 个标识不合格", count=found["failed_marks"]), Tone.BAD),
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
