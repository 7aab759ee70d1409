"""What a browser may send about plaques."""

from wtforms.validators import NumberRange

from registry.kernel.text import later
from registry.parties.rules import REASON_NAMES
from registry.web.fields import (
    ChoiceField,
    DayField,
    Form,
    LineField,
    Needed,
    ParagraphField,
    WholeNumberField,
    at_most,
)
from registry.web.uploads import DocumentField

WRONGS = [
    ("missing", later("标牌缺失")), ("damaged", later("标牌损坏")), ("differs", later("内容与本页不符")),
    ("elsewhere", later("不在这栋建筑上")), ("other", later("其他")),
]


class IssueForm(Form):
    """At which size the artwork is drawn, in millimetres."""

    width_mm = WholeNumberField(later("宽（毫米）"), [Needed(), NumberRange(200, 2000)], default=600)
    height_mm = WholeNumberField(later("高（毫米）"), [Needed(), NumberRange(150, 1500)], default=400)
    qr_mm = WholeNumberField(later("二维码边长（毫米）"), [Needed(), NumberRange(30, 400)], default=90)


class MountForm(Form):
    photo = DocumentField(later("安装照片"), [Needed()])
    place = LineField(later("安装位置"), [Needed(), at_most(200)])
    mounted_on = DayField(later("安装日期"), [Needed()])
    mounted_by = LineField(later("安装人或单位"), [Needed(), at_most(100)])


class WrongForm(Form):
    """What a passer-by says is wrong. No account, no identity number."""

    kind = ChoiceField(later("问题"), [Needed()], choices=WRONGS)
    words = ParagraphField(later("说明"), [at_most(500)])
    contact = LineField(later("联系方式（可不填，不会公开）"), [at_most(100)])


class AnswerForm(Form):
    answer = ParagraphField(later("处理结果"), [Needed(), at_most(500)])


class ContactForm(Form):
    """Why somebody wants to see how to reach whoever reported a plaque."""

    reason = ChoiceField(later("事由"), [Needed()], choices=list(REASON_NAMES.items()))
    explanation = LineField(later("说明"), [Needed(), at_most(200)])
