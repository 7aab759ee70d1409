"""What is found while a roster is read: what was mended, what looks odd, and what refuses a project."""

from dataclasses import dataclass, field

from registry.kernel.text import _


@dataclass(frozen=True, slots=True)
class Fault:
    """Why something cannot go in. `row` 0 means the sheet as a whole, `sheet` "" the file as a whole."""

    sheet: str
    row: int
    column: str
    message: str


@dataclass(frozen=True, slots=True)
class Mend:
    """What was changed without asking, because only one thing could be meant. Personal numbers are masked."""

    sheet: str
    row: int
    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Remark:
    """What looks odd and was taken all the same."""

    sheet: str
    row: int
    column: str
    message: str


@dataclass(slots=True)
class Findings:
    """Everything found in one file, in the order of finding."""

    faults: list[Fault] = field(default_factory=list)
    mends: list[Mend] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    whole: list[Fault] = field(default_factory=list)             # why nothing of the file can go in
    refused: set[str] = field(default_factory=set)               # numbers of the projects that stay out
    broken: set[tuple[str, str]] = field(default_factory=set)    # (sheet, project) with unreadable rows

    def add(self, others: "Findings") -> None:
        """Take over what was found elsewhere, behind what was found here."""
        self.faults += others.faults
        self.mends += others.mends
        self.remarks += others.remarks
        self.whole += others.whole
        self.refused |= others.refused
        self.broken |= others.broken

    @property
    def errors(self) -> list[Fault]:
        return self.whole + self.faults

    def refuse(self, project: str, sheet: str, row: int, column: str, reason: str) -> None:
        """Note a fault in a row and keep its project out."""
        where = _("第 {row} 行「{column}」：", row=row, column=column)
        self.faults.append(Fault(sheet, row, column, where + reason))
        self.refused.add(project)

    def mend(self, sheet: str, row: int, column: str, before: str, after: str) -> None:
        self.mends.append(Mend(sheet, row, column, before, after))

    def remark(self, sheet: str, row: int, column: str, reason: str) -> None:
        where = _("第 {row} 行「{column}」：", row=row, column=column)
        self.remarks.append(Remark(sheet, row, column, where + reason))
