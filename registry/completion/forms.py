"""What a browser may send about completion."""

from collections.abc import Iterable, Mapping

from wtforms.validators import NumberRange, Optional, Regexp

from registry.completion.models import Stance
from registry.kernel.text import _, later
from registry.pledges.actions import Signing
from registry.standards.completion import DwellingCheckpoint
from registry.standards.warranty import WarrantyRule
from registry.standards.wording import FormField as WordingField
from registry.web.fields import (
    DayField,
    Form,
    LineField,
    ManyOfField,
    Needed,
    OneOfField,
    OneTimeCodeField,
    ParagraphField,
    SignatureField,
    WholeNumberField,
    at_most,
)
from registry.web.uploads import DocumentField

YES, NO = "yes", "no"
JUDGED = [(YES, later("符合规定")), (NO, later("不符合规定"))]


class SignedForm(Form):
    """Ends with a name drawn or typed, and a code."""

    drawing = SignatureField(later("手写签名"))
    typed_name = LineField(later("键入姓名"), [at_most(50)])
    code = OneTimeCodeField(later("动态验证码"), [Needed()])

    @property
    def signing(self) -> Signing:
        return Signing(self.code.data or "", self.drawing.data, self.typed_name.data or "")


class ReportForm(SignedForm):
    conclusion = ParagraphField(later("结论"), [Needed(), at_most(2_000)])
    approved_by = LineField(later("单位有关负责人"), [Needed(), at_most(50)])
    file = DocumentField(later("报告原件"))


class OpinionForm(SignedForm):
    agrees = OneOfField(later("验收意见"), [Needed()], choices=[(YES, later("同意验收")), (NO, later("不同意验收"))])
    opinion = ParagraphField(later("意见"), [Needed(), at_most(500)])


class CertificateSignForm(SignedForm):
    """Nothing but the signature."""


class StatementForm(Form):
    stance = OneOfField(later("是否满足"), [Needed()], choices=[
        (Stance.MET.value, later("已满足")), (Stance.UNMET.value, later("未满足")),
        (Stance.NOT_APPLICABLE.value, later("本工程不适用")),
    ])
    words = ParagraphField(later("说明"), [Needed(), at_most(1_000)])
    number = LineField(later("文件编号"), [at_most(80)])
    file = DocumentField(later("文件"))


class MeetingForm(Form):
    units = ManyOfField(later("单位工程"), [Needed()], choices=[])
    meets_on = DayField(later("验收日期"), [Needed()])
    meets_at = LineField(later("时间"), [Needed(), Regexp(r"([01]\d|2[0-3]):[0-5]\d", message=later("请按 09:30 的格式填写。"))])
    place = LineField(later("地点"), [Needed(), at_most(100)])
    members = ParagraphField(later("验收组名单"), [Needed(), at_most(2_000)])


class ReasonForm(Form):
    reason = ParagraphField(later("原因"), [Needed(), at_most(500)])


class OversightForm(Form):
    organisation = OneOfField(later("验收组织形式"), [Needed()], choices=JUDGED)
    procedure = OneOfField(later("验收程序"), [Needed()], choices=JUDGED)
    standards = OneOfField(later("执行验收标准"), [Needed()], choices=JUDGED)
    result = OneOfField(later("验收结论与实体、资料"), [Needed()], choices=JUDGED)
    words = ParagraphField(later("情况说明"), [at_most(2_000)])


class FilingForm(Form):
    content = LineField(later("本次备案内容"), [Needed(), at_most(200)])
    scale = LineField(later("本次备案规模"), [Needed(), at_most(200)])
    contract_price = LineField(later("合同价格"), [Needed(), at_most(60)])
    planning_permit = LineField(later("规划许可证号"), [at_most(80)])


class AcceptForm(Form):
    accepted_on = DayField(later("竣工验收合格日期"), [Needed()])


class OrderForm(Form):
    reasons = ParagraphField(later("责令理由"), [Needed(), at_most(1_000)])
    basis = LineField(later("违反的规定"), [Needed(), at_most(200)])


class DwellingsForm(Form):
    rows = ParagraphField(later("户号、建筑面积、户型"), [Needed(), at_most(60_000)])


class CertificateForm(Form):
    """Its periods are fields named after the rules, see `certificate_form`."""

    scope_words = ParagraphField(later("质量保修范围和内容"), [Needed(), at_most(2_000)])
    defect_months = WholeNumberField(later("缺陷责任期（月）"), [Needed(), NumberRange(1, 24)], default=24)
    other = ParagraphField(later("双方约定的其他事项"), [at_most(2_000)])


class CheckForm(Form):
    """Its checkpoints are fields named after the edition's, see `check_form`."""

    words = ParagraphField(later("情况说明"), [at_most(1_000)])
    photo = DocumentField(later("照片"))


def field_name(key: str) -> str:
    """The name under which a browser sends the answer to `key`."""
    return "of_" + key.replace("-", "_")


def certificate_form(rules: Iterable[WarrantyRule]) -> CertificateForm:
    """A certificate's form with one number for each rule; left empty, the minimum holds."""
    fields = {
        field_name(rule.key): WholeNumberField(rule.part, [Optional(), NumberRange(0, 200)], default=rule.amount)
        for rule in rules
    }
    made: CertificateForm = type("CertificateFormOfToday", (CertificateForm,), fields)()
    return made


def check_form(checkpoints: Iterable[DwellingCheckpoint]) -> CheckForm:
    """The form of one dwelling's check, one answer for each checkpoint."""
    fields = {
        field_name(one.key): OneOfField(one.label, [Needed()], choices=[(YES, _("合格")), (NO, _("不合格"))])
        for one in checkpoints
    }
    made: CheckForm = type("CheckFormOfToday", (CheckForm,), fields)()
    return made


def paper_form(fields: Iterable[WordingField], before: Mapping[str, str]) -> Form:
    """The form of one of the two papers: a text for each field of its wording; what the registry knows may stay empty.

    before   what an earlier paper said, by the field's key: nobody types it again for every dwelling
    """
    named = {
        field_name(one.key): ParagraphField(one.label, [at_most(1_000)], default=before.get(one.key, "")) for one in fields
    }
    made: Form = type("PaperFormOfToday", (Form,), named)()
    return made
