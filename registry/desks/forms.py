"""What a browser may send to a desk."""

from registry.kernel.text import later
from registry.parties.rules import REASON_NAMES
from registry.web.fields import ChoiceField, Form, LineField, Needed, at_most


class RevealForm(Form):
    """Why somebody wants to see a whole identity number or phone."""

    what = ChoiceField(later("查看内容"), choices=[("identity", later("证件号码")), ("phone", later("手机号"))])
    reason = ChoiceField(later("事由"), [Needed()], choices=list(REASON_NAMES.items()))
    explanation = LineField(later("说明"), [Needed(), at_most(200)])
