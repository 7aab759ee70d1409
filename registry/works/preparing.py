"""施工现场质量管理检查: the contractor writes down how the site is managed, the chief supervisor judges it.

Whose record it is, what stands in it and what waits for it are editions by region and day (`standards.site_management`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.documents import actions as documents
from registry.documents.actions import SentFile
from registry.documents.kinds import PAPERS
from registry.kernel.errors import Conflict, Invalid
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.notices.actions import Message, mark_done, notify
from registry.policy import Permission
from registry.projects.models import PROJECT_PARTIES, Project, Term
from registry.projects.offices import in_office, own_office
from registry.standards import handbook as standards
from registry.standards import kinds
from registry.standards.site_management import SiteItem
from registry.works.models import SiteCheck, Verdict
from registry.works.site_papers import site_check_facts

TO_JUDGE = "site-check.to-judge"
MOST_FILES = 9   # beside one item
CHECK_IN_FULL = (
    selectinload(SiteCheck.project).options(PROJECT_PARTIES), selectinload(SiteCheck.participation),
)


class SiteCheckStands(Conflict):
    code = "site-check.stands"


class SiteCheckSettled(Conflict):
    code = "site-check.settled"


@dataclass(frozen=True, slots=True)
class Said:
    """What the contractor says of one item: 主要内容, and the files that show it."""

    text: str = ""
    files: Sequence[UUID | SentFile] = ()


@dataclass(frozen=True, slots=True)
class Filling:
    """The record as the contractor hands it in. `said` by the item's key; `self_check`: 自检结果."""

    self_check: str
    said: Mapping[str, Said] = field(default_factory=dict)


def fill_site_check(uow: UnitOfWork, project_id: UUID, filling: Filling) -> SiteCheck:
    """Hand in the record for the actor's own firm; he signs for the self-check in the office he holds today.

    Tells whoever is to check. Raises NotInOffice; SiteCheckStands while one waits or has passed; Invalid, beside the
    item's field, where something demanded is missing. Source: GB 50300-2013 附录A.
    """
    project = uow.get(Project, project_id, PROJECT_PARTIES)
    policy.require(uow.actor, Permission.WORK_RECORD, project.scope)
    rule = standards.site_rule(uow.session, project.region, uow.today)
    items = standards.site_items(uow.session, project.region, uow.today)
    term = own_office(uow, project_id, rule.fills, uow.today)
    refuse_incomplete(items.content, filling)
    answers = [answer_kept(uow, item, filling.said.get(item.key, Said())) for item in items.content]

    uow.lock(f"site check {term.participation_id}")
    refuse_second(uow, term)
    made = SiteCheck(
        id=uow.new_id(), project_id=project_id, participation_id=term.participation_id, edition_id=items.edition.id,
        answers=answers, self_check=filling.self_check.strip(), filler_term_id=term.id, filler_name=term.person_name,
        filled_on=uow.today, filled_at=uow.at,
    )
    uow.session.add(made)
    ledger.append(uow, "site-check.filled", made, files=documents.refs(uow, *dict.fromkeys(made.files)))
    message = Message(
        TO_JUDGE, link_of(made), _("待检查：{project}施工现场质量管理", project=project.name),
        _("{firm}已填写施工现场质量管理检查记录。", firm=term.participation.organisation_name),
    )
    for checker in in_office(uow.session, project_id, rule.checks, uow.today):
        notify(uow, checker.person_id, message)
    return made


def refuse_incomplete(items: Sequence[SiteItem], filling: Filling) -> None:
    if not filling.self_check.strip():
        raise Invalid(_("请填写自检结果。"), field="self_check")
    for item in items:
        said = filling.said.get(item.key, Said())
        if item.demanded and not said.text.strip():
            raise Invalid(_("请填写“{item}”的主要内容。", item=item.label), field=f"said-{item.key}")
        if item.file and not said.files:
            raise Invalid(_("“{item}”须附文件。", item=item.label), field=f"file-{item.key}")
        if len(said.files) > MOST_FILES:
            raise Invalid(_("“{item}”最多附 {most} 个文件。", item=item.label, most=MOST_FILES), field=f"file-{item.key}")


def answer_kept(uow: UnitOfWork, item: SiteItem, said: Said) -> dict[str, Any]:
    files = [documents.take(uow, one, PAPERS).sha256 for one in said.files]
    return {"key": item.key, "said": said.text.strip(), "files": list(dict.fromkeys(files))}


def refuse_second(uow: UnitOfWork, term: Term) -> None:
    standing = uow.session.scalar(select(SiteCheck).where(
        SiteCheck.participation_id == term.participation_id, SiteCheck.verdict.is_distinct_from(Verdict.FAILED),
    ))
    if standing is not None:
        raise SiteCheckStands(
            _("本单位的施工现场质量管理检查记录已检查合格。") if standing.verdict
            else _("本单位的施工现场质量管理检查记录正等待总监理工程师检查。"),
            remedy=_("检查不合格的，才能重新填写。"),
        )


def judge_site_check(uow: UnitOfWork, check_id: UUID, verdict: Verdict, conclusion: str) -> SiteCheck:
    """Conclude on a record as whoever the edition names, and print it; a leader has proved again who he is.

    Raises NotInOffice, NotFresh, SiteCheckSettled, Invalid without a conclusion. Source: GB 50300-2013 附录A.
    """
    check = uow.get(SiteCheck, check_id, *CHECK_IN_FULL)
    policy.require(uow.actor, Permission.WORK_RECORD, check.scope)
    rule = standards.site_rule(uow.session, check.project.region, uow.today)
    term = own_office(uow, check.project_id, rule.checks, uow.today)
    if term.leads:
        policy.require_fresh(uow.actor)
    if not conclusion.strip():
        raise Invalid(_("请填写检查结论；不合格的，写明哪些项目要整改。"), field="conclusion")
    items = standards.content_of(uow.session, kinds.SITE_MANAGEMENT, check.edition_id)
    facts = site_check_facts(uow, check, items) | {
        "verdict": _("合格") if verdict is Verdict.PASSED else _("不合格"), "conclusion": conclusion.strip(),
        "checker": term.person_name, "checked_on": uow.today,
    }
    paper = documents.deposit(uow, uow.tools.printer.pdf("site_check", facts), "application/pdf")

    uow.get(SiteCheck, check_id, lock=True)
    if check.verdict is not None:
        raise SiteCheckSettled(_("{name}已于 {day} 作出检查结论。", name=check.checker_name, day=check.checked_on))
    check.verdict, check.conclusion = verdict, conclusion.strip()
    check.checker_term_id, check.checker_name = term.id, term.person_name
    check.checked_on, check.checked_at, check.document_sha256 = uow.today, uow.at, paper
    kind = "site-check.passed" if verdict is Verdict.PASSED else "site-check.failed"
    ledger.append(uow, kind, check, files=documents.refs(uow, paper))
    mark_done(uow, TO_JUDGE, link_of(check))
    return check


def link_of(check: SiteCheck) -> str:
    return f"/site-checks/{check.id}"
