"""Posts on the site (现场岗位): who takes one up, who leaves it, and what was entered wrongly.

Source: 建设工程质量管理条例 第二十六、三十、三十一、三十七条; GB 50300-2013 第6章; 质量强国建设纲要（十三）岗位责任制.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.orm import selectinload

from registry import policy
from registry.accounts.actions import AlreadyHasAccount
from registry.accounts.holders import accounts_of
from registry.accounts.invitations import InvitationFacts, Link, invite
from registry.accounts.models import AccountState
from registry.kernel.actor import Role
from registry.kernel.errors import Conflict, Forbidden, Invalid
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.parties.entering import PersonFacts, enter_people
from registry.parties.models import IdentityKind
from registry.policy import Permission, Scope
from registry.projects.actions import TermFacts, TermsOverlap, close_term, within
from registry.projects.correcting import Correction
from registry.projects.models import PROJECT_PARTIES, TERM_IN_FULL, Participation, Term
from registry.projects.registering import PersonRow
from registry.projects.rules import Span, overlaps
from registry.standards import handbook as standards
from registry.standards.posts import SitePost

FIRM_WITH_STAFF = (
    selectinload(Participation.staff), selectinload(Participation.project).options(PROJECT_PARTIES),
)


class LeadsTheProject(Conflict):
    code = "term.leads"


class AlreadyCorrected(Conflict):
    code = "term.already-corrected"


class AlreadyLeft(Conflict):
    code = "term.already-left"


def staff_person(uow: UnitOfWork, participation_id: UUID, post: str, row: PersonRow) -> Term:
    """Put a person, known to the registry or new to it, into a post on the site. See `staff_posts`."""
    return staff_posts(uow, participation_id, [post], row)[0]


def staff_posts(uow: UnitOfWork, participation_id: UUID, posts: Sequence[str], row: PersonRow) -> list[Term]:
    """Put a person, known to the registry or new to it, into one post on the site or several: all of them, or none.

    Raises Invalid for a post the firm's role does not have; TermsOverlap when the person holds one already.
    """
    firm = uow.get(Participation, participation_id, *FIRM_WITH_STAFF, lock=True)
    policy.require(uow.actor, Permission.TERM_CHANGE, scope_of(firm))
    labels = {post: site_post_of(uow, firm, post, row.since).label for post in posts}
    [person] = enter_people(uow, [PersonFacts(row.name, IdentityKind(row.identity_kind), row.identity, row.phone)]).rows
    terms = []
    for post in posts:
        facts = within(uow, firm, TermFacts(
            person.id, post, row.since,
            qualification_kind=row.qualification_kind, qualification_number=row.qualification_number,
        ))
        refuse_twice(others(firm), facts, person.name, labels[post])
        terms.append(enter_staff(uow, firm, person.name, facts))
    return terms


def release_staff(uow: UnitOfWork, term_id: UUID, last_day: date, reason: str) -> Term:
    """Enter that somebody has left a post on the site. What he did and signed until then stays his.

    Raises LeadsTheProject for a leader, whose post passes to a successor; AlreadyEnded when he has left before.
    """
    term = uow.get(Term, term_id, *TERM_IN_FULL, lock=True)
    policy.require(uow.actor, Permission.TERM_CHANGE, term.scope)
    refuse_leader(term)
    return close_term(uow, term, last_day, reason)


def correct_staff(uow: UnitOfWork, term_id: UUID, correction: Correction) -> Term:
    """Replace a wrongly entered term on the site by a right one. The wrong one stays, marked, with the reason.

    The days and the qualification can be put right. Another person or another post is no correction: whoever
    signed in an office keeps having signed in it.
    """
    wrong = uow.get(Term, term_id, *TERM_IN_FULL, lock=True)
    policy.require(uow.actor, Permission.PROJECT_EDIT, wrong.scope)
    refuse_leader(wrong)
    if wrong.corrected_by_id is not None:
        raise AlreadyCorrected(_("该任期已经更正过。"), remedy=_("请在更正后的登记上办理。"))
    firm = uow.get(Participation, wrong.participation_id, *FIRM_WITH_STAFF, lock=True)
    label = site_post_of(uow, firm, wrong.post, correction.since).label
    facts = within(uow, firm, TermFacts(
        wrong.person_id, wrong.post, correction.since, correction.until,
        correction.qualification_kind, correction.qualification_number,
    ))
    refuse_twice(others(firm, wrong), facts, wrong.person_name, label)
    ended = wrong.ended_reason if facts.until is not None else None
    right = enter_staff(uow, firm, wrong.person_name, facts, {"corrects": str(wrong.id), "reason": correction.reason}, ended)
    wrong.corrected_by_id, wrong.corrected_reason = right.id, correction.reason
    ledger.append(uow, "term.corrected", wrong)
    return right


def invite_staff(uow: UnitOfWork, term_id: UUID) -> Link:
    """Make the link by which somebody on the site opens his account.

    Raises Forbidden unless the actor manages the accounts of that firm; AlreadyLeft when the person is there no
    more; AlreadyHasAccount when he has one with this firm.
    """
    term = uow.get(Term, term_id, *TERM_IN_FULL)
    policy.require(uow.actor, Permission.PROJECT_READ, term.scope)
    if not policy.allows(uow.actor, Permission.ACCOUNT_MANAGE, accounts_scope_of(term.participation)):
        raise Forbidden(
            _("现场人员的账户由其所在单位的经办人邀请。"),
            remedy=_("请联系{firm}的经办人。", firm=term.participation.organisation_name),
        )
    refuse_leader(term)
    if term.corrected_by_id is not None or (term.until is not None and term.until < uow.today):
        raise AlreadyLeft(_("{name}已不在这一岗位，不必开户。", name=term.person_name))
    firm = term.participation.organisation_id
    state = accounts_of(uow.session, [term.person_id]).get((term.person_id, firm))
    if state is AccountState.DISABLED:
        raise AlreadyHasAccount(_("{name}的账户已停用。", name=term.person_name), remedy=_("请在“账户”中重新启用。"))
    if state is not None:
        raise AlreadyHasAccount(_("{name}在本单位已有账户。", name=term.person_name), remedy=_("请本人直接登录。"))
    return invite(uow, InvitationFacts(
        name=term.person_name, roles=frozenset({Role.SITE_STAFF}), person_id=term.person_id, organisation_id=firm,
    ))


def enter_staff(
    uow: UnitOfWork, firm: Participation, name: str, facts: TermFacts,
    corrects: dict[str, str] | None = None, ended_reason: str | None = None,
) -> Term:
    term = Term(
        id=uow.new_id(), participation_id=firm.id, person_id=facts.person_id, person_name=name, post=facts.post,
        leads=False, shared=True, since=facts.since, until=facts.until, ended_reason=ended_reason,
        qualification_kind=facts.qualification_kind, qualification_number=facts.qualification_number,
        created_at=uow.at,
    )
    uow.session.add(term)
    ledger.append(uow, "term.opened", term, data=corrects)
    return term


def scope_of(firm: Participation) -> Scope:
    whole = firm.project.scope
    return Scope(whole.region, whole.organisations, organisation=firm.organisation_id, owner=whole.owner)


def accounts_scope_of(firm: Participation) -> Scope:
    """What authority over the accounts of a firm's people turns on. Needs `organisation` loaded."""
    return Scope(firm.organisation.region, organisation=firm.organisation_id)


def site_post_of(uow: UnitOfWork, firm: Participation, post: str, on: date) -> SitePost:
    for candidate in standards.site_posts(uow.session, firm.project.region, on):
        if candidate.key == post and firm.role in candidate.roles:
            return candidate
    raise Invalid(_("该单位没有这一现场岗位。"), field="posts", remedy=_("请从列出的岗位中选择。"))


def refuse_leader(term: Term) -> None:
    if term.leads:
        raise LeadsTheProject(
            _("{name}是项目负责人，不是现场岗位人员。", name=term.person_name), remedy=_("请办理项目负责人变更或更正。"),
        )


def others(firm: Participation, besides: Term | None = None) -> list[Term]:
    """The terms on the site that stand for a firm. Needs `staff` loaded."""
    return [term for term in firm.staff if term.corrected_by_id is None and term is not besides]


def refuse_twice(held: Sequence[Term], facts: TermFacts, name: str, label: str) -> None:
    wanted = Span(facts.since, facts.until)
    for term in held:
        if (term.person_id, term.post) == (facts.person_id, facts.post) and overlaps(Span(term.since, term.until), wanted):
            raise TermsOverlap(_("{name}自 {since} 起已任{post}。", name=name, since=term.since, post=label))
