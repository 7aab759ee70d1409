"""What the rows of a roster say, once they have been read. Pure values; `line` is the row in the sheet."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from registry.parties.models import IdentityKind


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """工程. Area in m², cost in 万元, duration in calendar days."""

    line: int
    number: str
    name: str
    address: str
    region: str
    category: str
    structure: str
    area: Decimal | None
    cost: Decimal | None
    duration_days: int | None
    permit_number: str
    oversight_number: str
    started_on: date | None
    accepted_on: date | None
    longitude: Decimal | None
    latitude: Decimal | None


@dataclass(frozen=True, slots=True)
class UnitRow:
    """单位工程. Design working life in years."""

    line: int
    project: str
    number: str
    name: str
    storeys_above: int | None
    storeys_below: int | None
    area: Decimal | None
    structure: str
    design_life_years: int
    design_life_basis: str


@dataclass(frozen=True, slots=True)
class ParticipationRow:
    """参建单位. `units` are the numbers as written; none means the whole project."""

    line: int
    project: str
    role: str
    name: str
    uscc: str
    legal_representative: str
    licence_number: str
    units: tuple[str, ...]
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class LeaderRow:
    """项目负责人: one person in one post for one firm."""

    line: int
    project: str
    uscc: str
    role: str
    post: str
    name: str
    identity_kind: IdentityKind
    identity_number: str = field(repr=False)
    qualification_kind: str
    qualification_number: str
    phone: str = field(repr=False)
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Bundle:
    """The rows of one project as written, from all four sheets."""

    number: str
    projects: tuple[ProjectRow, ...]
    units: tuple[UnitRow, ...]
    participations: tuple[ParticipationRow, ...]
    leaders: tuple[LeaderRow, ...]


@dataclass(frozen=True, slots=True)
class Firm:
    """A participating firm with its leaders; roles, posts and units are keys now, no longer words."""

    row: ParticipationRow
    leaders: tuple[LeaderRow, ...]


@dataclass(frozen=True, slots=True)
class ProjectRoster:
    """One project whose rows agree with one another, ready to go in."""

    project: ProjectRow
    units: tuple[UnitRow, ...]
    firms: tuple[Firm, ...]
