"""Filing (备案): the station takes pairs on file, each with a number and a date; a project's five in one act.

No act of the station is done more often, so it judges rows instead of loading objects, in three statements
however many pairs: take the locks, read all that filing turns on, write. Whoever has the next number keeps the
whole region waiting until his transaction is down; that is the price of numbers without gaps.
"""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Row, Uuid, any_, bindparam, func, or_, select, true
from sqlalchemy.orm import aliased

from registry import policy
from registry.kernel.db import PLANNED_ONCE
from registry.kernel.errors import Conflict, NotFound
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.parties.models import Qualification
from registry.pledges.models import Authorisation, ChangeOfLeader, Filing, Method, Pledge
from registry.pledges.rules import Pair, PairState, Paper, Successor, first, is_late, state_of
from registry.policy import Permission, Scope
from registry.projects.models import PROJECT_PARTIES, Participation, Project, Term
from registry.standards import handbook as standards


class NotComplete(Conflict):
    code = "pledge.not-complete"


class AlreadyFiled(Conflict):
    code = "pledge.already-filed"


PARTY = aliased(Participation)
PARTIES = select(func.array_agg(PARTY.organisation_id)).where(PARTY.project_id == Project.id).scalar_subquery()
OWNER = (
    select(PARTY.organisation_id).where(PARTY.project_id == Project.id, PARTY.role == "owner")
    .order_by(PARTY.since, PARTY.id).limit(1).scalar_subquery()
)
SHOWN = (
    select(Qualification.valid_until, Qualification.withdrawn_on)
    .where(
        Qualification.person_id == Term.person_id, Qualification.number == Term.qualification_number,
        Term.qualification_number != "",
    )
    .order_by(Qualification.recorded_at.desc()).limit(1).lateral("shown")
)
TERMS = bindparam("terms", type_=ARRAY(Uuid()))
SERIES = func.hashtextextended(func.concat("filing:", Project.region, ":", bindparam("year")), 0)
LOCKS = (
    select(func.pg_advisory_xact_lock(SERIES), PLANNED_ONCE).select_from(Term)
    .join(Participation, Participation.id == Term.participation_id)
    .join(Project, Project.id == Participation.project_id)
    .where(Term.id == any_(TERMS)).order_by(Project.region, Term.id).with_for_update(of=Term)
)
LAST_NUMBER = (
    select(func.coalesce(func.max(Filing.sequence), 0))
    .where(Filing.region == Project.region, Filing.year == bindparam("year"))
    .correlate(Project).scalar_subquery()
)
TO_FILE = (
    select(
        Term.id, Term.person_id, Term.person_name, Term.post, Term.since, Term.until,
        Term.qualification_kind, Term.qualification_number, SHOWN.c.valid_until, SHOWN.c.withdrawn_on,
        Participation.organisation_id, Project.region, Project.started_on, PARTIES.label("parties"), OWNER.label("owner"),
        Authorisation.id.label("authorisation_id"), Authorisation.signed_on.label("authorised_on"),
        Authorisation.method.label("authorised_by"), Authorisation.original_seen_at.label("authorisation_seen_at"),
        Pledge.id.label("pledge_id"), Pledge.signed_on.label("pledged_on"), Pledge.method.label("pledged_by"),
        Pledge.original_seen_at.label("pledge_seen_at"), Filing.number.label("filed_as"),
        ChangeOfLeader.id.label("change_id"), ChangeOfLeader.refile_by, LAST_NUMBER.label("last_number"),
    )
    .join(Participation, Participation.id == Term.participation_id)
    .join(Project, Project.id == Participation.project_id)
    .outerjoin(Authorisation, (Authorisation.term_id == Term.id) & Authorisation.withdrawn_at.is_(None))
    .outerjoin(Pledge, (Pledge.term_id == Term.id) & Pledge.withdrawn_at.is_(None))
    .outerjoin(Filing, Filing.pledge_id == Pledge.id)
    .outerjoin(ChangeOfLeader, ChangeOfLeader.incoming_term_id == Term.id)
    .outerjoin(SHOWN, true())
    .where(Term.id == any_(TERMS))
)
READY = (
    select(Term.id).join(Participation)
    .join(Authorisation, (Authorisation.term_id == Term.id) & Authorisation.withdrawn_at.is_(None))
    .join(Pledge, (Pledge.term_id == Term.id) & Pledge.withdrawn_at.is_(None))
    .outerjoin(Filing, Filing.pledge_id == Pledge.id)
    .where(
        Participation.project_id == bindparam("project"), Filing.id.is_(None),
        *(or_(paper.method == Method.PLATFORM, paper.original_seen_at.is_not(None)) for paper in (Authorisation, Pledge)),
    )
    .order_by(Pledge.signed_at, Term.id)
)
"""The terms of a project whose pair is complete and not on file, the first signed first."""


def file_project(uow: UnitOfWork, project_id: UUID) -> list[Filing]:
    """Take every complete pair of a project on file. Raises NotComplete when there is none, and as `file_pairs` does."""
    project = uow.get(Project, project_id, PROJECT_PARTIES)
    policy.require(uow.actor, Permission.PLEDGE_FILE, project.scope)
    ready = uow.session.scalars(READY, {"project": project_id}).all()
    if not ready:
        raise NotComplete(
            _("没有齐备而未备案的授权书和承诺书。"), remedy=_("请先补齐签署；纸质件请先逐份核对原件。"),
        )
    return file_pairs(uow, ready)


def file_pair(uow: UnitOfWork, term_id: UUID) -> Filing:
    """Take the pair of one term on file. See `file_pairs`."""
    return file_pairs(uow, [term_id])[0]


def file_pairs(uow: UnitOfWork, term_ids: Sequence[UUID]) -> list[Filing]:
    """Take the authorisations and pledges of terms on file, each with the next number and today's date: all, or none.

    Raises NotComplete while a paper is missing or an original has not been seen; AlreadyFiled if done before.
    Source: 建质〔2014〕124号 第八条.
    """
    asked = {"terms": list(term_ids), "year": uow.today.year}
    connection = uow.session.connection()
    connection.execute(LOCKS, asked)
    rows = {row.id: row for row in connection.execute(TO_FILE, asked)}
    if len(rows) < len(set(term_ids)):
        raise NotFound(_("没有找到所要的记录。"))
    series = {row.region: count(row.last_number + 1) for row in rows.values()}
    made = [judged(uow, rows[term_id], next(series[rows[term_id].region])) for term_id in dict.fromkeys(term_ids)]
    ledger.enter_many(uow, "pledge.filed", made)
    return [entry.record for entry in made]


def judged(uow: UnitOfWork, found: Row[Any], sequence: int) -> ledger.Entry[Filing]:
    """Return the filing of one pair, and what it was judged by, or raise."""
    policy.require(uow.actor, Permission.PLEDGE_FILE, scope_of(found))
    refuse_unready(uow, found)
    shown = require_qualified(uow, found)
    late = is_late(uow.today, Successor(found.refile_by) if found.change_id else first(found.started_on, found.since))
    return ledger.Entry(Filing(
        id=uow.new_id(), term_id=found.id, pledge_id=found.pledge_id, authorisation_id=found.authorisation_id,
        region=found.region, year=uow.today.year, sequence=sequence,
        number=f"ZR-{found.region}-{uow.today.year}-{sequence:05d}",
        filed_on=uow.today, filed_at=uow.at, filed_by_id=uow.actor.account, station_id=uow.actor.organisation,
        late=late,
    ), {"qualification": shown})


def scope_of(found: Row[Any]) -> Scope:
    return Scope(
        found.region, frozenset(found.parties), person=found.person_id, organisation=found.organisation_id,
        owner=found.owner,
    )


def refuse_unready(uow: UnitOfWork, found: Row[Any]) -> None:
    if found.filed_as is not None:
        raise AlreadyFiled(_("该授权书和承诺书已经备案，备案号 {number}。", number=found.filed_as))
    pair = Pair(
        paper(found.authorised_on, found.authorised_by, found.authorisation_seen_at),
        paper(found.pledged_on, found.pledged_by, found.pledge_seen_at), None, found.until, None,
    )
    if state_of(pair, uow.today) is not PairState.COMPLETE:
        raise NotComplete(
            _("授权书和承诺书尚未齐备，不能备案。"), remedy=_("请先补齐签署；纸质件请先核对原件。"),
        )


def paper(signed_on: date | None, method: Method, seen_at: datetime | None) -> Paper | None:
    return Paper(signed_on, method is Method.PAPER, seen_at is not None) if signed_on else None


def require_qualified(uow: UnitOfWork, found: Row[Any]) -> dict[str, str]:
    """Return the 注册执业资格 as it stands on the day of filing, to be kept with the filing.

    Raises NotComplete when the post demands one and none is given, or the one given has run out or was withdrawn.
    """
    given = found.qualification_kind and found.qualification_number
    if not given and standards.post(uow.session, found.post, found.region, found.since).qualification_required:
        raise NotComplete(
            _("{person}的注册执业资格或证号未登记，不能备案。", person=found.person_name),
            remedy=_("请更正任期登记，补齐注册执业资格和证号。"),
        )
    ends_on = found.valid_until
    if found.withdrawn_on or (ends_on and ends_on < uow.today):
        raise NotComplete(
            _("注册执业证 {number} 已过有效期或已注销，不能备案。", number=found.qualification_number),
            remedy=_("请登记有效的注册执业证，或办理负责人变更。"),
        )
    return {
        "kind": found.qualification_kind, "number": found.qualification_number,
        "valid_until": ends_on.isoformat() if ends_on else "",
    }
