"""Who held an office on the site on a day: what every mark, sample and acceptance is judged by.

A signature counts when its giver held the post the standard asks for, for a firm that then took part, over the
unit project concerned. Leaders and the posts on the site are asked alike.
"""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import any_, or_, select, true
from sqlalchemy.orm import Session, joinedload

from registry import policy
from registry.kernel.errors import Conflict
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.policy import Permission
from registry.projects.models import PROJECT_PARTIES, Participation, Project, Term
from registry.standards import handbook as standards


class NotInOffice(Conflict):
    code = "term.not-in-office"


def in_office(
    session: Session, project_id: UUID, posts: Collection[str], on: date, unit_number: str = ""
) -> Sequence[Term]:
    """Return the terms of those posts that cover a day, each with its participation; the latest to come first.

    unit_number   of the unit project concerned, "" for the project as a whole
    """
    return session.scalars(
        select(Term).join(Term.participation).options(joinedload(Term.participation))
        .where(
            Participation.project_id == project_id, Term.post.in_(sorted(posts)), Term.corrected_by_id.is_(None),
            Term.since <= on, or_(Term.until.is_(None), Term.until >= on),
            Participation.since <= on, or_(Participation.until.is_(None), Participation.until >= on),
            or_(Participation.unit_numbers == [], any_(Participation.unit_numbers) == unit_number) if unit_number else true(),
        )
        .order_by(Term.since.desc(), Term.id)
    ).all()


def own_office(uow: UnitOfWork, project_id: UUID, posts: Sequence[str], on: date, unit_number: str = "") -> Term:
    """Return the actor's own term in one of those posts on that day, the first post that fits.

    Raises NotInOffice when the actor held none of them then.
    """
    project = uow.get(Project, project_id, PROJECT_PARTIES)
    policy.require(uow.actor, Permission.PROJECT_READ, project.scope)
    held = [
        term for term in in_office(uow.session, project_id, posts, on, unit_number)
        if term.person_id == uow.actor.person
    ]
    if not held:
        raise not_in_office(uow, uow.actor.name, project.region, posts, on)
    return min(held, key=lambda term: list(posts).index(term.post))


def office_of(uow: UnitOfWork, term_id: UUID, project_id: UUID, posts: Sequence[str], on: date, unit_number: str = "") -> Term:
    """Return a term somebody else named, when it is of this project and in one of those posts on that day.

    Raises NotInOffice, by the person's name, when it is not.
    """
    project = uow.get(Project, project_id, PROJECT_PARTIES)
    policy.require(uow.actor, Permission.PROJECT_READ, project.scope)
    for term in in_office(uow.session, project_id, posts, on, unit_number):
        if term.id == term_id:
            return term
    named = uow.session.scalar(
        select(Term.person_name).join(Participation).where(Term.id == term_id, Participation.project_id == project_id)
    )
    raise not_in_office(uow, named or _("所选人员"), project.region, posts, on)


def not_in_office(uow: UnitOfWork, name: str, region: str, posts: Sequence[str], on: date) -> NotInOffice:
    labels = [standards.post_held(uow.session, post, region, on, uow.today).label for post in posts]
    return NotInOffice(
        _("{name}在 {day} 不担任本工程的{posts}，不能签字。", name=name, day=on, posts=_("或").join(labels)),
        remedy=_("请由当日在岗的人员签字；任职漏登的，请先由所在单位登记任职。"),
    )
