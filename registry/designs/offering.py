"""What the forms of the designs offer, to those who may send them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from registry.designs.authority import own_firms
from registry.designs.models import DesignTarget, DrawingSet
from registry.designs.queries import Labels, labels, project_read, refuse_recording, targets_of, unit_read
from registry.designs.standing import InLine, changes_of, review_of, sets_of
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.projects.models import Participation, Project, UnitProject
from registry.standards import handbook as standards
from registry.standards.drawings import TargetKind

DELIVERERS = ("design", "general-contractor", "contractor")   # keys of the Roles some stage is delivered by
REVIEW_RECORDERS = ("owner", "drawing-review")


@dataclass(frozen=True, slots=True)
class Recording:
    """What the forms offer: firms the actor may record for, units, and what the standards list."""

    project: Project
    firms: Sequence[Participation]
    names: Labels


def recording(uow: UnitOfWork, project_id: UUID, roles: Sequence[str] = ()) -> Recording:
    """The project, for those who may record for one of its firms in those roles. Raises Forbidden to the others."""
    whole = project_read(uow, project_id)
    firms = own_firms(uow, whole, roles)
    if not firms:
        refuse_recording(uow, whole)
    return Recording(whole, firms, labels(uow, whole))


def sets_offered(uow: UnitOfWork, project_id: UUID) -> list[tuple[str, str]]:
    """The latest version of each line of drawings, to choose from."""
    whole = project_read(uow, project_id)
    latest = {InLine(one).line: one for one in sorted(sets_of(uow.session, whole.id), key=lambda one: one.version)}
    return [(str(one.id), set_words(one)) for _line, one in sorted(latest.items())]


def set_words(one: DrawingSet) -> str:
    unit = one.unit.name if one.unit else _("全部单位工程")
    return _("{unit} {number} {title} 第 {version} 版", unit=unit, number=one.number, title=one.title, version=one.version)


def to_be_reviewed(uow: UnitOfWork, project_id: UUID) -> list[tuple[str, str]]:
    """What waits for a review, to choose from: ("set:<id>" or "change:<id>", what it is)."""
    whole = project_read(uow, project_id)
    sets = [one for one in sets_of(uow.session, whole.id) if review_of(one, uow.today) is not None]
    changes = [one for one in changes_of(uow.session, whole.id) if review_of(one, uow.today) is not None]
    return [
        *((f"set:{one.id}", set_words(one)) for one in sets),
        *((f"change:{one.id}", _("变更 {number}", number=one.number)) for one in changes),
    ]


@dataclass(frozen=True, slots=True)
class Aims:
    """A unit project, what its design aims at today, and what there is to aim at."""

    unit: UnitProject
    targets: Sequence[DesignTarget]
    kinds: dict[str, TargetKind]


def aims(uow: UnitOfWork, unit_id: UUID) -> Aims:
    unit = unit_read(uow, unit_id)
    recording(uow, unit.project_id, ("design", "general-contractor"))
    kinds = {one.key: one for one in standards.target_kinds(uow.session, unit.project.region, uow.today)}
    return Aims(unit, targets_of(uow, unit.project).get(unit_id, ()), kinds)
