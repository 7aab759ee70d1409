"""Which posts do what with materials, and the site's acts all begin alike: load, ask, see who stands there.

Source: 建设工程质量管理条例 第二十九、三十一、三十七条; 住房和城乡建设部令第57号 第十八条.
"""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import selectinload

from registry import policy
from registry.kernel.uow import UnitOfWork, lock_number
from registry.materials.models import Batch, Component
from registry.policy import Permission
from registry.projects.models import PROJECT_PARTIES, Project

CLERKS = ("site/materials-clerk", "site/quality-inspector", "site/foreman", "site/technical-leader")
INSPECTORS = ("site/materials-clerk", "site/quality-inspector")
SAMPLERS = ("site/sampler",)
WITNESSES = ("site/witness", "site/supervision-engineer", "site/owner-engineer")
REPORTERS = (*SAMPLERS, *INSPECTORS, *WITNESSES)
APPROVERS = ("site/supervision-engineer", "chief-supervisor")
DISPOSERS = ("site/technical-leader", "site/quality-inspector", "site/materials-clerk", "project-manager")
REMOVAL_WITNESSES = ("site/supervision-engineer", "site/witness", "chief-supervisor")
DESIGNERS = ("design-leader",)
PLANT_SUPERVISORS = ("site/plant-supervisor",)

BATCH_IN_PROJECT = selectinload(Batch.project).options(PROJECT_PARTIES)
COMPONENT_IN_PROJECT = selectinload(Component.project).options(PROJECT_PARTIES)


def batch_for(uow: UnitOfWork, batch_id: UUID, permission: Permission) -> Batch:
    """Return a batch the actor may do that to, with its project and the project's firms."""
    found = uow.get(Batch, batch_id, BATCH_IN_PROJECT)
    policy.require(uow.actor, permission, found.scope)
    return found


def project_for(uow: UnitOfWork, project_id: UUID, permission: Permission) -> Project:
    found = uow.get(Project, project_id, PROJECT_PARTIES)
    policy.require(uow.actor, permission, found.scope)
    return found


def between_recalls(uow: UnitOfWork) -> None:
    """Let no recall come in before this act has ended; acts do not wait for each other. See `alone_among_acts`."""
    uow.session.execute(text("SELECT pg_advisory_xact_lock_shared(:n)"), {"n": lock_number("recalls")})


def alone_among_acts(uow: UnitOfWork) -> None:
    """Wait until every act on materials that has begun is over; those to come wait for this one, and then see it."""
    uow.lock("recalls")
