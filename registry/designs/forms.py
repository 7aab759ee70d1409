"""What a browser may send about designs."""

import re

from wtforms import FieldList, FormField, HiddenField, MultipleFileField
from wtforms import Form as Rows

from registry.designs.words import CONCLUSIONS, DECISIONS, RESULTS
from registry.kernel.text import later
from registry.web.fields import (
    ChoiceField,
    CodeField,
    DayField,
    Form,
    LineField,
    ManyOfField,
    Needed,
    OneOfField,
    ParagraphField,
    TickField,
    VersionField,
    at_most,
)
from registry.web.uploads import DocumentField

ALL_UNITS = ("", later("全部单位工程"))
MOST_ROWS = 500
APART = re.compile(r"[\s,，、;；]+")


class SheetRow(Rows):
    """One file that has arrived, and which sheet it is."""

    upload = HiddenField()
    file = HiddenField()
    number = LineField(later("图号"), [at_most(60)])
    title = LineField(later("图名"), [at_most(200)])
    left_out = TickField(later("不交付"))


class DeliverForm(Form):
    unit = ChoiceField(later("单位工程"))
    discipline = ChoiceField(later("专业"), [Needed()])
    stage = ChoiceField(later("设计阶段"), [Needed()], default="construction")
    title = LineField(later("图纸名称"), [Needed(), at_most(200)])
    number = LineField(later("设计编号"), [Needed(), at_most(60)])
    participation = ChoiceField(later("交付单位"), [Needed()])
    delivered_on = DayField(later("交付日期"), [Needed()])
    note = ParagraphField(later("说明"), [at_most(500)])
    follows = VersionField()
    line = HiddenField()                     # the line of drawings that `follows` was read for
    files = MultipleFileField(later("图纸文件"))
    rows = FieldList(FormField(SheetRow), max_entries=MOST_ROWS)


class HandOutForm(Form):
    participation = ChoiceField(later("接收单位"), [Needed()])
    issued_on = DayField(later("发放日期"), [Needed()])
    explanation = LineField(later("未经审查合格即使用的情况说明"), [at_most(200)])


class ReviewForm(Form):
    covered = ManyOfField(later("审查的图纸和变更"), [Needed()])
    result = OneOfField(later("审查结论"), [Needed()], choices=list(RESULTS.items()))
    number = LineField(later("审查合格书（意见书）编号"), [Needed(), at_most(80)])
    organisation_name = LineField(later("审查机构"), [Needed(), at_most(100)])
    reviewers = LineField(later("审查人员"), [Needed(), at_most(200)])
    issued_on = DayField(later("审查日期"), [Needed()])
    opinions = ParagraphField(later("审查意见"), [at_most(4000)])
    scan = DocumentField(later("审查合格书或意见书"), [Needed()])


class ChangeForm(Form):
    kind = ChoiceField(later("种类"), [Needed()])
    number = LineField(later("编号"), [Needed(), at_most(60)])
    unit = ChoiceField(later("单位工程"))
    drawings = ChoiceField(later("所变更的图纸"))
    parts = LineField(later("涉及的部位编码"), [Needed(), at_most(300)])
    triggers = ManyOfField(later("涉及的审查内容"))
    reason = ParagraphField(later("变更原因"), [Needed(), at_most(1000)])
    content = ParagraphField(later("变更内容"), [Needed(), at_most(4000)])
    asked_by = ChoiceField(later("提出单位"), [Needed()])
    participation = ChoiceField(later("编制单位"), [Needed()])
    effective_on = DayField(later("生效日期"), [Needed()])
    scan = DocumentField(later("变更单或变更图"), [Needed()])


class DecideForm(Form):
    decision = OneOfField(later("会签意见"), [Needed()], choices=list(DECISIONS.items()))
    opinion = LineField(later("意见说明"), [at_most(500)])


class WithdrawForm(Form):
    reason = LineField(later("撤回原因"), [Needed(), at_most(200)])


class ExpertRow(Rows):
    name = LineField(later("姓名"), [at_most(50)])
    title = LineField(later("职称"), [at_most(60)])
    field = LineField(later("专业"), [at_most(60)])
    organisation = LineField(later("工作单位"), [at_most(100)])


class ArgumentForm(Form):
    kind = ChoiceField(later("类别"), [Needed()])
    subject = LineField(later("论证的方案"), [Needed(), at_most(200)])
    unit = ChoiceField(later("单位工程"))
    participation = ChoiceField(later("组织单位"), [Needed()])
    held_on = DayField(later("论证会日期"), [Needed()])
    experts = FieldList(FormField(ExpertRow), min_entries=5, max_entries=20)
    opinions = ParagraphField(later("专家意见"), [at_most(8000)])


class OpinionForm(Form):
    expert = ChoiceField(later("专家"))
    words = ParagraphField(later("意见"), [Needed(), at_most(2000)])


class AnswerOpinionForm(Form):
    answer = ParagraphField(later("答复"), [Needed(), at_most(2000)])


class CloseForm(Form):
    conclusion = OneOfField(later("论证结论"), [Needed()], choices=list(CONCLUSIONS.items()))
    report = DocumentField(later("专家签字的论证报告"), [Needed()])


class TargetForm(Form):
    kind = ChoiceField(later("设计目标"), [Needed()])
    value = CodeField(later("目标值"), [Needed(), at_most(40)])
    basis = LineField(later("依据"), [Needed(), at_most(200)])


class InForceForm(Form):
    """The question: which unit, which part, which day. Sent by GET."""

    class Meta(Form.Meta):
        csrf = False

    unit = CodeField(later("单位工程"), [at_most(40)])
    part = CodeField(later("部位编码"), [at_most(60)])
    on = DayField(later("日期"))


def codes_in(text: str) -> tuple[str, ...]:
    """Return the codes or names of a list typed with commas, spaces or 、 between them."""
    return tuple(word for word in APART.split(text.strip()) if word)
