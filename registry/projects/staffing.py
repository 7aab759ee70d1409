"""Posts on the site (现场岗位): who takes one up, and who leaves it.

Source: 建设工程质量管理条例 第二十六、三十、三十一、三十七条; GB 50300-2013 第6章; 质量强国建设纲要（十三）岗位责任制.
"""

from uuid import UUID

from sqlalchemy.orm import selectinload

from registry import policy
from registry.kernel.errors import Invalid
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.parties.entering import PersonFacts, enter_people
from registry.parties.models import IdentityKind, Person
from registry.policy import Permission, Scope
from registry.projects.actions import TermFacts, TermsOverlap, within
from registry.projects.models import PROJECT_PARTIES, Participation, Term
from registry.projects.registering import PersonRow
from registry.projects.rules import Span, overlaps
from registry.standards import handbook as standards


def staff_person(uow: UnitOfWork, participation_id: UUID, post: str, row: PersonRow) -> Term:
    """Put a person, known to the registry or new to it, into a post on the site.

    Raises Invalid for a post the firm's role does not have; TermsOverlap when the person holds it already.
    """
    firm = uow.get(
        Participation, participation_id, selectinload(Participation.staff),
        selectinload(Participation.project).options(PROJECT_PARTIES), lock=True,
    )
    policy.require(uow.actor, Permission.TERM_CHANGE, scope_of(firm))
    label = site_post_of(uow, firm, post, row).label
    [person] = enter_people(uow, [PersonFacts(row.name, IdentityKind(row.identity_kind), row.identity, row.phone)]).rows
    facts = within(firm, TermFacts(
        person.id, post, row.since, qualification_kind=row.qualification_kind, qualification_number=row.qualification_number,
    ))
    refuse_twice(firm, person, facts, label)
    term = Term(
        id=uow.new_id(), participation_id=firm.id, person_id=person.id, person_name=person.name, post=post, leads=False, shared=True,
        since=facts.since, until=facts.until, qualification_kind=facts.qualification_kind,
        qualification_number=facts.qualification_number, created_at=uow.at,
    )
    uow.session.add(term)
    ledger.append(uow, "term.opened", term)
    return term


def scope_of(firm: Participation) -> Scope:
    whole = firm.project.scope
    return Scope(whole.region, whole.organisations, organisation=firm.organisation_id, owner=whole.owner)


def site_post_of(uow: UnitOfWork, firm: Participation, post: str, row: PersonRow) -> standards.SitePost:
    for candidate in standards.site_posts(uow.session, firm.project.region, row.since):
        if candidate.key == post and firm.role in candidate.roles:
            return candidate
    raise Invalid(_("该单位没有这一现场岗位。"), field="post", remedy=_("请从列出的岗位中选择。"))


def refuse_twice(firm: Participation, person: Person, facts: TermFacts, label: str) -> None:
    wanted = Span(facts.since, facts.until)
    for held in firm.staff:
        same = (held.person_id, held.post) == (person.id, facts.post) and held.corrected_by_id is None
        if same and overlaps(Span(held.since, held.until), wanted):
            raise TermsOverlap(_("{name}自 {since} 起已任{post}。", name=person.name, since=held.since, post=label))
