"""What is done with scheme arguments (方案审查论证) and with what a design aims at."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.designs.authority import firm_named, own_firms, refuse_absent, require_recording, unit_named
from registry.designs.models import (
    ARGUMENT_IN_FULL,
    ArgumentExpert,
    ArgumentOpinion,
    Conclusion,
    DesignTarget,
    SchemeArgument,
)
from registry.documents import actions as documents
from registry.documents.actions import SentFile
from registry.documents.kinds import PAPERS
from registry.kernel.errors import Conflict, Forbidden, Invalid
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.policy import Permission
from registry.projects.models import PROJECT_PARTIES, Project, UnitProject
from registry.standards import handbook as standards
from registry.standards.drawings import ArgumentKind, TargetKind

PROJECT_WITH_UNITS = (PROJECT_PARTIES, selectinload(Project.units))
DESIGNERS = ("design", "general-contractor")   # keys of the Roles that state what a design aims at
NUMBER = re.compile(r"\d{1,9}(\.\d{1,4})?")
REPORTS = PAPERS | {"ofd"}


class TooFewExperts(Invalid):
    code = "scheme-argument.too-few-experts"


class InterestedExpert(Invalid):
    code = "scheme-argument.interested-expert"


class Unanswered(Conflict):
    code = "scheme-argument.unanswered"


class Closed(Conflict):
    code = "scheme-argument.closed"


@dataclass(frozen=True, slots=True)
class Expert:
    name: str
    title: str
    field: str
    organisation: str = ""


@dataclass(frozen=True, slots=True)
class Opinion:
    """`expert` is the name of one of the experts, "" for what all of them said."""

    words: str
    expert: str = ""


@dataclass(frozen=True, slots=True)
class ArgumentFacts:
    kind: str
    subject: str
    participation_id: UUID
    held_on: date
    experts: tuple[Expert, ...]
    opinions: tuple[Opinion, ...] = ()
    unit_id: UUID | None = None


def open_argument(uow: UnitOfWork, project_id: UUID, facts: ArgumentFacts) -> SchemeArgument:
    """Put an expert argument on record with its experts and what they said.

    Raises Forbidden unless the actor acts for the firm that called it; TooFewExperts; InterestedExpert for one who works
    for a firm of the project where the kind wants outsiders only; Invalid for what cannot be right.
    Source: 住房和城乡建设部令第37号 第十二条.
    """
    project = uow.get(Project, project_id, *PROJECT_WITH_UNITS)
    policy.require(uow.actor, Permission.DESIGN_READ, project.scope)
    firm = firm_named(project, facts.participation_id)
    require_recording(uow, project, firm)
    kinds = standards.argument_kinds(uow.session, project.region, facts.held_on)
    kind = kind_named(kinds.content, facts.kind)
    if not facts.subject.strip() or facts.held_on > uow.today:
        raise Invalid(_("请填写论证的方案和论证会日期，日期不得晚于今天。"), field="subject")
    refuse_absent(firm, facts.held_on, "held_on")
    refuse_wrong_experts(project, kind, facts.experts)
    unit = unit_named(project, facts.unit_id)
    argument = SchemeArgument(
        id=uow.new_id(), project_id=project_id, unit_project_id=unit.id if unit else None, kind=kind.key,
        subject=facts.subject.strip(), participation_id=firm.id, held_on=facts.held_on, edition_id=kinds.edition.id,
        recorded_at=uow.at, recorded_by_id=uow.actor.account,
    )
    uow.session.add(argument)
    ledger.append(uow, "scheme-argument.opened", argument)
    experts = [
        ArgumentExpert(
            id=uow.new_id(), argument_id=argument.id, place=place, name=one.name, title=one.title, field=one.field,
            organisation=one.organisation,
        )
        for place, one in enumerate(facts.experts, start=1)
    ]
    uow.session.add_all(experts)
    ledger.append_many(uow, "scheme-argument.expert-named", [ledger.Entry(one) for one in experts])
    write_opinions(uow, argument.id, facts.opinions, [one.name for one in facts.experts], after=0)
    return argument


def kind_named(kinds: Sequence[ArgumentKind], key: str) -> ArgumentKind:
    for kind in kinds:
        if kind.key == key:
            return kind
    raise Invalid(_("请选择论证的类别。"), field="kind")


def refuse_wrong_experts(project: Project, kind: ArgumentKind, experts: Sequence[Expert]) -> None:
    whole = [one for one in experts if one.name and one.title and one.field]
    if len(whole) < len(experts):
        raise Invalid(_("每位专家都要填写姓名、职称和专业。"), field="experts")
    names = [one.name for one in experts]
    if len(set(names)) < len(names):
        raise Invalid(_("同一位专家填写了不止一次。"), field="experts")
    if len(experts) < kind.experts_at_least:
        raise TooFewExperts(
            _("{kind}的专家不得少于 {least} 人，现有 {count} 人。", kind=kind.label, least=kind.experts_at_least,
              count=len(experts)),
            field="experts",
        )
    firms = {firm.organisation_name for firm in project.participations}
    interested = [one.name for one in experts if kind.outsiders_only and one.organisation in firms]
    if interested:
        raise InterestedExpert(
            _("{names}所在单位是本工程的参建单位，不得以专家身份参加论证。", names="、".join(interested)), field="experts",
            remedy=_("请另选与本工程没有利害关系的专家（住房和城乡建设部令第37号 第十二条）。"),
        )


def opinions_in(text: str, experts: Sequence[str]) -> tuple[Opinion, ...]:
    """Return the opinions of a text, one to a line, each perhaps after its expert's name and a colon."""
    found = []
    for line in (line.strip() for line in text.splitlines()):
        name, colon, words = line.replace(":", "：", 1).partition("：")
        if colon and name.strip() in experts:
            found.append(Opinion(words.strip(), name.strip()))
        elif line:
            found.append(Opinion(line))
    return tuple(found)


def write_opinions(
    uow: UnitOfWork, argument_id: UUID, opinions: Sequence[Opinion], experts: Sequence[str], after: int
) -> list[ArgumentOpinion]:
    strangers = [one.expert for one in opinions if one.expert and one.expert not in experts]
    if strangers:
        raise Invalid(_("“{name}”不在专家名单中。", name=strangers[0]), field="opinions")
    written = [
        ArgumentOpinion(
            id=uow.new_id(), argument_id=argument_id, number=number, expert_name=one.expert, words=one.words.strip(),
            recorded_at=uow.at,
        )
        for number, one in enumerate((one for one in opinions if one.words.strip()), start=after + 1)
    ]
    uow.session.add_all(written)
    ledger.append_many(uow, "scheme-argument.opinion-given", [ledger.Entry(one) for one in written])
    return written


def add_opinion(uow: UnitOfWork, argument_id: UUID, opinion: Opinion) -> ArgumentOpinion:
    """Add what an expert said to an argument that is still open. Raises Closed; Invalid for somebody not among them."""
    argument = argument_to_record(uow, argument_id)
    if not opinion.words.strip():
        raise Invalid(_("请填写专家意见。"), field="words")
    there = uow.session.scalar(
        select(func.count()).select_from(ArgumentOpinion).where(ArgumentOpinion.argument_id == argument_id)
    ) or 0
    [written] = write_opinions(uow, argument_id, [opinion], [one.name for one in argument.experts], after=there)
    return written


def argument_to_record(uow: UnitOfWork, argument_id: UUID) -> SchemeArgument:
    """Return an open argument behind its lock, for the firm that called it. Raises Closed."""
    argument = uow.get(SchemeArgument, argument_id, *ARGUMENT_IN_FULL, lock=True)
    policy.require(uow.actor, Permission.DESIGN_READ, argument.scope)
    require_recording(uow, argument.project, argument.participation)
    if argument.conclusion is not None:
        raise Closed(_("该论证已于 {day} 作出结论。", day=argument.closed_on))
    return argument


def answer_opinion(uow: UnitOfWork, opinion_id: UUID, answer: str) -> ArgumentOpinion:
    """Answer one opinion, once. Raises Closed; Conflict when it has its answer already."""
    opinion = uow.get(ArgumentOpinion, opinion_id)
    argument_to_record(uow, opinion.argument_id)
    opinion = uow.get(ArgumentOpinion, opinion_id, lock=True)
    if opinion.answer is not None:
        raise Conflict(_("该意见已经答复。"))
    if not answer.strip():
        raise Invalid(_("请填写对意见的答复（采纳、修改情况）。"), field="answer")
    opinion.answer, opinion.answered_at, opinion.answered_by_id = answer.strip(), uow.at, uow.actor.account
    ledger.append(uow, "scheme-argument.opinion-answered", opinion)
    return opinion


def close_argument(uow: UnitOfWork, argument_id: UUID, conclusion: Conclusion, report: UUID | SentFile) -> SchemeArgument:
    """Close an argument with the experts' conclusion and their signed report.

    Raises Unanswered, naming the opinions, while one has no answer; Closed for the second time.
    Source: 住房和城乡建设部令第37号 第十三条.
    """
    argument = argument_to_record(uow, argument_id)
    refuse_unanswered(argument)
    paper = documents.take(uow, report, REPORTS)
    argument.conclusion, argument.closed_on, argument.closed_at = conclusion, uow.today, uow.at
    argument.closed_by_id, argument.report_sha256 = uow.actor.account, paper.sha256
    ledger.append(uow, "scheme-argument.closed", argument, files=documents.refs(uow, paper.sha256))
    return argument


def refuse_unanswered(argument: SchemeArgument) -> None:
    open_ones = argument.unanswered
    if open_ones:
        raise Unanswered(
            _("第 {numbers} 条专家意见尚未答复，不能作出结论。", numbers="、".join(str(one.number) for one in open_ones)),
            remedy=_("请逐条答复后再登记结论。"),
        )


def set_target(uow: UnitOfWork, unit_id: UUID, kind: str, value: str, basis: str) -> DesignTarget:
    """State what the design of a unit project aims at, in place of what was stated before.

    Raises Forbidden unless the actor acts for a design firm of the project; Invalid for a value the kind does not know.
    """
    unit = uow.get(UnitProject, unit_id, selectinload(UnitProject.project).options(*PROJECT_WITH_UNITS))
    policy.require(uow.actor, Permission.DESIGN_READ, unit.scope)
    if not own_firms(uow, unit.project, DESIGNERS):
        raise Forbidden(_("您的账户没有办理此事的权限。"), remedy=_("设计目标由设计单位的经办人或项目负责人登记。"))
    found = target_kind_named(standards.target_kinds(uow.session, unit.project.region, uow.today), kind)
    refuse_wrong_value(found, value)
    if not basis.strip():
        raise Invalid(_("请填写依据（设计文件名称或批复文号）。"), field="basis")
    uow.lock(f"design target:{unit_id}/{kind}")
    before = uow.session.scalars(select(DesignTarget).where(
        DesignTarget.unit_project_id == unit_id, DesignTarget.kind == kind, DesignTarget.superseded_at.is_(None),
    )).first()
    if before is not None:
        before.superseded_at = uow.at
        ledger.append(uow, "design-target.superseded", before)
    target = DesignTarget(
        id=uow.new_id(), unit_project_id=unit_id, kind=kind, value=value, basis=basis.strip(), set_on=uow.today,
        recorded_at=uow.at, recorded_by_id=uow.actor.account,
    )
    uow.session.add(target)
    ledger.append(uow, "design-target.set", target)
    return target


def target_kind_named(kinds: Sequence[TargetKind], key: str) -> TargetKind:
    for kind in kinds:
        if kind.key == key:
            return kind
    raise Invalid(_("请选择设计目标的种类。"), field="kind")


def refuse_wrong_value(kind: TargetKind, value: str) -> None:
    if kind.choices and value not in kind.choices:
        raise Invalid(_("{kind}应为下列之一：{choices}。", kind=kind.label, choices="、".join(kind.choices)), field="value")
    if not kind.choices and not NUMBER.fullmatch(value):
        raise Invalid(_("{kind}应填写数字（单位 {unit}），例如 50 或 50.5。", kind=kind.label, unit=kind.unit), field="value")
    if kind.unit == "%" and float(value) > 100:
        raise Invalid(_("{kind}不能超过 100%。", kind=kind.label), field="value")
