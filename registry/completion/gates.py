"""The gate engine: every condition of the law before a step, how it stands, what is missing, who acts, where.

Run it at any time, before anybody submits anything. What the conditions are and where the law says so is an edition
of the handbook; how each is answered stands in conditions.py.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from registry.completion.conditions import CONDITIONS
from registry.completion.models import Stance, Statement
from registry.completion.rules import PASSED, Answer, State, unknown
from registry.completion.standing import Standing, standing, standings
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.projects.models import Project, UnitProject
from registry.projects.queries import register
from registry.standards import handbook as standards
from registry.standards.completion import CompletionGate, Moment
from registry.standards.rules import Status

STATED = {Stance.MET: State.MET, Stance.UNMET: State.NOT_MET, Stance.NOT_APPLICABLE: State.NOT_APPLICABLE}


@dataclass(frozen=True, slots=True)
class GateLine:
    """One condition before one step, answered.

    missing   in words and counts; for a condition that is met, what meets it
    who       who must act, by post, firm and name as far as they are known
    link      the page on which to mend it, "" where there is none
    stated    whether a signed statement may answer it while it is unknown
    """

    rule: str
    label: str
    source: str
    status: Status
    state: State
    missing: tuple[str, ...]
    remedy: str
    acts: str
    who: str
    link: str
    stated: bool
    statement: Statement | None = None

    @property
    def told(self) -> str:
        """How it stands, as a paper says it."""
        return "；".join(self.missing) or (_("经核查无缺项") if self.passed else "")

    @property
    def passed(self) -> bool:
        return self.state in PASSED

    @property
    def bars(self) -> bool:
        """Whether the step may not be taken: a suggestion of ours bars nothing."""
        return not self.passed and self.status is Status.LAW


@dataclass(frozen=True, slots=True)
class UnitGates:
    """A unit project and its conditions before one step."""

    unit: UnitProject
    moment: Moment
    lines: tuple[GateLine, ...]

    @property
    def open(self) -> bool:
        return not any(line.bars for line in self.lines)

    @property
    def done(self) -> tuple[int, int]:
        """(conditions that stand in nobody's way, all)."""
        return sum(line.passed for line in self.lines), len(self.lines)


def run(uow: UnitOfWork, unit_id: UUID, moment: Moment = Moment.ACCEPTANCE) -> tuple[GateLine, ...]:
    """Answer every condition before a step for one unit project. Raises NotFound or Forbidden as its page does."""
    return lines_of(standing(uow, unit_id), moment)


def run_project(uow: UnitOfWork, project_id: UUID, moment: Moment = Moment.ACCEPTANCE) -> list[UnitGates]:
    """The same for every unit project of a project, read together."""
    return gates_of(uow, register(uow, project_id), moment)


def gates_of(uow: UnitOfWork, whole: Project, moment: Moment) -> list[UnitGates]:
    """The same for a project in hand; needs its units, firms and terms loaded."""
    return [UnitGates(now.unit, moment, lines_of(now, moment)) for now in standings(uow, whole)]


def lines_of(now: Standing, moment: Moment) -> tuple[GateLine, ...]:
    """Answer every condition for a unit project in hand."""
    gates = standards.completion_gates(now.uow.session, now.project.region, now.today)
    return tuple(line_of(now, gate, moment) for gate in gates if moment in gate.moments)


def line_of(now: Standing, gate: CompletionGate, moment: Moment) -> GateLine:
    condition = CONDITIONS.get(gate.key)
    answer = condition(now, moment) if condition else unknown(_("系统中没有可查的记录"))
    said = now.statements.get(gate.key) if gate.stated else None
    if answer.state is State.UNKNOWN and said is not None:
        answer = as_stated(said, answer.link)
    cure = f"/units/{now.unit.id}/completion/statements/{gate.key}"
    link = cure if answer.state is State.UNKNOWN and gate.stated else answer.link
    return GateLine(
        gate.key, gate.label, gate.source, gate.status, answer.state, answer.missing, gate.remedy, gate.acts,
        who_acts(now, gate.acts), "" if answer.state in PASSED else link or (cure if gate.stated else ""), gate.stated, said,
    )


def as_stated(said: Statement, link: str) -> Answer:
    words = _("{person}于 {day} 书面确认：{words}", person=said.stated_by, day=said.stated_on, words=said.words)
    return Answer(STATED[said.stance], (f"{words}（{said.number}）" if said.number else words,), link)


def who_acts(now: Standing, acts: str) -> str:
    """Name who must act: a post's holders, a role's firms, or the station."""
    if acts == "station":
        return _("工程质量监督机构")
    roles = {role.key: role.label for role in standards.roles(now.uow.session, now.project.region, now.today)}
    if acts in roles:
        names = "、".join(firm.organisation_name for firm in now.firms(acts))
        return _("{role}（{firms}）", role=roles[acts], firms=names or _("未登记"))
    label = standards.post_held(now.uow.session, acts, now.project.region, now.today, now.today).label
    people = [f"{term.person_name}（{firm.organisation_name}）" for firm, term in now.holders(acts)]
    return f"{label} {'、'.join(people)}" if people else label


def barring(lines: Iterable[GateLine]) -> Sequence[GateLine]:
    return [line for line in lines if line.bars]
