"""Whether those who sign an acceptance have their authorisation and pledge on file: a warning, not a condition.

Completion is where the law makes it one; whoever puts work up for acceptance learns of it while it is easily cured.
Source: 建质〔2014〕124号 第八条; 建办质〔2014〕44号.
"""

from registry import policy
from registry.kernel.uow import UnitOfWork
from registry.pledges.rules import ON_FILE
from registry.pledges.standing import NOTHING, papers_of
from registry.policy import Permission
from registry.projects.models import UnitProject
from registry.projects.offices import in_office
from registry.standards import handbook as standards
from registry.standards.acceptance import AcceptanceRole


def unfiled_signers(uow: UnitOfWork, unit: UnitProject, role: AcceptanceRole) -> tuple[str, ...]:
    """The leaders who are to sign and whose pair is demanded and not on file: "总监理工程师周总监".

    Needs the unit's project with its participations.
    """
    policy.require(uow.actor, Permission.ACCEPTANCE_READ, unit.scope)
    present = {firm.role for firm in unit.project.participations}
    demanded = {
        post.key: post.label for post in standards.posts(uow.session, unit.project.region, uow.today)
        if post.is_demanded(present)
    }
    posts = [post for duty in role.signing for post in duty.posts if post in demanded]
    if not posts:
        return ()
    terms = in_office(uow.session, unit.project_id, posts, uow.today, unit.number)
    papers = papers_of(uow.session, [term.id for term in terms])
    return tuple(dict.fromkeys(
        f"{demanded[term.post]}{term.person_name}" for term in sorted(terms, key=lambda term: posts.index(term.post))
        if papers.get(term.id, NOTHING).state(term, None, uow.today) not in ON_FILE
    ))
