"""What can be asked about 施工现场质量管理检查: how a project stands, one record, what a form offers."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from registry import policy
from registry.documents.queries import Readable, readable
from registry.kernel.errors import NotFound
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.policy import Permission
from registry.projects.models import PROJECT_PARTIES, Participation, Project
from registry.projects.offices import in_office, own_office
from registry.standards import handbook as standards
from registry.standards import kinds
from registry.standards.site_management import Before, SiteItem, SiteRule
from registry.works.models import SiteCheck, Verdict
from registry.works.planning import LEADING
from registry.works.preparing import CHECK_IN_FULL


@dataclass(frozen=True, slots=True)
class FirmChecks:
    """A contractor of the project, and his records, the last first."""

    firm: Participation
    checks: Sequence[SiteCheck]

    @property
    def last(self) -> SiteCheck | None:
        return self.checks[0] if self.checks else None

    @property
    def passed(self) -> bool:
        return any(one.verdict is Verdict.PASSED for one in self.checks)


@dataclass(frozen=True, slots=True)
class ProjectChecks:
    project: Project
    rule: SiteRule
    firms: Sequence[FirmChecks]
    may_fill: bool


def project_checks(uow: UnitOfWork, project_id: UUID) -> ProjectChecks:
    """How the management of a site stands, contractor after contractor."""
    project = uow.get(Project, project_id, PROJECT_PARTIES)
    policy.require(uow.actor, Permission.WORK_READ, project.scope)
    firms = checks_of(uow, project)
    rule = standards.site_rule(uow.session, project.region, uow.today)
    mine = [
        term.participation_id for term in in_office(uow.session, project_id, rule.fills, uow.today)
        if term.person_id == uow.actor.person
    ]
    open_ = any(one.firm.id in mine and (one.last is None or one.last.verdict is Verdict.FAILED) for one in firms)
    return ProjectChecks(project, rule, firms, open_)


def checks_of(uow: UnitOfWork, project: Project) -> list[FirmChecks]:
    rows = uow.session.scalars(
        select(SiteCheck).where(SiteCheck.project_id == project.id).order_by(SiteCheck.filled_at.desc(), SiteCheck.id.desc())
    ).all()
    return [
        FirmChecks(firm, [one for one in rows if one.participation_id == firm.id])
        for firm in project.participations
        if firm.role in LEADING and (firm.until is None or any(one.participation_id == firm.id for one in rows))
    ]


def lacking_firms(uow: UnitOfWork, project: Project, unit_number: str = "") -> tuple[str, ...]:
    """The contractors of a project, or of one unit project of it, without a record that passed.

    () where no edition asks for one. Needs the participations.
    """
    policy.require(uow.actor, Permission.WORK_READ, project.scope)
    if standards.site_rule(uow.session, project.region, uow.today).before_lots is Before.NOTHING:
        return ()
    return tuple(
        one.firm.organisation_name for one in checks_of(uow, project)
        if not one.passed and one.firm.until is None
        and (not unit_number or not one.firm.unit_numbers or unit_number in one.firm.unit_numbers)
    )


@dataclass(frozen=True, slots=True)
class AnswerShown:
    """One line of the record: what was said of an item, and its files by their place in the whole record, from 1."""

    label: str
    hint: str
    said: str
    files: Sequence[int]


@dataclass(frozen=True, slots=True)
class CheckShown:
    check: SiteCheck
    answers: Sequence[AnswerShown]
    may_judge: bool


def check_read(uow: UnitOfWork, check_id: UUID) -> SiteCheck:
    found = uow.get(SiteCheck, check_id, *CHECK_IN_FULL)
    policy.require(uow.actor, Permission.WORK_READ, found.scope)
    return found


def check_shown(uow: UnitOfWork, check_id: UUID) -> CheckShown:
    """One record, by the items of its edition, and whether the actor is the one to judge it today."""
    check = check_read(uow, check_id)
    items = {item.key: item for item in standards.content_of(uow.session, kinds.SITE_MANAGEMENT, check.edition_id)}
    answers, nth = [], 0
    for answer in check.answers:
        item = items[answer["key"]]
        answers.append(AnswerShown(
            item.label, item.hint, answer["said"], range(nth + 1, nth + 1 + len(answer["files"])),
        ))
        nth += len(answer["files"])
    rule = standards.site_rule(uow.session, check.project.region, uow.today)
    mine = any(
        term.person_id == uow.actor.person for term in in_office(uow.session, check.project_id, rule.checks, uow.today)
    )
    return CheckShown(check, answers, mine and check.verdict is None and uow.actor.person is not None)


@dataclass(frozen=True, slots=True)
class ToFill:
    """What the form offers: the items of the edition of today, and what was said last time."""

    project: Project
    firm: str
    items: Sequence[SiteItem]
    before: SiteCheck | None

    def said_before(self, key: str) -> str:
        answers = self.before.answers if self.before else ()
        return next((answer["said"] for answer in answers if answer["key"] == key), "")


def check_to_fill(uow: UnitOfWork, project_id: UUID) -> ToFill:
    """What the actor fills in for his firm. Raises NotInOffice for whoever the edition does not name."""
    project = uow.get(Project, project_id, PROJECT_PARTIES)
    policy.require(uow.actor, Permission.WORK_RECORD, project.scope)
    rule = standards.site_rule(uow.session, project.region, uow.today)
    term = own_office(uow, project_id, rule.fills, uow.today)
    own = next((one for one in checks_of(uow, project) if one.firm.id == term.participation_id), None)
    return ToFill(
        project, term.participation.organisation_name, standards.site_items(uow.session, project.region, uow.today).content,
        own.last if own else None,
    )


def check_file(uow: UnitOfWork, check_id: UUID, nth: int) -> Readable:
    """One file of a record, counted from 1."""
    check = check_read(uow, check_id)
    policy.require(uow.actor, Permission.WORK_READ, check.scope)
    if not 1 <= nth <= len(check.files):
        raise NotFound(_("没有这个文件。"))
    return readable(uow, check.files[nth - 1], _("施工现场质量管理检查附件{nth}", nth=nth))


def check_paper(uow: UnitOfWork, check_id: UUID) -> Readable:
    """The record as it was printed when it was judged. Raises NotFound before."""
    check = check_read(uow, check_id)
    policy.require(uow.actor, Permission.WORK_READ, check.scope)
    if check.document_sha256 is None:
        raise NotFound(_("检查结论作出后才生成检查记录。"))
    return readable(uow, check.document_sha256, _("施工现场质量管理检查记录"))
