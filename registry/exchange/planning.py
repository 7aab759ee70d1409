"""What of a project's roster is new, held against what the registry already has. Pure.

A fact that is registered otherwise is never overwritten: it is a fault on its row. A blank that a later
roster fills is filled; a term or a stay that a later roster ends is ended. What a roster is silent about
stays as it is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from registry.exchange.findings import Findings
from registry.exchange.rows import Firm, LeaderRow, ParticipationRow, ProjectRoster, UnitRow
from registry.exchange.sheets import LEADERS, PARTICIPATIONS, PROJECTS, UNITS
from registry.kernel.text import _
from registry.ledger.private import masked, personal_number, texts
from registry.parties.models import IdentityKind, Organisation, Person
from registry.projects.models import Participation, Project, Term, UnitProject
from registry.projects.rules import Span, overlaps
from registry.standards.posts import Post

Identity = tuple[IdentityKind, str]

PROJECT_COLUMNS = {
    "name": "工程名称", "address": "建设地点", "region": "行政区划代码", "category": "工程类别",
    "structure": "结构类型",
    "area": "建筑面积", "cost": "工程造价", "duration_days": "合同工期", "permit_number": "施工许可证编号",
    "oversight_number": "质量监督注册号", "started_on": "开工日期", "accepted_on": "竣工验收合格日期",
    "longitude": "经度", "latitude": "纬度",
}
UNIT_COLUMNS = {
    "name": "单位工程名称", "storeys_above": "地上层数", "storeys_below": "地下层数", "area": "建筑面积",
    "structure": "结构类型", "design_life_years": "设计使用年限", "design_life_basis": "设计文件依据",
}
FIRM_TEXTS = {"name": "单位名称", "legal_representative": "法定代表人"}
LEADER_TEXTS = {"name": "姓名", "qualification_kind": "注册执业资格"}


@dataclass(frozen=True, slots=True)
class Held:
    """What the registry holds of the projects, firms and people that some rosters name, on the day of the import."""

    today: date
    projects: Mapping[str, Project]                # by number, with units, participations and terms loaded
    organisations: Mapping[str, Organisation]      # by 统一社会信用代码
    people: Mapping[Identity, Person]


@dataclass(slots=True)
class FirmPlan:
    """What is new about one stay of a firm."""

    row: ParticipationRow
    held: Participation | None
    ending: date | None = None                                          # the last day that the roster adds
    closing: list[tuple[Term, date]] = field(default_factory=list)      # terms that the roster ends
    terms: list[LeaderRow] = field(default_factory=list)                # new terms


@dataclass(slots=True)
class ProjectPlan:
    """What is new about one project. `held` None means that all of it is."""

    roster: ProjectRoster
    held: Project | None
    filled: dict[str, object] = field(default_factory=dict)             # blanks of the project
    units: list[UnitRow] = field(default_factory=list)                  # new unit projects
    filled_units: list[tuple[UnitProject, dict[str, object]]] = field(default_factory=list)
    firms: list[FirmPlan] = field(default_factory=list)


def plan(roster: ProjectRoster, held: Held, posts: Mapping[str, Post], findings: Findings) -> ProjectPlan:
    """Return what is new in `roster`; note on its row whatever the registry holds otherwise."""
    return Comparison(roster, held, posts, findings).plan()


class Comparison:
    """Holds one project's roster against the registry."""

    def __init__(
        self, roster: ProjectRoster, held: Held, posts: Mapping[str, Post], findings: Findings
    ) -> None:
        self.roster = roster
        self.held = held
        self.posts = posts
        self.findings = findings

    def plan(self) -> ProjectPlan:
        known = self.held.projects.get(self.roster.project.number)
        found = ProjectPlan(self.roster, known)
        self.tells_nobodys_number()
        if known is not None:
            found.filled = self.fill(known, self.roster.project, PROJECT_COLUMNS, PROJECTS)
        units = {unit.number: unit for unit in known.units} if known else {}
        for row in self.roster.units:
            if row.number in units:
                filled = self.fill(units[row.number], row, UNIT_COLUMNS, UNITS)
                found.filled_units += [(units[row.number], filled)] if filled else []
            else:
                found.units.append(row)
        for firm in self.roster.firms:
            self.names(firm)
            found.firms.append(self.firm(firm, known.participations if known else []))
        return found

    def refuse(self, sheet: str, line: int, column: str, reason: str) -> None:
        self.findings.refuse(self.roster.project.number, sheet, line, column, reason)

    def differs(self, sheet: str, line: int, column: str, registered: object) -> None:
        reason = _("已登记为“{registered}”，与此处不同；确需更正的，请在系统中办理。", registered=registered)
        self.refuse(sheet, line, column, reason)

    def tells_nobodys_number(self) -> None:
        """Note every free text that holds somebody's identity or phone number: it could never be kept for good."""
        firms = self.roster.firms
        for sheet, columns, rows in (
            (PROJECTS, PROJECT_COLUMNS, [self.roster.project]), (UNITS, UNIT_COLUMNS, self.roster.units),
            (PARTICIPATIONS, FIRM_TEXTS, [firm.row for firm in firms]),
            (LEADERS, LEADER_TEXTS, [leader for firm in firms for leader in firm.leaders]),
        ):
            for row in rows:
                told = {name: getattr(row, name) for name in columns}
                for name, text in texts(told):
                    if found := personal_number(text, self.held.today):
                        reason = _("“{found}”像是身份证号码或手机号，不得写入永久存证，请删去。", found=masked(found))
                        self.refuse(sheet, getattr(row, "line"), columns[name], reason)  # noqa: B009 — any kind of row

    def over(self, last_day: date, sheet: str, line: int, column: str) -> None:
        """Note a last day that has not come: what goes on cannot be ended yet."""
        if last_day > self.held.today:
            self.refuse(sheet, line, column, _("不得晚于今天；到期后再补。"))

    def fill(
        self, known: Project | UnitProject, row: object, columns: Mapping[str, str], sheet: str
    ) -> dict[str, object]:
        """Return the blanks of `known` that the row fills; note where it says otherwise."""
        filled: dict[str, object] = {}
        for name, column in columns.items():
            registered, given = getattr(known, name), getattr(row, name)
            if given in (None, "") or same(registered, given):
                continue
            if registered in (None, ""):
                filled[name] = given
            else:
                self.differs(sheet, getattr(row, "line"), column, registered)  # noqa: B009 — any kind of row
        return filled

    def names(self, firm: Firm) -> None:
        """Hold the names of a firm and its leaders against those registered under their numbers."""
        organisation = self.held.organisations.get(firm.row.uscc)
        if organisation is not None and organisation.name != firm.row.name:
            self.differs(PARTICIPATIONS, firm.row.line, "单位名称", organisation.name)
        if organisation is not None and organisation.legal_representative != firm.row.legal_representative:
            registered = organisation.legal_representative
            reason = _("该单位登记的法定代表人是{name}；本项目按此处记载。", name=registered)
            self.findings.remark(PARTICIPATIONS, firm.row.line, "法定代表人", reason)
        for row in firm.leaders:
            person = self.held.people.get((row.identity_kind, row.identity_number))
            if person is not None and person.name != row.name:
                reason = _("证件号码 {mask} 已登记在另一姓名“{name}”之下，请核对。",
                           mask=person.identity_mask, name=person.name[0] + "*" * (len(person.name) - 1))
                self.refuse(LEADERS, row.line, "姓名", reason)

    def firm(self, firm: Firm, participations: Iterable[Participation]) -> FirmPlan:
        row = firm.row
        stays = [
            stay for stay in participations if (stay.organisation.uscc, stay.role) == (row.uscc, row.role)
        ]
        known = next((stay for stay in stays if stay.since == row.since), None)
        if known is None:
            for stay in stays:
                if overlaps(Span(stay.since, stay.until), Span(row.since, row.until)):
                    self.differs(PARTICIPATIONS, row.line, "进场日期", stay.since)
            return FirmPlan(row, None, terms=list(firm.leaders))
        found = FirmPlan(row, known)
        if row.units and set(known.unit_numbers) != set(row.units):
            registered = "、".join(known.unit_numbers) or _("整个项目")
            self.differs(PARTICIPATIONS, row.line, "承担范围", registered)
        if row.until is not None and known.until is None:
            self.over(row.until, PARTICIPATIONS, row.line, "退场日期")
            found.ending = row.until
        elif row.until is not None and row.until != known.until:
            self.differs(PARTICIPATIONS, row.line, "退场日期", known.until)
        for leader in firm.leaders:
            self.leader(leader, known, found)
        self.no_overlap(found, known.terms)
        return found

    def leader(self, row: LeaderRow, known: Participation, found: FirmPlan) -> None:
        """Put a leader's row down as new, as ending a term, or as known; a corrected term is known too."""
        person = self.held.people.get((row.identity_kind, row.identity_number))
        this = (person.id if person else None, row.post, row.since)
        same_terms = [term for term in known.terms if (term.person_id, term.post, term.since) == this]
        term = next((term for term in same_terms if term.corrected_by_id is None), None)
        if term is None:
            found.terms += [] if same_terms else [row]
        elif row.until is not None and term.until is None:
            self.over(row.until, LEADERS, row.line, "离任日期")
            found.closing.append((term, row.until))
        elif row.until is not None and row.until != term.until:
            self.differs(LEADERS, row.line, "离任日期", term.until)

    def no_overlap(self, found: FirmPlan, held: Iterable[Term]) -> None:
        """Note new terms that overlap one in the registry, once the terms that the roster ends have ended."""
        ends = {term.id: until for term, until in found.closing}
        standing = [term for term in held if term.corrected_by_id is None]
        for row in found.terms:
            for term in standing:
                until = term.until or ends.get(term.id) or found.ending
                other = Span(term.since, max(until, term.since) if until else None)
                held_alone = self.posts[row.post].sole
                if held_alone and term.post == row.post and overlaps(other, Span(row.since, row.until)):
                    reason = _("与已登记的{name}自 {since} 起的任期重叠，请补上其离任日期或改正任职日期。",
                               name=term.person_name, since=term.since)
                    self.refuse(LEADERS, row.line, "任职日期", reason)


def same(registered: object, given: object) -> bool:
    """Whether two values are one in the registry, which keeps six decimals."""
    if isinstance(registered, Decimal) and isinstance(given, Decimal):
        return round(registered, 6) == round(given, 6)
    return registered == given
