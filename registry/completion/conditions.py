"""One small function for each condition: it looks at where a unit stands and says met, not met, or why it cannot tell.

`CONDITIONS` is keyed by the keys of the edition in force. A key without a function is answered by a signed statement
alone. Nothing is assumed: where the registry holds no records, the answer is `unknown`, with the reason.
"""

from collections.abc import Callable, Iterable, Mapping
from uuid import UUID

from registry.completion import evidence
from registry.completion.evidence import named
from registry.completion.housing import PaperKind
from registry.completion.models import Certificate, ReportKind, Stance
from registry.completion.rules import REPORT_WORDS, Answer, lacking, met, not_applicable, unknown
from registry.completion.standing import Standing
from registry.kernel.text import _
from registry.plaques.models import Plaque
from registry.pledges.rules import ON_FILE
from registry.policy import Permission
from registry.projects.models import Participation
from registry.standards import handbook as standards
from registry.standards.completion import HousingCategory, Moment
from registry.standards.periods import PlaqueMoment

Condition = Callable[[Standing, Moment], Answer]


def pledges(now: Standing, moment: Moment) -> Answer:
    """Every demanded pair is on file; before registration, each of the three gates of 44号 says what it lacks."""
    link = f"/projects/{now.project.id}/board"
    if moment is Moment.REGISTRATION:
        return lacking(named(_("{post}：{label}", post=one.seat.post_label, label=one.label)
                             for one in now.board.obstacles), link)
    present = {firm.role for firm in now.project.participations}
    return lacking(named(
        _("{post}（{person}）的授权书、承诺书未备案", post=place.seat.post_label, person=place.seat.person or _("未任命"))
        for place in now.board.places
        if place.post.is_demanded(present) and not place.departed and place.seat.state not in ON_FILE
    ), link)


def terms(now: Standing, _moment: Moment) -> Answer:
    return lacking(named(
        _("{firm}的{post}自 {since} 起 {days} 天无人担任", firm=one.participation.organisation_name, post=one.post.label,
          since=one.gap.since, days=one.gap.days(now.today))
        for one in now.vacancies if now.unit.number in (one.participation.unit_numbers or [now.unit.number])
    ), f"/projects/{now.project.id}")


def design_life(now: Standing, _moment: Moment) -> Answer:
    if now.unit.design_life_basis:
        return met(_("{years} 年，依据：{basis}", years=now.unit.design_life_years, basis=now.unit.design_life_basis))
    return lacking([_("设计使用年限 {years} 年没有写明设计文件依据", years=now.unit.design_life_years)],
                   now.cure(Permission.PROJECT_EDIT, f"/unit-projects/{now.unit.id}/amend", f"/projects/{now.project.id}"))


def report(kind: ReportKind) -> Condition:
    def given(now: Standing, _moment: Moment) -> Answer:
        firms = now.reporters(kind)
        if not firms and kind is ReportKind.SUPERVISION:
            return not_applicable(_("本工程没有监理单位"))
        if not firms:
            return lacking([_("没有登记应当提交{report}的单位", report=REPORT_WORDS[kind])], f"/projects/{now.project.id}")
        return lacking([
            _("{firm}尚未提交{report}", firm=firm.organisation_name, report=REPORT_WORDS[kind])
            for firm in now.due_reports(kind)
        ], now.cure(
            Permission.COMPLETION_SIGN, f"/units/{now.unit.id}/completion/reports/{kind.value}",
            f"/units/{now.unit.id}/completion",
        ))

    return given


def warranty(now: Standing, _moment: Moment) -> Answer:
    link = f"/units/{now.unit.id}/warranty"
    by_firm = {one.participation_id: one for one in now.certificates}
    return lacking(
        [said for firm in now.reporters(ReportKind.CONTRACTOR) if (said := certificate_lacks(by_firm, firm))]
        or ([] if by_firm else [_("尚无工程质量保修书")]), link,
    )


def certificate_lacks(by_firm: Mapping[UUID, Certificate], firm: Participation) -> str:
    certificate = by_firm.get(firm.id)
    if certificate is None:
        return _("{firm}尚未出具工程质量保修书", firm=firm.organisation_name)
    if certificate.paper_sha256 is None:
        return _("{firm}的工程质量保修书尚未由双方签署", firm=firm.organisation_name)
    return ""


def dwellings(now: Standing, _moment: Moment) -> Answer:
    link = f"/units/{now.unit.id}/dwellings"
    if not now.dwellings:
        return without_dwellings(now, _("没有登记住户；住宅工程请登记，不是住宅工程的请书面确认"), link)
    waiting = [one.number for one in now.dwellings if not one.accepted]
    if not waiting:
        return met(_("{count} 户均已验收合格", count=len(now.dwellings)))
    return lacking([_("{count} 户中有 {waiting} 户未验收合格：{numbers}", count=len(now.dwellings), waiting=len(waiting),
                      numbers="、".join(named(waiting)))], link)


def without_dwellings(now: Standing, doubt: str, link: str) -> Answer:
    """Answer for a unit project without a dwelling, by its project's category; a garage of homes is stated to be none.

    doubt   what is said while the category says neither
    """
    stated = now.statements.get("dwellings")
    if stated is not None and stated.stance is Stance.NOT_APPLICABLE:
        return not_applicable(_("{person}于 {day} 确认不是住宅工程", person=stated.stated_by, day=stated.stated_on))
    category = housing_category(now)
    if category is None:
        return unknown(doubt, link)
    if category.dwellings:
        return lacking([_("住宅工程，尚未登记住户")], link)
    return not_applicable(_("工程类别：{category}", category=now.project.category))


def housing_category(now: Standing) -> HousingCategory | None:
    """What the handbook says of the project's category; none where it says neither."""
    listed = standards.housing(now.uow.session, now.project.region, now.today)
    return next((one for one in listed if one.names(now.project.category)), None)


def residential_papers(now: Standing, _moment: Moment) -> Answer:
    link = f"/units/{now.unit.id}/dwellings"
    if not now.dwellings:
        return without_dwellings(now, _("没有登记住户"), link)
    made = {one.kind for one in now.papers}
    wanted = {PaperKind.GUARANTEE: _("《住宅质量保证书》"), PaperKind.MANUAL: _("《住宅使用说明书》")}
    return lacking([_("{paper}尚未制作", paper=name) for kind, name in wanted.items() if kind not in made], link)


def plaque(now: Standing, moment: Moment) -> Answer:
    """The plaque hangs by the region's moment: before acceptance, before delivery, or so long after acceptance."""
    timing = standards.plaque_timing(now.uow.session, now.project.region, now.today).content
    if timing.moment is not PlaqueMoment.BEFORE_ACCEPTANCE and moment is Moment.ACCEPTANCE:
        return not_applicable(_("本地区规定{timing}", timing=timing))
    if moment is Moment.FILING and timing.moment is PlaqueMoment.BEFORE_DELIVERY:
        return not_applicable(_("本地区规定{timing}", timing=timing))
    if moment is Moment.FILING and timing.moment is PlaqueMoment.AFTER_ACCEPTANCE and not hanging(now.plaques):
        return not_applicable(_("本地区规定{timing}；备案不以此为前提", timing=timing))
    link = f"/projects/{now.project.id}/plaques"
    if not now.plaques:
        return lacking([_("尚未制作永久性标牌（{timing}）", timing=timing)], link)
    return lacking([] if hanging(now.plaques) else [_("永久性标牌已制作，尚未登记安装")], link)


def hanging(plaques: Iterable[Plaque]) -> bool:
    return any(one.mountings for one in plaques)


def accepted(now: Standing, _moment: Moment) -> Answer:
    day = now.unit.accepted_on or now.project.accepted_on
    if now.to_be_accepted_anew:
        return lacking([_("备案机关已责令重新组织竣工验收")], f"/units/{now.unit.id}/completion")
    if day is not None:
        return met(_("竣工验收合格日期 {day}", day=day))
    return lacking([_("尚未竣工验收合格")], f"/units/{now.unit.id}/completion")


def oversight_record(now: Standing, _moment: Moment) -> Answer:
    if now.accepted_round is not None and now.accepted_round.oversight is not None:
        record = now.accepted_round.oversight
        faults = [said for good, said in (
            (record.organisation, _("组织形式")), (record.procedure, _("验收程序")), (record.standards, _("执行验收标准")),
            (record.result, _("验收结论")),
        ) if not good]
        return lacking([_("监督机构认为不符合规定：{what}", what="、".join(faults))] if faults else [],
                       f"/units/{now.unit.id}/completion")
    return lacking([_("监督机构尚未记录验收监督情况")], f"/units/{now.unit.id}/completion")


def responsibility_archive(now: Standing, _moment: Moment) -> Answer:
    link = f"/projects/{now.project.id}/archives"
    if not now.archives:
        return lacking([_("尚未组卷")], link)
    last = now.archives[-1]
    return lacking(named(_("案卷 {number} 缺：{name}", number=last.number, name=row["name"]) for row in last.missing), link)


def filed(now: Standing, _moment: Moment) -> Answer:
    filing = now.accepted_round.filing if now.accepted_round else None
    if filing is not None and filing.receipt is not None:
        return met(_("备案号 {number}", number=filing.receipt.number))
    said = _("已报送，等待备案机关收讫") if filing is not None else _("尚未报送备案")
    return lacking([said], f"/units/{now.unit.id}/completion")


CONDITIONS: dict[str, Condition] = {
    "pledges": pledges, "terms": terms, "design-life": design_life, "warranty": warranty, "dwellings": dwellings,
    "residential-papers": residential_papers, "plaque": plaque, "accepted": accepted, "oversight-record": oversight_record,
    "responsibility-archive": responsibility_archive, "filed": filed, "lots": evidence.lots,
    "tests": evidence.tests, "divisions": evidence.divisions, "pre-acceptance": evidence.preliminary,
    "concealed": evidence.concealed, "design-changes": evidence.design_changes, "archive": evidence.archive,
    **{kind.value: report(kind) for kind in ReportKind},
}
