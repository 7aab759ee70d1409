"""Holding the rows of one project against each other, and every name against the number it goes with."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial

from registry.exchange.findings import Findings
from registry.exchange.rows import Bundle, Firm, LeaderRow, ParticipationRow, ProjectRoster, UnitRow
from registry.exchange.sheets import LEADERS, PARTICIPATIONS, PROJECTS, UNITS
from registry.exchange.spool import Spool
from registry.kernel.text import _
from registry.parties.identifiers import mask_identity
from registry.projects.rules import Span, overlaps
from registry.standards.posts import Post, Role, post_called, role_called


@dataclass(frozen=True, eq=False)
class Catalogue:
    """The roles firms take and the posts people hold, as the handbook of a region lists them."""

    roles: tuple[Role, ...]
    posts: tuple[Post, ...]

    @cached_property
    def post_of(self) -> dict[str, Post]:
        """The posts by their keys."""
        return {post.key: post for post in self.posts}

    @cached_property
    def role(self) -> Callable[[str], Role | None]:
        """role(written): the role a roster means, remembered, for every row asks."""
        return lru_cache(1000)(partial(role_called, self.roles))

    @cached_property
    def post(self) -> Callable[[str, str], Post | None]:
        """post(written, role): the post a roster means within a role, remembered."""
        return lru_cache(1000)(partial(post_called, self.posts))


CatalogueOf = Callable[[str], Catalogue]
"""Returns the catalogue of a region (GB/T 2260)."""


def settled(bundle: Bundle, catalogue_of: CatalogueOf, spool: Spool, findings: Findings) -> ProjectRoster:
    """Return the project with words turned into keys and leaders put with their firms.

    What does not agree is noted on the row to be mended, and its project is among `findings.refused` then.
    """
    project = bundle.projects[0]
    judge = Agreement(bundle, catalogue_of(project.region), spool, findings)
    judge.projects()
    judge.units()
    firms = judge.participations()
    return ProjectRoster(project, bundle.units, judge.leaders(firms))


class Agreement:
    """Judges one project; notes a fault on the row that should be mended, mostly the later of two."""

    def __init__(self, bundle: Bundle, catalogue: Catalogue, spool: Spool, findings: Findings) -> None:
        self.bundle = bundle
        self.catalogue = catalogue
        self.spool = spool
        self.findings = findings

    def refuse(self, sheet: str, line: int, column: str, reason: str) -> None:
        self.findings.refuse(self.bundle.number, sheet, line, column, reason)

    def whole(self, sheet: str) -> bool:
        """Whether every row of the project in that sheet could be read: what is missing is missing then."""
        return (sheet, self.bundle.number) not in self.findings.broken

    def projects(self) -> None:
        first, *others = self.bundle.projects
        for other in others:
            reason = _("与第 {row} 行的项目编号重复，一个项目只能有一行。", row=first.line)
            self.refuse(PROJECTS, other.line, "项目编号", reason)
        if first.started_on and first.accepted_on and first.accepted_on < first.started_on:
            reason = _("早于开工日期 {day}，请核对。", day=first.started_on)
            self.refuse(PROJECTS, first.line, "竣工验收合格日期", reason)

    def units(self) -> None:
        if not self.bundle.units and self.whole(UNITS):
            reason = _("「单位工程」表中没有这个项目，至少要有一个单位工程。")
            self.refuse(PROJECTS, self.bundle.projects[0].line, "项目编号", reason)
        seen: dict[str, UnitRow] = {}
        for unit in self.bundle.units:
            first = seen.setdefault(unit.number, unit)
            if first is not unit:
                reason = _("编号 {number} 与第 {row} 行重复。", number=unit.number, row=first.line)
                self.refuse(UNITS, unit.line, "单位工程编号", reason)

    def participations(self) -> list[ParticipationRow]:
        """Return the participations whose role is known, with role and units as keys."""
        found: list[ParticipationRow] = []
        for row in self.bundle.participations:
            self._one_name(row.uscc, row.uscc, row.name, (PARTICIPATIONS, row.line, "单位名称"))
            role = self._role(PARTICIPATIONS, row.line, row.role)
            units = self._units(row)
            if role is None:
                continue
            keyed = replace(row, role=role.key, units=units)
            self._no_second_row(keyed, found)
            found.append(keyed)
        return found

    def leaders(self, firms: list[ParticipationRow]) -> tuple[Firm, ...]:
        """Return the firms, each with its leaders; posts are keys now."""
        held: dict[int, list[LeaderRow]] = {firm.line: [] for firm in firms}
        for row in self.bundle.leaders:
            identity = f"{row.identity_kind}/{row.identity_number}"
            shown = mask_identity(row.identity_number)
            self._one_name(identity, shown, row.name, (LEADERS, row.line, "姓名"))
            role = self._role(LEADERS, row.line, row.role)
            post = self._post(row, role) if role else None
            firm = self._firm(row, role, firms) if role else None
            if post is None or firm is None:
                continue
            keyed = self._within_stay(replace(row, role=post.role, post=post.key), firm)
            self._no_second_holder(keyed, post, held[firm.line])
            held[firm.line].append(keyed)
        return tuple(Firm(firm, tuple(held[firm.line])) for firm in firms)

    def _one_name(self, key: str, shown: str, name: str, at: tuple[str, int, str]) -> None:
        """Note that a number stands under another name further up in the file. `shown` may be printed."""
        sheet, line, column = at
        meant, where, first = self.spool.settle("name", key, name, sheet, line)
        if meant != name:
            reason = _("{number} 在「{sheet}」第 {row} 行名为“{other}”，此处为“{name}”，请核对。",
                       number=shown, sheet=where, row=first, other=meant, name=name)
            self.refuse(sheet, line, column, reason)

    def _role(self, sheet: str, line: int, written: str) -> Role | None:
        role = self.catalogue.role(written)
        if role is None:
            known = "、".join(role.label for role in self.catalogue.roles)
            reason = _("不认识责任主体“{role}”，请填写 {known} 之一。", role=written, known=known)
            self.refuse(sheet, line, "责任主体", reason)
        return role

    def _post(self, row: LeaderRow, role: Role) -> Post | None:
        post = self.catalogue.post(row.post, role.key)
        if post is None:
            fitting = "、".join(post.label for post in self.catalogue.posts if post.role == role.key)
            reason = _("“{post}”不是{role}的职务，请填写 {fitting}。",
                       post=row.post, role=role.label, fitting=fitting)
            self.refuse(LEADERS, row.line, "职务", reason)
        return post

    def _units(self, row: ParticipationRow) -> tuple[str, ...]:
        """Return the numbers of the unit projects a firm works on, noting those that do not exist."""
        found: list[str] = []
        for written in row.units:
            number = unit_called(self.bundle.units, written)
            if number is not None:
                found.append(number)
            elif self.whole(UNITS):
                known = "、".join(unit.number for unit in self.bundle.units)
                reason = _("没有单位工程 {number}，本项目的编号有：{known}。", number=written, known=known)
                self.refuse(PARTICIPATIONS, row.line, "承担范围", reason)
        numbers = tuple(dict.fromkeys(found))
        if len(found) == len(row.units) and numbers != row.units:
            self.findings.mend(PARTICIPATIONS, row.line, "承担范围", "、".join(row.units), "、".join(numbers))
        return numbers

    def _no_second_row(self, row: ParticipationRow, others: Iterable[ParticipationRow]) -> None:
        for other in others:
            same = (other.uscc, other.role) == (row.uscc, row.role)
            if same and overlaps(Span(other.since, other.until), Span(row.since, row.until)):
                reason = _("与第 {row} 行的单位、责任主体相同且日期重叠，请合并为一行，承担范围用“、”分隔。",
                           row=other.line)
                self.refuse(PARTICIPATIONS, row.line, "统一社会信用代码", reason)
                return

    def _firm(
        self, row: LeaderRow, role: Role, firms: Sequence[ParticipationRow]
    ) -> ParticipationRow | None:
        """Return the participation a leader belongs to: its firm's, in that role, on that day."""
        own = [firm for firm in firms if firm.uscc == row.uscc and firm.role == role.key]
        in_force = [firm for firm in own if Span(firm.since, firm.until).covers(row.since)]
        if own:
            return (in_force or own)[-1]
        if self.whole(PARTICIPATIONS):
            other = next((firm for firm in firms if firm.uscc == row.uscc), None)
            if other is not None:
                reason = _("该单位在「参建单位」第 {row} 行不是{role}，请核对。",
                           row=other.line, role=role.label)
                self.refuse(LEADERS, row.line, "责任主体", reason)
            else:
                reason = _("「参建单位」表中没有 {uscc}，请补上该单位或改正代码。", uscc=row.uscc)
                self.refuse(LEADERS, row.line, "统一社会信用代码", reason)
        return None

    def _no_second_holder(self, row: LeaderRow, post: Post, others: Iterable[LeaderRow]) -> None:
        """Note two terms of one post that share more than a day of hand-over, unless it allows several."""
        for other in others:
            if other.post != row.post:
                continue
            same = (other.identity_kind, other.identity_number) == (row.identity_kind, row.identity_number)
            if same and other.since == row.since:
                reason = _("与第 {row} 行重复，请删去一行。", row=other.line)
                self.refuse(LEADERS, row.line, "证件号码", reason)
                return
            if (same or post.sole) and overlaps(Span(other.since, other.until), Span(row.since, row.until)):
                reason = _("与第 {row} 行{name}的任期重叠，同一职务同一时间只能由一人担任，请核对日期。",
                           row=other.line, name=other.name)
                self.refuse(LEADERS, row.line, "任职日期", reason)
                return

    def _within_stay(self, row: LeaderRow, firm: ParticipationRow) -> LeaderRow:
        """Return a leader's row that ends no later than the stay of the firm, if it says no end itself."""
        if row.since < firm.since:
            reason = _("早于该单位进场日期 {day}，请核对。", day=firm.since)
            self.findings.remark(LEADERS, row.line, "任职日期", reason)
        if firm.until is None:
            return row
        if row.since > firm.until:
            reason = _("晚于该单位退场日期 {day}，请核对。", day=firm.until)
            self.refuse(LEADERS, row.line, "任职日期", reason)
        elif row.until is None:
            self.findings.mend(LEADERS, row.line, "离任日期", "", f"{firm.until}")
            return replace(row, until=firm.until)
        elif row.until > firm.until:
            reason = _("晚于该单位退场日期 {day}，请核对。", day=firm.until)
            self.findings.remark(LEADERS, row.line, "离任日期", reason)
        return row


def unit_called(units: Iterable[UnitRow], written: str) -> str | None:
    """Return the number of the one unit project that `written` means, by number (01 = 1) or by name."""
    units = tuple(units)
    numbers = [unit.number for unit in units]
    if written in numbers:
        return written
    bare = written.lstrip("0")
    alike = [number for number in numbers if bare and number.lstrip("0") == bare]
    alike = alike or [unit.number for unit in units if unit.name == written]
    return alike[0] if len(alike) == 1 else None
