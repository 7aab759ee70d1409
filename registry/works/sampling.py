"""First samples (样板): made by the contractor, judged by each side the edition names.

Lots of the item wait for it where the edition says so (see `standing`). A sample fails with the first side that says
so; another one may then be made. It passes with the last side that has to speak.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.documents import actions as documents
from registry.documents.actions import SentFile
from registry.documents.kinds import PICTURES
from registry.kernel.errors import Conflict, Invalid
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.policy import Permission
from registry.projects.models import PROJECT_PARTIES, UnitProject
from registry.projects.offices import own_office
from registry.standards import handbook as standards
from registry.standards.lots import Side, sample_rule_of
from registry.works.models import FirstSample, SampleSignature, Verdict
from registry.works.planning import UNIT_IN_FULL, builder, item_name

MOST_PHOTOS = 20
MOST_VIDEOS = 5
VIDEOS = frozenset({"video"})
POSTS: dict[Side, tuple[str, ...]] = {
    Side.CONTRACTOR: (
        "site/technical-leader", "site/quality-inspector", "site/subcontract-leader", "project-manager", "epc-manager",
    ),
    Side.SUPERVISION: ("site/supervision-engineer", "chief-supervisor"),
    Side.OWNER: ("site/owner-engineer", "owner-leader"),
    Side.DESIGN: ("design-leader",),
}
"""Who speaks for a side, the usual one first."""
SAMPLE_IN_FULL = (
    selectinload(FirstSample.unit).selectinload(UnitProject.project).options(PROJECT_PARTIES),
    selectinload(FirstSample.participation), selectinload(FirstSample.signatures),
)


class SampleStands(Conflict):
    code = "first-sample.stands"


class SampleSettled(Conflict):
    code = "first-sample.settled"


class NotTheirTurn(Conflict):
    code = "first-sample.not-their-turn"


@dataclass(frozen=True, slots=True)
class SampleFacts:
    """A first sample as the contractor hands it in, his own check passed.

    place, shown_from, shown_until   where and how long the piece itself can be looked at
    """

    participation_id: UUID
    item_code: str
    place: str
    shown_from: date
    shown_until: date | None
    words: str
    photos: Sequence[UUID | SentFile]
    videos: Sequence[UUID | SentFile] = ()


def make_sample(uow: UnitOfWork, unit_id: UUID, facts: SampleFacts) -> FirstSample:
    """Hand in a first sample of an item; the actor signs for the contractor that its own check has passed.

    Raises NotInOffice, SampleStands while one waits or has passed, Invalid without photos or for an impossible period.
    Source: 质量强国建设纲要 专栏3（样板示范）.
    """
    unit = uow.get(UnitProject, unit_id, *UNIT_IN_FULL)
    policy.require(uow.actor, Permission.WORK_RECORD, unit.scope)
    firm = builder(unit, facts.participation_id)
    item_name(uow, facts.item_code)
    term = own_office(uow, unit.project_id, POSTS[Side.CONTRACTOR], uow.today, unit.number)
    refuse_wrong(facts)
    rules = standards.first_sample_rules(uow.session, unit.project.region, uow.today)
    rule = sample_rule_of(rules.content, facts.item_code)
    photos = [documents.take(uow, one, PICTURES).sha256 for one in facts.photos]
    videos = [documents.take(uow, one, VIDEOS).sha256 for one in facts.videos]

    uow.lock(f"first sample {unit_id} {facts.item_code}")
    refuse_second(uow, unit_id, facts.item_code)
    sample = FirstSample(
        id=uow.new_id(), unit_project_id=unit_id, participation_id=firm.id, item_code=facts.item_code,
        edition_id=rules.edition.id, sides=[str(side) for side in (rule.sides if rule else USUAL_SIDES)],
        place=facts.place, shown_from=facts.shown_from, shown_until=facts.shown_until, words=facts.words,
        photos=list(dict.fromkeys(photos)), videos=list(dict.fromkeys(videos)), made_at=uow.at,
        made_by_id=uow.actor.account,
    )
    uow.session.add(sample)
    ledger.append(uow, "first-sample.made", sample, files=documents.refs(uow, *sample.photos, *sample.videos))
    write_signature(uow, sample, Side.CONTRACTOR, (term.id, term.person_name), Verdict.PASSED, _("自检合格"))
    return sample


USUAL_SIDES = (Side.CONTRACTOR, Side.SUPERVISION, Side.OWNER)


def judge_sample(uow: UnitOfWork, sample_id: UUID, verdict: Verdict, words: str = "") -> SampleSignature:
    """Say, for the side whose post the actor holds today, whether a first sample passes.

    Raises NotInOffice, NotTheirTurn when that side has spoken already or is not asked, SampleSettled, Invalid for a
    refusal without a word why.
    """
    sample = uow.get(FirstSample, sample_id, *SAMPLE_IN_FULL)
    policy.require(uow.actor, Permission.WORK_RECORD, sample.scope)
    if verdict is Verdict.FAILED and not words:
        raise Invalid(_("不合格的，请写明问题。"), field="words")
    unit = sample.unit
    asked = [side for side in Side if side in sample.sides and side is not Side.CONTRACTOR]
    posts = [post for side in asked for post in POSTS[side]]
    term = own_office(uow, unit.project_id, posts, uow.today, unit.number)
    side = next(side for side in asked if term.post in POSTS[side])

    uow.get(FirstSample, sample_id, lock=True)
    if sample.verdict is not None:
        raise SampleSettled(_("该样板已有验收结论。"))
    spoken = uow.session.scalars(
        select(SampleSignature.side).where(SampleSignature.sample_id == sample_id).order_by(SampleSignature.side)
    ).all()
    if side in spoken:
        raise NotTheirTurn(_("{post}一方已经签字。", post=side_words(side)))
    signature = write_signature(uow, sample, side, (term.id, term.person_name), verdict, words)
    if verdict is Verdict.FAILED or set(sample.sides) <= {*spoken, side}:
        sample.verdict, sample.settled_at = verdict, uow.at
        ledger.append(uow, f"first-sample.{verdict}", sample)
    return signature


def write_signature(
    uow: UnitOfWork, sample: FirstSample, side: Side, signer: tuple[UUID, str], verdict: Verdict, words: str
) -> SampleSignature:
    signature = SampleSignature(
        id=uow.new_id(), sample_id=sample.id, side=side, term_id=signer[0], signed_by=signer[1], verdict=verdict,
        words=words, signed_at=uow.at,
    )
    uow.session.add(signature)
    ledger.append(uow, "sample-signature.given", signature)
    return signature


def refuse_second(uow: UnitOfWork, unit_id: UUID, item_code: str) -> None:
    standing = uow.session.scalar(select(FirstSample).where(
        FirstSample.unit_project_id == unit_id, FirstSample.item_code == item_code,
        FirstSample.verdict.is_distinct_from(Verdict.FAILED),
    ))
    if standing is not None:
        raise SampleStands(
            _("该分项的样板已验收合格。") if standing.verdict else _("该分项已有样板等待验收。"),
            remedy=_("不合格后才能重做样板。"),
        )


def refuse_wrong(facts: SampleFacts) -> None:
    if not facts.photos:
        raise Invalid(_("请至少上传 1 张样板照片。"), field="photos")
    if len(facts.photos) > MOST_PHOTOS or len(facts.videos) > MOST_VIDEOS:
        raise Invalid(_("最多 {photos} 张照片、{videos} 段视频。", photos=MOST_PHOTOS, videos=MOST_VIDEOS), field="photos")
    if facts.shown_until is not None and facts.shown_until < facts.shown_from:
        raise Invalid(_("展示截止日不能早于开始日。"), field="shown_until")


def side_words(side: Side) -> str:
    return {
        Side.CONTRACTOR: _("施工单位"), Side.SUPERVISION: _("监理单位"), Side.OWNER: _("建设单位"), Side.DESIGN: _("设计单位"),
    }[side]
