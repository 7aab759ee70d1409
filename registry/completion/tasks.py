"""What one form of completion is about: the words around its fields."""

from dataclasses import dataclass
from uuid import UUID

from registry.projects.models import UnitProject


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to fill in for a unit project: title, what to know first, what the button says."""

    unit: UnitProject
    title: str
    lead: str
    submit: str
    back: str

    @property
    def project_id(self) -> UUID:
        return self.unit.project_id


def task(unit: UnitProject, title: str, lead: str, submit: str, back: str = "") -> Task:
    return Task(unit, title, lead, submit, back or f"/units/{unit.id}/completion")
