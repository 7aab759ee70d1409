"""What the papers of completion are printed from: plain values, in the order of the official forms."""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from registry.accounts.models import Account
from registry.completion.models import Acceptance, MeetingNotice, Opinion, Report, ReportKind, Round
from registry.completion.rules import LEADERS, REPORT_WORDS
from registry.completion.signed import Signed
from registry.completion.standing import Standing
from registry.documents.queries import content
from registry.kernel.text import _, later
from registry.kernel.uow import CHINA, UnitOfWork
from registry.parties.models import Organisation
from registry.projects.models import Participation, UnitProject
from registry.standards import handbook as standards

Facts = dict[str, object]


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered heading of a form, the text below it, and a table where the form has one."""

    heading: str
    paragraphs: Sequence[str] = ()
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()

    def printed(self) -> Facts:
        return {
            "heading": self.heading, "paragraphs": [one for one in self.paragraphs if one], "columns": self.columns,
            "rows": self.rows,
        }


def paper(
    number: str, title: str, fields: Iterable[tuple[str, object]], sections: Iterable[Section] = (),
    signatures: Sequence[Facts] = (), tables: Sequence[Facts] = (),
) -> Facts:
    """The facts every paper of completion has; see templates/print/_completion.html."""
    return {
        "number": number, "title": title,
        "fields": [{"label": label, "value": "" if value is None else str(value)} for label, value in fields],
        "sections": [section.printed() for section in sections],
        "tables": list(tables), "signatures": list(signatures),
        "evidence": evidence_of(signatures),
    }


def evidence_of(signatures: Iterable[Facts]) -> str:
    """How each of the signers was known."""
    return "；".join(str(line["evidence"]) for line in signatures if line["evidence"])


def signature(uow: UnitOfWork, label: str, given: Signed | None) -> Facts:
    """One signing line: the drawn name as a picture, or as typed; room for ink while nobody has signed."""
    if given is None:
        return {"label": label, "image": "", "typed": "", "signed_on": "", "evidence": ""}
    image = ""
    if given.drawing_sha256 is not None:
        with content(uow, given.drawing_sha256) as stream:
            image = "data:image/png;base64," + base64.b64encode(stream.read()).decode()
    said = _("{person} {at} 在平台签署，已核验本人身份", person=given.person_name,
             at=given.signed_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M"))
    return {
        "label": label, "image": image, "typed": "" if image else given.person_name, "signed_on": given.signed_on,
        "evidence": said,
    }


def number_of(prefix: str, now: Standing, nth: int) -> str:
    """文书编号: the kind, the project, the unit project and which round."""
    return f"{prefix}-{now.project.number}-{now.unit.number}-{nth}"


def storeys_of(unit: UnitProject) -> str:
    if unit.storeys_above is None and unit.storeys_below is None:
        return ""
    return _("地上 {above} 层，地下 {below} 层", above=unit.storeys_above or 0, below=unit.storeys_below or 0)


def area_of(unit: UnitProject) -> str:
    return _("{area} m²", area=f"{unit.area.normalize():f}") if unit.area is not None else ""


def about(now: Standing) -> list[tuple[str, object]]:
    """The lines that open every form."""
    unit = now.unit
    size = " ".join(part for part in (storeys_of(unit), area_of(unit)) if part)
    return [
        (_("工程名称"), f"{now.project.name} {unit.name}"), (_("工程地址"), now.project.address),
        (_("结构类型"), unit.structure or now.project.structure), (_("层数 / 建筑面积"), size),
        (_("开工日期"), now.project.started_on or ""), (_("设计使用年限"), _("{years} 年", years=unit.design_life_years)),
    ]


POSTS_PRINTED = {"supervision": later("总监理工程师")}
"""What the leader of a firm is called on 表 H.0.1-1 where it is not 项目负责人."""
FILING_ORDER = ("owner", "contractor", "general-contractor", "supervision", "survey", "design")
"""In which order the 备案表 names the parties."""
RECORD_ORDER = ("owner", "supervision", "contractor", "general-contractor", "design", "survey")
"""In which order 表 H.0.1-1 is signed."""


def firm_lines(now: Standing, order: Iterable[str] = tuple(LEADERS)) -> list[tuple[str, object]]:
    """单位名称/项目负责人 of every party."""
    roles = {role.key: role.label for role in standards.roles(now.uow.session, now.project.region, now.today)}
    holders = {post: now.holders(post) for post in LEADERS.values()}
    return [
        (roles[role], _("{firm} / {person}", firm=firm.organisation_name, person="、".join(
            term.person_name for held, term in holders[post] if held.id == firm.id)))
        for role in order for firm in now.firms(role) for post in (LEADERS[role],)
    ]


SIGNED_BY = {ReportKind.CONTRACTOR: later("项目经理"), ReportKind.SUPERVISION: later("总监理工程师")}
"""What whoever signs a report is called where it is not 项目负责人."""


def report_paper(now: Standing, report: Report, firm: Participation, nth: int) -> Facts:
    """工程竣工报告, 质量评估报告 or 质量检查报告. Source: GB 55032-2022; 建质〔2013〕171号 第五条."""
    return paper(
        number_of("JGBG", now, nth), str(REPORT_WORDS[report.kind]),
        [*about(now), (_("单位名称"), firm.organisation_name), (_("单位有关负责人"), report.approved_by)],
        [Section(_("结论"), report.conclusion.splitlines())],
        [signature(now.uow, _("{post}（签字）", post=SIGNED_BY.get(report.kind, _("项目负责人"))), report),
         signature(now.uow, _("单位有关负责人（签字、盖章）"), None)],
    )


def meeting_words(notice: MeetingNotice | None) -> list[str]:
    if notice is None:
        return []
    return [
        _("时间：{day} {at}；地点：{place}。", day=notice.meets_on, at=notice.meets_at, place=notice.place),
        _("已于 {day} 书面通知工程质量监督机构。", day=notice.notified_on),
        _("验收组成员：{members}", members="；".join(notice.members.splitlines())),
    ]


def acceptance_report(
    now: Standing, held: Round, opinions: Sequence[Opinion], accepted_on: date, checked: Sequence[Sequence[str]]
) -> Facts:
    """工程竣工验收报告; `checked` are the conditions as they stood: 条件, 核查情况, 结论. Source: 建质〔2013〕171号 第七条."""
    return paper(
        number_of("JGYS", now, held.number), _("工程竣工验收报告"),
        [*about(now), *firm_lines(now), (_("施工许可证编号"), now.project.permit_number),
         (_("质量监督注册号"), now.project.oversight_number), (_("竣工验收合格日期"), accepted_on)],
        [
            Section(_("一、工程概况"), [_("{project}，{unit}，设计使用年限 {years} 年。", project=now.project.name,
                                        unit=now.unit.name, years=now.unit.design_life_years)]),
            Section(_("二、建设单位执行基本建设程序情况"), [procedures(now)]),
            Section(_("三、对工程勘察、设计、施工、监理等方面的评价"), [
                f"{REPORT_WORDS[one.kind]}（{one.person_name}）：{one.conclusion}" for one in held.reports
            ]),
            Section(_("四、工程竣工验收时间、程序、内容和组织形式"), meeting_words(held.notice),
                    (_("竣工验收条件"), _("核查情况"), _("结论")), checked),
            Section(_("五、工程竣工验收意见"), [
                _("{person}：{opinion}", person=one.person_name, opinion=one.opinion) for one in opinions
            ] + [_("验收结论：合格。")]),
            Section(_("附件"), attachments(now, held)),
        ],
        opinion_signatures(now, opinions),
    )


def attachments(now: Standing, held: Round) -> list[str]:
    """What goes with the report, each with its number where it has one. Source: 建质〔2013〕171号 第七条."""
    names = [
        _("施工许可证 {number}", number=now.project.permit_number), _("施工图设计文件审查意见"),
        *(_("{report}（{person} {day} 签署）", report=REPORT_WORDS[one.kind], person=one.person_name, day=one.signed_on)
          for one in held.reports),
        _("工程质量保修书"), _("验收组人员签署的工程竣工验收意见"), _("法规、规章规定的其他有关文件"),
    ]
    return [f"{count}. {name.strip()}" for count, name in enumerate(names, 1)]


def station_of(now: Standing, held: Round) -> str:
    """The station that oversaw the acceptance, as far as it has recorded it."""
    if held.oversight is None:
        return ""
    return now.uow.session.scalar(
        select(Organisation.name).join(Account, Account.organisation_id == Organisation.id)
        .where(Account.id == held.oversight.recorded_by_id)
    ) or ""


def procedures(now: Standing) -> str:
    found = [
        (_("质量监督注册号 {number}", number=now.project.oversight_number) if now.project.oversight_number else ""),
        (_("施工许可证 {number}", number=now.project.permit_number) if now.project.permit_number else ""),
        _("五方项目负责人授权书、承诺书均已备案"),
    ]
    return "；".join(one for one in found if one) + "。"


def opinion_signatures(now: Standing, opinions: Sequence[Opinion], order: Iterable[str] = tuple(LEADERS)) -> list[Facts]:
    roles = {role.key: role.label for role in standards.roles(now.uow.session, now.project.region, now.today)}
    by_firm = {one.participation_id: one for one in opinions}
    return [
        signature(now.uow, _("{role}（{firm}）项目负责人", role=roles[role], firm=firm.organisation_name), by_firm.get(firm.id))
        | {"role": roles[role], "firm": firm.organisation_name, "post": str(POSTS_PRINTED.get(role, _("项目负责人")))}
        for role in order for firm in now.firms(role)
    ]


@dataclass(frozen=True, slots=True)
class FilingWords:
    """What only the owner's filer can say."""

    content: str
    scale: str
    contract_price: str
    planning_permit: str = ""  # 建设工程规划许可证


def filing_form(now: Standing, held: Round, acceptance: Acceptance, words: FilingWords, filer: str) -> Facts:
    """竣工验收备案表. Source: 住房和城乡建设部令第2号 第五、六条."""
    numbers: dict[str, str] = {rule: said.number or said.words for rule, said in now.statements.items()}
    documents: list[Any] = [
        [str(count), one.label, one.source] for count, one in enumerate(
            standards.filing_documents(now.uow.session, now.project.region, now.today), 1)
        if not one.residential or now.dwellings
    ]
    return paper(
        number_of("BAB", now, held.number), _("房屋建筑工程和市政基础设施工程竣工验收备案表"),
        [
            (_("工程名称"), f"{now.project.name} {now.unit.name}"), (_("本次备案内容"), words.content),
            (_("本次备案规模"), words.scale), (_("合同价格"), words.contract_price), (_("工程类别"), now.project.category),
            (_("工程地址"), now.project.address), (_("规划许可证号"), words.planning_permit),
            (_("规划验收编号"), numbers.get("planning", "")),
            (_("消防验收编号"), numbers.get("fire", "")), (_("档案预验收编号"), numbers.get("archive-preview", "")),
            (_("施工许可证号"), now.project.permit_number), (_("开工时间"), now.project.started_on or ""),
            (_("竣工验收时间"), acceptance.accepted_on), *firm_lines(now, FILING_ORDER),
            (_("建设单位经办人 / 手机号"), _("{filer} / ＿＿＿＿＿＿＿", filer=filer)),
            (_("质量监督机构"), station_of(now, held)), (_("质量监督注册号"), now.project.oversight_number),
            (_("份数"), _("一式两份，建设单位、备案机关各一份")),
        ],
        [Section(_("竣工验收意见"), [
            _("{person}：{opinion}", person=one.person_name, opinion=one.opinion) for one in held.opinions
        ])],
        [signature(now.uow, _("建设单位（盖章）"), None), signature(now.uow, _("备案机关（盖章）"), None)],
        [{"heading": _("备案文件"), "columns": [_("序号"), _("文件"), _("依据")], "rows": documents}],
    )
