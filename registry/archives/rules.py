"""What is required, what is there, what is missing, and who must bring it. Pure.

Sources: GB/T 50328-2014（2019年版）; 建设部令第90号; the stages as the edition stage-documents has them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from registry.standards.catalogues import ArchiveDocument
from registry.standards.stages import Requirement, Stage, StageDocument

WHOLE = 100


class LineState(StrEnum):
    PRESENT = "present"            # 已有
    NOT_HERE = "not-here"          # 本工程不产生
    MISSING = "missing"            # 缺
    IF_APPLICABLE = "if-applicable"  # 有则必备，尚无


@dataclass(frozen=True, slots=True)
class Firm:
    """Who must act: a participation, or only a role while no firm holds it."""

    participation_id: UUID | None
    organisation_id: UUID | None
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Line:
    """One document of the catalogue as a unit project has it, or all those together that are one firm's part.

    filed      documents handed in under its code, for these unit projects or for the whole project
    collected  documents the storeys below hold for it, likewise
    absence    why the project has none, "" where nobody said so
    lacking    names of the unit projects that have none, where others have
    """

    document: ArchiveDocument
    asked: StageDocument
    firm: Firm
    filed: int
    collected: int
    absence: str
    lacking: tuple[str, ...] = ()

    @property
    def named(self) -> str:
        """As it is named where it is missing: with the unit projects that lack it."""
        units = f"（{'、'.join(self.lacking)}）" if self.lacking else ""
        return f"{self.document.code} {self.document.name}{units}"

    @property
    def state(self) -> LineState:
        if (self.filed or self.collected) and not self.lacking:
            return LineState.PRESENT
        if self.absence:
            return LineState.NOT_HERE
        return LineState.MISSING if self.asked.need is Requirement.REQUIRED else LineState.IF_APPLICABLE


@dataclass(frozen=True, slots=True)
class Tally:
    """Lines that belong together: one stage, one firm, or one unit project."""

    key: str
    label: str
    lines: tuple[Line, ...]

    @property
    def required(self) -> int:
        """What counts: what must be there, and what is there besides."""
        return sum(line.state in {LineState.PRESENT, LineState.MISSING} for line in self.lines)

    @property
    def present(self) -> int:
        return sum(line.state is LineState.PRESENT for line in self.lines)

    @property
    def missing(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.state is LineState.MISSING)

    @property
    def percent(self) -> int:
        """Rounded down: a hundred means that nothing is missing."""
        return WHOLE if not self.required else WHOLE * self.present // self.required


def stage_lines(lines: Iterable[Line], stage: Stage, label: str) -> Tally:
    return Tally(stage, label, tuple(line for line in lines if line.asked.stage is stage))


def by_firm(lines: Sequence[Line]) -> tuple[Tally, ...]:
    """The same lines by who must act, the one with most missing first."""
    firms = dict.fromkeys(line.firm for line in lines)
    tallies = [
        Tally(str(firm.participation_id or firm.role), firm.name, tuple(line for line in lines if line.firm == firm))
        for firm in firms
    ]
    return tuple(sorted(tallies, key=lambda tally: (-len(tally.missing), tally.label)))


def asked_of(document: ArchiveDocument, rows: dict[str, StageDocument]) -> StageDocument:
    """When a document is due and whose it is. One the stages do not name is due at hand-over, if there is one."""
    found = rows.get(document.code)
    return found or StageDocument(Stage.HANDOVER, document.code, "owner", Requirement.IF_APPLICABLE, "GB/T 50328-2014")


def earliest(rows: Sequence[StageDocument]) -> dict[str, StageDocument]:
    """By code, the first stage that asks for a document."""
    order = list(Stage)
    return {row.code: row for row in sorted(rows, key=lambda row: -order.index(row.stage))}
