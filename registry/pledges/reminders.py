"""What must not be forgotten: new pairs whose clock runs out, and posts that stand empty. Told once a day each."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.accounts.holders import holders
from registry.kernel.actor import Role
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.notices import actions as notices
from registry.pledges.models import ChangeOfLeader, Filing
from registry.policy import Permission
from registry.projects.models import TERM_IN_FULL, Participation, Project, Term
from registry.standards import handbook as standards
from registry.standards.posts import Demand, Post
from registry.standards.rules import NATION

AHEAD = timedelta(days=2)   # how long before a clock runs out people are reminded
MOST = 500                  # of each kind in one round


def remind(uow: UnitOfWork) -> int:
    """Remind of pairs due and posts empty; return how many people were told today, the already told included."""
    policy.require(uow.actor, Permission.PLEDGE_CHASE, policy.ANYWHERE)
    return sum(remind_of_refiling(uow, change) for change in due(uow)) + sum(
        remind_of_vacancy(uow, firm, post) for firm, post in empty_posts(uow)
    )


def due(uow: UnitOfWork) -> Sequence[ChangeOfLeader]:
    """The changes whose new pair is not on file, with a clock that has run out or is about to."""
    policy.require(uow.actor, Permission.PLEDGE_CHASE, policy.ANYWHERE)
    return uow.session.scalars(
        select(ChangeOfLeader).options(selectinload(ChangeOfLeader.incoming).options(*TERM_IN_FULL))
        .where(
            ChangeOfLeader.refile_by <= uow.today + AHEAD,
            ~exists().where(Filing.term_id == ChangeOfLeader.incoming_term_id),
        )
        .order_by(ChangeOfLeader.refile_by, ChangeOfLeader.id).limit(MOST)
    ).all()


def remind_of_refiling(uow: UnitOfWork, change: ChangeOfLeader) -> int:
    term = change.incoming
    firm = term.participation
    title = overdue_words(change.refile_by, uow.today)
    people = {
        term.person_id, *holders(uow.session, firm.organisation_id, Role.LEGAL_REPRESENTATIVE),
        *holders(uow.session, firm.organisation_id, Role.FIRM_FILER),
    }
    for person_id in sorted(people):
        notices.notify(uow, person_id, notices.Message(
            "pair.refile", f"/terms/{term.id}", title,
            _("{project}，{firm}，{person}。", project=firm.project.name, firm=firm.organisation_name, person=term.person_name),
            change.refile_by,
        ))
    return len(people)


def overdue_words(refile_by: date | None, today: date) -> str:
    if refile_by is not None and refile_by < today:
        return _("负责人变更后的承诺书、授权书已逾期未备案")
    return _("负责人变更后的承诺书、授权书即将到期")


def empty_posts(uow: UnitOfWork) -> list[tuple[Participation, Post]]:
    """The posts the law demands that nobody holds today, of firms still at work on projects not yet accepted."""
    policy.require(uow.actor, Permission.PLEDGE_CHASE, policy.ANYWHERE)
    posts = {
        post.role: post for post in standards.posts(uow.session, NATION, uow.today) if post.demand is Demand.ALWAYS
    }
    held = exists().where(
        Term.participation_id == Participation.id, Term.corrected_by_id.is_(None), Term.since <= uow.today,
        or_(Term.until.is_(None), Term.until >= uow.today),
    )
    rows = uow.session.scalars(
        select(Participation).join(Project).options(
            selectinload(Participation.project).selectinload(Project.participations),
        )
        .where(
            Participation.role.in_(posts), Participation.since <= uow.today, Participation.until.is_(None),
            Project.accepted_on.is_(None), ~held,
        )
        .order_by(Participation.since, Participation.id).limit(MOST)
    )
    return [(firm, posts[firm.role]) for firm in rows]


def remind_of_vacancy(uow: UnitOfWork, firm: Participation, post: Post) -> int:
    owner = firm.project.scope.owner
    firms = {firm.organisation_id, owner} - {None}
    people = {person for each in firms if each for person in holders(uow.session, each, Role.FIRM_FILER)}
    for person_id in sorted(people):
        notices.notify(uow, person_id, notices.Message(
            "post.empty", f"/projects/{firm.project_id}", _("{post}空缺，请尽快任命", post=post.label),
            _("{project}，{firm}。", project=firm.project.name, firm=firm.organisation_name),
        ))
    return len(people)
