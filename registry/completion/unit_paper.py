"""单位工程质量竣工验收记录, in the order of the form: what was counted of divisions, records, functions and looks.

Source: GB 50300-2013 附录H 表 H.0.1-1.
"""

from collections.abc import Sequence

from registry.acceptance.rules import CLOSED, State
from registry.acceptance.standing import state_of_unit
from registry.completion.evidence import archive_of, totals_of
from registry.completion.models import Opinion, ReportKind, Round
from registry.completion.papers import (
    RECORD_ORDER,
    Facts,
    area_of,
    evidence_of,
    number_of,
    opinion_signatures,
    storeys_of,
)
from registry.completion.rules import REPORTS
from registry.completion.standing import Standing
from registry.kernel.text import _
from registry.projects.offices import in_office

TECHNICAL = {"site/firm-technical-head", "site/technical-leader"}


def unit_record(now: Standing, held: Round, opinions: Sequence[Opinion]) -> Facts:
    """What the record is printed from. It is printed here alone, when the last of the five has signed."""
    unit = now.unit
    storeys = "／".join(part for part in (storeys_of(unit), area_of(unit)) if part)
    firms = now.reporters(ReportKind.CONTRACTOR)
    heads = {term.post: term.person_name for term in in_office(
        now.uow.session, now.project.id, TECHNICAL, now.today, unit.number)}
    finished = max((one.signed_on for one in held.reports if one.kind is ReportKind.CONTRACTOR), default="")
    leaders = [term.person_name for post in REPORTS[ReportKind.CONTRACTOR] for _firm, term in now.holders(post)]
    signatures = opinion_signatures(now, opinions, RECORD_ORDER)
    return {
        "number": number_of("H01", now, held.number),
        "head": [
            [_("工程名称"), f"{now.project.name} {unit.name}", _("结构类型"), unit.structure or now.project.structure],
            [_("层数／建筑面积"), storeys, _("施工单位"), "、".join(one.organisation_name for one in firms)],
            [_("技术负责人"), heads.get("site/firm-technical-head", ""), _("开工日期"), now.project.started_on or ""],
            [_("项目负责人"), "、".join(leaders), _("项目技术负责人"), heads.get("site/technical-leader", "")],
            [_("完工日期"), finished],
        ],
        "rows": counted(now), "signatures": signatures, "evidence": evidence_of(signatures),
    }


def counted(now: Standing) -> list[list[str]]:
    """The five lines of the form. What the registry has no count of, somebody has stated in writing; the report says who."""
    state = state_of_unit(now.uow.session, now.unit.id, now.today)
    divisions = [node for node in state.children("") if node.state is not State.ABSENT]
    passed = sum(node.state in CLOSED for node in divisions)
    totals = totals_of(now)
    archive = archive_of(now)
    fits, stated = _("符合要求"), _("见竣工验收报告所列书面确认")
    seen = any(node.lots or node.acceptance for node in state.nodes.values())
    records = (totals.get("records", archive.required), totals.get("records_right", archive.present))
    return [
        ["1", _("分部工程验收"), _("共 {all} 分部，经查符合设计及标准规定 {good} 分部", all=len(divisions), good=passed)
         if seen else stated, fits],
        ["2", _("质量控制资料核查"), _("共 {all} 项，经核查符合规定 {good} 项", all=records[0], good=records[1]), fits],
        ["3", _("安全和使用功能核查及抽查结果"), _(
            "共核查 {tests} 项，符合规定 {right} 项；共抽查 {sampled} 项，符合规定 {good} 项", tests=totals["tests"],
            right=totals["tests_right"], sampled=totals["sampled"], good=totals["sampled_right"]) if totals else stated, fits],
        ["4", _("观感质量验收"), _("共抽查 {looked} 项，达到“好”和“一般”的 {good} 项", looked=totals["looked"],
                             good=totals["looked_right"]) if totals else stated, fits],
        ["5", _("综合验收结论"), _("工程质量符合设计文件和验收标准的要求"), _("合格")],
    ]
