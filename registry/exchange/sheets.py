"""The four sheets of a roster: their columns, and how a row is made of what the columns hold.

The names of sheets and columns are published in the template; they may be added to and never renamed.
"""

from collections.abc import Callable, Mapping
from typing import Any

from registry.exchange import mending
from registry.exchange.mending import Days
from registry.exchange.reading import Column, Judge, Sheet
from registry.exchange.rows import LeaderRow, ParticipationRow, ProjectRow, UnitRow
from registry.kernel.text import _
from registry.parties.identifiers import (
    Checked,
    check_identity,
    check_mobile,
    check_pattern,
    check_region,
    check_registration,
    check_uscc,
    mask_identity,
    mask_phone,
)
from registry.parties.models import IdentityKind

PROJECTS, UNITS, PARTICIPATIONS, LEADERS = "工程", "单位工程", "参建单位", "项目负责人"
NOT_YET = frozenset({"至今", "今", "现在", "在任", "在岗", "未离任", "未退场", "长期"})
WHOLE_PROJECT = frozenset({"全部", "全部工程", "全部单位工程", "整个项目", "整个工程", "全项目"})
BETWEEN_UNITS = str.maketrans(dict.fromkeys("，,;；/\\|\n ", "、"))
YEARS_OF_DESIGN_LIFE = range(1, 201)

IDENTITY_NAMES: dict[IdentityKind, tuple[str, ...]] = {
    IdentityKind.CITIZEN: ("居民身份证", "身份证", "二代身份证", "中华人民共和国居民身份证"),
    IdentityKind.RESIDENCE_PERMIT: ("港澳台居民居住证", "港澳居民居住证", "台湾居民居住证"),
    IdentityKind.PASSPORT: ("护照", "中国护照", "外国护照"),
    IdentityKind.FOREIGN_PERMANENT: ("外国人永久居留身份证", "外国人永久居留证"),
    IdentityKind.HKM_TRAVEL: ("港澳居民来往内地通行证", "回乡证"),
    IdentityKind.TAIWAN_TRAVEL: ("台湾居民来往大陆通行证", "台胞证"),
}
"""What rosters call the kinds of identity document; the first name of each is the one we offer."""


def _project_number(number: str) -> Checked:
    return Checked(number, check_pattern("project", number).warnings)


def _permit(number: str) -> Checked:
    return check_pattern("permit", number)


def _firm_qualification(number: str) -> Checked:
    return check_pattern("firm-qualification", number)


OF_PROJECT = Column("项目编号", "project", mending.code(), required=True, hint="与「工程」表一致")
ROLE = Column(
    "责任主体", "role", mending.text(), required=True, also=("责任主体类型", "单位类型"), hint="见下拉列表"
)
USCC = Column(
    "统一社会信用代码", "uscc", mending.code(), required=True, also=("社会信用代码", "信用代码"),
    check=check_uscc, hint="18 位，见营业执照；文本格式",
)
STRUCTURE = Column("结构类型", "structure", mending.text(), hint="如 剪力墙结构、框架结构")
AREA = Column(
    "建筑面积", "area", mending.amount("m2", "平方米", "平米"), units=("㎡", "m2", "平方米", "平米"),
)


def _project_columns(days: Days) -> tuple[Column, ...]:
    return (
        Column("项目编号", "number", mending.code(), required=True, check=_project_number,
               hint="全国建筑市场平台 16 位编号或本地编号；四张表须一致"),
        Column("工程名称", "name", mending.text(), required=True, also=("项目名称",)),
        Column("建设地点", "address", mending.text(), required=True, also=("建设地址", "工程地点")),
        Column("行政区划代码", "region", mending.code(), required=True, also=("区划代码",),
               check=check_region, hint="GB/T 2260 六位代码，如 370102"),
        Column("工程类别", "category", mending.text(), required=True, also=("工程类型",), hint="如 住宅"),
        STRUCTURE,
        AREA,
        Column("工程造价", "cost", mending.amount("万元"), units=("万元",)),
        Column("合同工期", "duration_days", mending.count("日历天", "天", "日"), units=("天", "日历天")),
        Column("施工许可证编号", "permit_number", mending.code(100), also=("施工许可证号",), check=_permit),
        Column("质量监督注册号", "oversight_number", mending.text(100), also=("报监编号", "监督注册号")),
        Column("开工日期", "started_on", days, hint="如 2024-03-05"),
        Column("竣工验收合格日期", "accepted_on", days, also=("竣工验收日期",)),
        Column("经度", "longitude", mending.degrees(73, 136), hint="CGCS2000，十进制度"),
        Column("纬度", "latitude", mending.degrees(3, 54), hint="CGCS2000，十进制度"),
    )


def _unit_columns() -> tuple[Column, ...]:
    return (
        OF_PROJECT,
        Column("单位工程编号", "number", mending.unit_number, required=True, hint="同一项目内不重复，如 01"),
        Column("单位工程名称", "name", mending.text(), required=True),
        Column("地上层数", "storeys_above", mending.count("层")),
        Column("地下层数", "storeys_below", mending.count("层")),
        AREA,
        STRUCTURE,
        Column("设计使用年限", "design_life_years", mending.count("年"), required=True, units=("年",),
               also=("设计工作年限", "设计合理使用年限"), hint="取自设计文件，不得估填"),
        Column("设计文件依据", "design_life_basis", mending.text(), hint="如 结构设计总说明（结施-01）"),
    )


def _participation_columns(days: Days) -> tuple[Column, ...]:
    return (
        OF_PROJECT,
        ROLE,
        Column("单位名称", "name", mending.firm_name, required=True, also=("企业名称",)),
        USCC,
        Column("法定代表人", "legal_representative", mending.person_name, required=True, also=("法人代表",)),
        Column("资质证书编号", "licence_number", mending.code(100), also=("资质证书号",),
               check=_firm_qualification),
        Column("承担范围", "units", mending.text(2000), hint="单位工程编号，用“、”分隔；留空为整个项目"),
        Column("进场日期", "since", days, required=True),
        Column("退场日期", "until", days, open_ended=NOT_YET, hint="未退场的留空"),
    )


def _leader_columns(days: Days) -> tuple[Column, ...]:
    return (
        OF_PROJECT,
        USCC,
        ROLE,
        Column("职务", "post", mending.text(), required=True, also=("岗位", "担任职务"), hint="见下拉列表"),
        Column("姓名", "name", mending.person_name, required=True),
        Column("证件类型", "identity_kind", mending.text(), hint="留空为居民身份证"),
        Column("证件号码", "identity_number", mending.document_number, required=True,
               also=("身份证号码", "身份证号", "证件号"), mask=mask_identity, hint="文本格式；加密保存"),
        Column("注册执业资格", "qualification_kind", mending.text(), also=("执业资格",)),
        Column("注册执业证号", "qualification_number", mending.code(100), also=("注册证号", "注册编号")),
        Column("手机号", "phone", mending.code(), also=("手机", "手机号码", "联系电话"), check=check_mobile,
               mask=mask_phone, hint="文本格式；加密保存"),
        Column("任职日期", "since", days, required=True),
        Column("离任日期", "until", days, open_ended=NOT_YET, hint="在任的留空"),
    )


def sheets(days: Days) -> tuple[Sheet, ...]:
    """Return the four sheets, in the order in which they are read."""
    return (
        Sheet(PROJECTS, _project_columns(days), _maker(ProjectRow)),
        Sheet(UNITS, _unit_columns(), make_unit),
        Sheet(PARTICIPATIONS, _participation_columns(days), make_participation),
        Sheet(LEADERS, _leader_columns(days), make_leader),
    )


def _maker(kind: type) -> Callable[[int, dict[str, Any], Judge], object]:
    """Return the maker of rows of a kind: what a cell of text lacks is ""."""
    texts = frozenset(name for name, annotation in kind.__annotations__.items() if annotation is str)

    def make(line: int, values: dict[str, Any], _judge: Judge) -> object:
        filled = {name: "" if value is None and name in texts else value for name, value in values.items()}
        return kind(line=line, **filled)

    return make


UNIT_OF, PARTICIPATION_OF, LEADER_OF = _maker(UnitRow), _maker(ParticipationRow), _maker(LeaderRow)


def make_unit(line: int, values: dict[str, Any], judge: Judge) -> object:
    if values["design_life_years"] not in YEARS_OF_DESIGN_LIFE:
        judge.refuse(judge.sheet.column("design_life_years"), _("应为 1 至 200 年，如 50。"))
    return UNIT_OF(line, values, judge)


def make_participation(line: int, values: dict[str, Any], judge: Judge) -> object:
    judge_interval(values, judge, _("退场日期早于进场日期 {since}，请核对。", since=values["since"]))
    written = values["units"] or ""
    if written in WHOLE_PROJECT:
        judge.mend(judge.sheet.column("units"), written, "")
        written = ""
    units = tuple(number for number in written.translate(BETWEEN_UNITS).split("、") if number)
    return PARTICIPATION_OF(line, values | {"units": units}, judge)


def make_leader(line: int, values: dict[str, Any], judge: Judge) -> object:
    judge_interval(values, judge, _("离任日期早于任职日期 {since}，请核对。", since=values["since"]))
    kind = identity_kind(values, judge)
    if kind is None:
        return None
    column = judge.sheet.column("identity_number")
    number = judge.check(column, lambda text: check_identity(kind, text), values["identity_number"])
    if values["qualification_number"]:
        registration = check_registration(values["qualification_kind"] or "", values["qualification_number"])
        for warning in registration.warnings:
            judge.remark(judge.sheet.column("qualification_number"), warning)
    return LEADER_OF(line, values | {"identity_kind": kind, "identity_number": number}, judge)


def identity_kind(values: Mapping[str, Any], judge: Judge) -> IdentityKind | None:
    """Return the kind of document in a leader's row; an empty cell means the identity card."""
    written = values["identity_kind"]
    if not written:
        return IdentityKind.CITIZEN
    for kind, names in IDENTITY_NAMES.items():
        if written in names:
            return kind
    offered = "、".join(names[0] for names in IDENTITY_NAMES.values())
    reason = _("不认识证件类型“{kind}”，请填写 {kinds} 之一。", kind=written, kinds=offered)
    judge.refuse(judge.sheet.column("identity_kind"), reason)
    return None


def judge_interval(values: Mapping[str, Any], judge: Judge, reason: str) -> None:
    if values["until"] is not None and values["until"] < values["since"]:
        judge.refuse(judge.sheet.column("until"), reason)
