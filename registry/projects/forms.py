"""What a browser may send about projects."""

from wtforms import FieldList, FormField, HiddenField
from wtforms import Form as Rows
from wtforms.validators import NumberRange, Optional

from registry.kernel.text import later
from registry.parties.models import IdentityKind
from registry.parties.rules import IDENTITY_NAMES
from registry.web.fields import (
    AmountField,
    ChoiceField,
    CodeField,
    DayField,
    Form,
    IdentityField,
    LineField,
    ManyOfField,
    Needed,
    ParagraphField,
    PhoneField,
    UsccField,
    VersionField,
    WholeNumberField,
    at_most,
)

IDENTITY_KINDS = list(IDENTITY_NAMES.items())


class UnitRow(Rows):
    """单位工程, one row."""

    number = CodeField(later("编号"), [at_most(40)])
    name = LineField(later("名称"), [at_most(100)])
    design_life_years = WholeNumberField(later("设计使用年限（年）"), [Optional(), NumberRange(1, 200)])
    design_life_basis = LineField(later("设计文件依据"), [at_most(200)])
    storeys_above = WholeNumberField(later("地上层数"), [Optional(), NumberRange(0, 300)])
    storeys_below = WholeNumberField(later("地下层数"), [Optional(), NumberRange(0, 30)])


class PartyRow(Rows):
    """One firm and its leader."""

    role = HiddenField()
    uscc = UsccField(later("统一社会信用代码"))
    name = LineField(later("单位名称"), [at_most(100)])
    legal_representative = LineField(later("法定代表人"), [at_most(50)])
    licence_number = LineField(later("资质证书编号"), [at_most(60)])
    leader = LineField(later("负责人姓名"), [at_most(50)])
    identity_kind = ChoiceField(later("证件类型"), choices=IDENTITY_KINDS, default=IdentityKind.CITIZEN)
    identity = IdentityField(later("证件号码"))
    phone = PhoneField(later("手机号"))
    qualification_kind = LineField(later("注册执业资格"), [at_most(60)])
    qualification_number = LineField(later("注册执业证号"), [at_most(60)])


class RegistrationForm(Form):
    """A project whole, on one screen."""

    number = CodeField(later("项目编号"), [Needed(), at_most(60)])
    name = LineField(later("工程名称"), [Needed(), at_most(200)])
    address = LineField(later("建设地点"), [Needed(), at_most(200)])
    region = CodeField(later("行政区划代码"), [Needed(), at_most(6)])
    category = ChoiceField(later("工程类别"), [Needed()])
    permit_number = CodeField(later("施工许可证编号"), [at_most(60)])
    started_on = DayField(later("开工日期"))
    area = AmountField(later("建筑面积（㎡）"), [Optional()])
    cost = AmountField(later("工程造价（万元）"), [Optional()])
    duration_days = WholeNumberField(later("合同工期（天）"), [Optional(), NumberRange(1, 20000)])
    units = FieldList(FormField(UnitRow), min_entries=1, max_entries=60)
    parties = FieldList(FormField(PartyRow), max_entries=40)


class AmendForm(Form):
    """Particulars that may be corrected or completed later, with the reason why."""

    name = LineField(later("工程名称"), [Needed(), at_most(200)])
    address = LineField(later("建设地点"), [Needed(), at_most(200)])
    permit_number = CodeField(later("施工许可证编号"), [at_most(60)])
    oversight_number = CodeField(later("质量监督注册号"), [at_most(60)])
    started_on = DayField(later("开工日期"))
    reason = ParagraphField(later("修改原因"), [Needed(), at_most(300)])
    version = VersionField()


class AmendUnitForm(Form):
    """Particulars of a unit project that may be corrected or completed later, with the reason why."""

    name = LineField(later("单位工程名称"), [Needed(), at_most(100)])
    design_life_years = WholeNumberField(later("设计使用年限（年）"), [Needed(), NumberRange(1, 200)])
    design_life_basis = LineField(later("设计文件依据"), [at_most(200)])
    storeys_above = WholeNumberField(later("地上层数"), [Optional(), NumberRange(0, 300)])
    storeys_below = WholeNumberField(later("地下层数"), [Optional(), NumberRange(0, 30)])
    reason = ParagraphField(later("修改原因"), [Needed(), at_most(300)])
    version = VersionField()


class UnitForm(Form):
    """A unit project that comes to a registered project."""

    number = CodeField(later("单位工程编号"), [Needed(), at_most(40)])
    name = LineField(later("单位工程名称"), [Needed(), at_most(100)])
    design_life_years = WholeNumberField(later("设计使用年限（年）"), [Needed(), NumberRange(1, 200)])
    design_life_basis = LineField(later("设计文件依据"), [at_most(200)])
    storeys_above = WholeNumberField(later("地上层数"), [Optional(), NumberRange(0, 300)])
    storeys_below = WholeNumberField(later("地下层数"), [Optional(), NumberRange(0, 30)])


class CorrectionForm(Form):
    """How a wrongly entered term should have read."""

    since = DayField(later("任职日期"), [Needed()])
    until = DayField(later("离任日期"))
    qualification_kind = LineField(later("注册执业资格"), [at_most(60)])
    qualification_number = LineField(later("注册执业证号"), [at_most(60)])
    reason = ParagraphField(later("更正原因"), [Needed(), at_most(300)])


class FirmForm(Form):
    """A firm that comes to the project later."""

    role = ChoiceField(later("责任主体"), [Needed()])
    uscc = UsccField(later("统一社会信用代码"), [Needed()])
    name = LineField(later("单位名称"), [at_most(100)])
    legal_representative = LineField(later("法定代表人"), [at_most(50)])
    licence_number = LineField(later("资质证书编号"), [at_most(60)])
    since = DayField(later("进场日期"), [Needed()])
    units = LineField(later("承担范围（单位工程编号，以、分隔；空为整个项目）"), [at_most(400)])


class TermForm(Form):
    """A leader who takes up a post that stands empty."""

    post = ChoiceField(later("职务"), [Needed()])
    name = LineField(later("姓名"), [Needed(), at_most(50)])
    identity_kind = ChoiceField(later("证件类型"), choices=IDENTITY_KINDS)
    identity = IdentityField(later("证件号码"), [Needed()])
    phone = PhoneField(later("手机号"))
    qualification_kind = LineField(later("注册执业资格"), [at_most(60)])
    qualification_number = LineField(later("注册执业证号"), [at_most(60)])
    since = DayField(later("任职日期"), [Needed()])


class StaffForm(Form):
    """Somebody who comes to the site, into one post or several."""

    posts = ManyOfField(later("岗位"), [Needed()])
    name = LineField(later("姓名"), [Needed(), at_most(50)])
    identity_kind = ChoiceField(later("证件类型"), choices=IDENTITY_KINDS)
    identity = IdentityField(later("证件号码"), [Needed()])
    phone = PhoneField(later("手机号"))
    qualification_kind = LineField(later("职称或岗位证书"), [at_most(60)])
    qualification_number = LineField(later("证书编号"), [at_most(60)])
    since = DayField(later("上岗日期"), [Needed()])


class StaffCorrectionForm(Form):
    """How a wrongly entered term on the site should have read."""

    since = DayField(later("上岗日期"), [Needed()])
    until = DayField(later("在岗的最后一日"))
    qualification_kind = LineField(later("职称或岗位证书"), [at_most(60)])
    qualification_number = LineField(later("证书编号"), [at_most(60)])
    reason = ParagraphField(later("更正原因"), [Needed(), at_most(300)])


class EndForm(Form):
    last_day = DayField(later("最后一日"), [Needed()])
    reason = ParagraphField(later("原因"), [Needed(), at_most(300)])


class CorrectAcceptanceForm(Form):
    accepted_on = DayField(later("正确的竣工验收合格日期"), [Needed()])
    reason = ParagraphField(later("更正原因"), [Needed(), at_most(300)])


class PartForm(Form):
    """A storey, an axis or a room of the unit's own."""

    code = CodeField(later("部位编码"), [Needed(), at_most(60)])
    name = LineField(later("部位名称"), [Needed(), at_most(100)])
    kind = ChoiceField(later("类别"), choices=[
        ("storey", later("楼层")), ("axis", later("轴线")), ("room", later("房间")), ("item", later("分项")),
    ])
    below = CodeField(later("上级部位编码（空为最上层）"), [at_most(60)])
