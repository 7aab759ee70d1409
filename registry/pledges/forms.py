"""What a browser may send about pledges."""

from registry.kernel.text import later
from registry.parties.rules import IDENTITY_NAMES
from registry.web.fields import (
    ChoiceField,
    DayField,
    Form,
    IdentityField,
    LineField,
    Needed,
    OneOfField,
    OneTimeCodeField,
    ParagraphField,
    PhoneField,
    SignatureField,
    TickField,
    at_most,
)
from registry.web.uploads import DocumentField

IDENTITY_KINDS = list(IDENTITY_NAMES.items())


class SignForm(Form):
    """Read, draw, type the code: nothing else."""

    drawing = SignatureField(later("手写签名"))
    typed_name = LineField(later("键入姓名"), [at_most(50)])
    code = OneTimeCodeField(later("动态验证码"), [Needed()])


class ScanForm(Form):
    """A paper signed by hand and scanned in."""

    paper = OneOfField(
        later("文书"), [Needed()],
        choices=[("authorisation", later("法定代表人授权书")), ("pledge", later("工程质量终身责任承诺书"))],
    )
    signed_on = DayField(later("签字日期"), [Needed()])
    scan = DocumentField(later("扫描件"), [Needed()])


class FilingForm(Form):
    """What the officer says when the pair is taken on file."""

    original_seen = TickField(later("纸质件已与原件核对一致"))


class ReturnForm(Form):
    reason = ParagraphField(later("退回理由"), [Needed(), at_most(500)])


class ChangeForm(Form):
    """Who takes over, from when, and why."""

    name = LineField(later("继任人姓名"), [Needed(), at_most(50)])
    identity_kind = ChoiceField(later("证件类型"), choices=IDENTITY_KINDS)
    identity_number = IdentityField(later("证件号码"), [Needed()])
    phone = PhoneField(later("手机号"))
    qualification_kind = LineField(later("注册执业资格"), [at_most(60)])
    qualification_number = LineField(later("注册执业证号"), [at_most(60)])
    effective_on = DayField(later("变更生效日期"), [Needed()])
    reason = ParagraphField(later("变更原因"), [Needed(), at_most(500)])
    basis = LineField(later("变更手续文号"), [at_most(60)])
