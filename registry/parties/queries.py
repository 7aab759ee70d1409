"""What pages show of organisations and people."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from registry import policy
from registry.kernel.errors import Forbidden
from registry.kernel.search import wanted
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.parties.models import Organisation, OrganisationStatus
from registry.parties.rules import BECOMES, LONGEST_CHAIN
from registry.policy import ANYWHERE, Permission


@dataclass(frozen=True, slots=True)
class Found:
    organisations: list[Organisation]
    total: int


@dataclass(frozen=True, slots=True)
class Shown:
    """An organisation, those that took over from it one after another, and what may become of it."""

    organisation: Organisation
    successors: list[Organisation]
    becomes: list[OrganisationStatus]


def organisations(uow: UnitOfWork, words: str = "", offset: int = 0, limit: int = 20) -> Found:
    """Return the organisations found by parts of name or code, by name, and how many there are in all."""
    policy.require(uow.actor, Permission.PARTY_READ, ANYWHERE)
    query = select(Organisation)
    if grams := wanted(words):
        query = query.where(Organisation.grams.contains(grams))
    total = uow.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    page = query.order_by(Organisation.name, Organisation.uscc).offset(offset).limit(limit)
    return Found(list(uow.session.scalars(page)), total)


def organisation(uow: UnitOfWork, organisation_id: UUID) -> Shown:
    """Return an organisation and what became of it. Firms are public knowledge to everyone signed in."""
    policy.require(uow.actor, Permission.PARTY_READ, ANYWHERE)
    found = uow.get(Organisation, organisation_id)
    becomes = [status for status in OrganisationStatus if status in BECOMES.get(found.status, ())]
    return Shown(found, successors(uow, found), becomes)


def organisation_to_edit(uow: UnitOfWork, organisation_id: UUID) -> Shown:
    """The same for those who may edit it."""
    shown = organisation(uow, organisation_id)
    policy.require(uow.actor, Permission.PARTY_EDIT, shown.organisation.scope)
    return shown


def successors(uow: UnitOfWork, organisation: Organisation) -> list[Organisation]:
    """Return who took over, and from them in turn, nearest first. Asks no authority."""
    chain: list[Organisation] = []
    follow = organisation.successor_id
    while follow is not None and len(chain) < LONGEST_CHAIN:
        chain.append(uow.get(Organisation, follow))
        follow = chain[-1].successor_id
    return chain


def require_recording(uow: UnitOfWork) -> None:
    """Raise Forbidden unless it is the actor's office to register firms met for the first time."""
    if not policy.allows(uow.actor, Permission.PARTY_RECORD, ANYWHERE):
        raise Forbidden(
            _("您的账户没有登记单位的权限。"), remedy=_("单位由质量监督机构登记；登记项目和导入花名册时，参建单位随之登记。"),
        )
