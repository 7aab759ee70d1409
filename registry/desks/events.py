"""What the ledger holds about a project: every record that belongs to it, by one statement."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CompoundSelect, Select, Uuid, and_, bindparam, literal, select, union_all

from registry.archives.models import Archive
from registry.kernel.db import Base
from registry.ledger.models import LedgerEvent
from registry.plaques.models import Mounting, Plaque
from registry.pledges.models import Authorisation, ChangeOfLeader, Filing, Pledge, Return
from registry.projects.models import Participation, Project, Term, UnitProject

ASKED = bindparam("project", type_=Uuid())
LONGEST_LIST = 20


def records() -> CompoundSelect[Any]:
    """(table, id) of every record of the project `:project`."""
    firms = select(Participation.id).where(Participation.project_id == ASKED)
    terms = select(Term.id).where(Term.participation_id.in_(firms))
    units = select(UnitProject.id).where(UnitProject.project_id == ASKED)
    plaques = select(Plaque.id).where(Plaque.unit_project_id.in_(units))
    return union_all(
        named(Project).where(Project.id == ASKED),
        named(UnitProject).where(UnitProject.project_id == ASKED),
        named(Participation).where(Participation.project_id == ASKED),
        named(Term).where(Term.participation_id.in_(firms)),
        *(named(paper).where(paper.term_id.in_(terms)) for paper in (Authorisation, Pledge, Filing, Return)),
        named(ChangeOfLeader).where(ChangeOfLeader.incoming_term_id.in_(terms)),
        named(Plaque).where(Plaque.unit_project_id.in_(units)),
        named(Mounting).where(Mounting.plaque_id.in_(plaques)),
        named(Archive).where(Archive.project_id == ASKED),
    )


def named(model: type[Base]) -> Select[Any]:
    return select(literal(model.__tablename__).label("subject_table"), model.__table__.c.id.label("subject_id"))


def latest() -> Select[datetime, str, UUID]:
    """The newest events about a project, and where each can be proved."""
    ours = records().subquery()
    about = and_(LedgerEvent.subject_table == ours.c.subject_table, LedgerEvent.subject_id == ours.c.subject_id)
    return (
        select(LedgerEvent.at, LedgerEvent.kind, LedgerEvent.id).join(ours, about)
        .order_by(LedgerEvent.at.desc(), LedgerEvent.id).limit(LONGEST_LIST)
    )


LATEST_EVENTS = latest()
