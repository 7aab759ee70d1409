"""What a browser may send about acceptance."""

from collections.abc import Mapping
from datetime import datetime

from wtforms.fields import DateTimeLocalField
from wtforms.validators import Optional

from registry.acceptance.rules import COVER_NAMES, TREATMENTS, VERDICT_NAMES, Totals
from registry.acceptance.sheets import SheetRefused
from registry.kernel.errors import Invalid
from registry.kernel.text import later
from registry.kernel.uow import CHINA
from registry.web.fields import (
    ChoiceField,
    Form,
    LineField,
    ManyOfField,
    Needed,
    OneOfField,
    ParagraphField,
    WholeNumberField,
    at_most,
)
from registry.web.uploads import DocumentField


class MomentField(DateTimeLocalField):
    """A day and an hour in China."""

    @property
    def moment(self) -> datetime | None:
        given: datetime | None = self.data
        return given.replace(tzinfo=CHINA) if given else None


class LinedForm(Form):
    """A form with lines that an edition asks for: they are read from what was sent, and blamed by the field's name."""

    mistakes: Mapping[str, str] = {}

    def blame(self, no: Invalid) -> None:
        super().blame(no)
        if isinstance(no, SheetRefused):
            self.mistakes = no.mistakes
            self.form_errors.extend(no.mistakes.values())


class SheetForm(LinedForm):
    """A lot's sheet. Its checks differ from template to template: they are read by sheets.read_sheet."""

    basis = LineField(later("施工依据"), [at_most(200)])


class PointsForm(Form):
    """A workbook of measured points."""

    workbook = DocumentField(later("实测点工作簿"), [Needed()])


class OpinionForm(Form):
    """What a signer says; agreeing takes one tap."""

    verdict = OneOfField(later("结论"), [Needed()], choices=list(VERDICT_NAMES.items()), default="passed")
    words = ParagraphField(later("意见"), [at_most(500)])


class LotsForm(Form):
    """Lots to be signed together, each with the result that was seen: "<lot>_<result>"."""

    lots = ManyOfField(later("检验批"), choices=[], validate_choice=False)
    words = ParagraphField(later("意见"), [at_most(500)])


class CoverForm(OpinionForm):
    verdict = OneOfField(later("结论"), [Needed()], choices=list(COVER_NAMES.items()), default="passed")


class OpenForm(LinedForm):
    """What is put before those who accept. The lines of 核查 are read by reviewing.read_answers."""

    records = WholeNumberField(later("质量控制资料（项）"))
    records_right = WholeNumberField(later("其中符合（项）"))
    tests = WholeNumberField(later("安全和功能检验资料（项）"))
    tests_right = WholeNumberField(later("其中符合（项）"))
    sampled = WholeNumberField(later("主要功能抽查（项）"))
    sampled_right = WholeNumberField(later("其中符合（项）"))
    looked = WholeNumberField(later("观感质量抽查（项）"))
    looked_right = WholeNumberField(later("其中达到“好”和“一般”（项）"))
    attendants = ManyOfField(later("参加人员"), choices=[])
    meets_at = MomentField(later("验收时间"), format="%Y-%m-%dT%H:%M", validators=[Optional()])
    remarks = ParagraphField(later("说明"), [at_most(500)])

    def counts(self) -> Totals:
        names = Totals.__dataclass_fields__
        return Totals(**{name: self[name].data or 0 for name in names})


class TreatmentForm(Form):
    """What is done about work that did not pass."""

    kind = ChoiceField(
        later("处理方式"), [Needed()], choices=[(one.kind.value, one.label) for one in TREATMENTS.values()],
    )
    words = ParagraphField(later("不合格情况和处理办法"), [Needed(), at_most(500)])
    paper = DocumentField(later("检测报告、核算书或技术处理方案"))
    paper_number = LineField(later("文件编号"), [at_most(60)])
    issued_by = LineField(later("出具单位"), [at_most(100)])


class AbsenceForm(Form):
    codes = ManyOfField(later("不涉及的分部、子分部"), choices=[])
    reason = ParagraphField(later("理由"), [Needed(), at_most(500)])


class CoveringForm(Form):
    """What is about to be covered."""

    item_key = ChoiceField(later("隐检项目"), [Needed()], choices=[])
    item_code = LineField(later("分项编码"), [Needed(), at_most(6)])
    place = LineField(later("隐检部位（层、轴线、标高）"), [Needed(), at_most(200)])
    looked_at = MomentField(later("隐检时间"), format="%Y-%m-%dT%H:%M", validators=[Needed()])
    drawings = LineField(later("隐检依据（图号、变更号）"), [at_most(300)])
    materials = ParagraphField(later("主要材料名称及规格型号"), [Needed(), at_most(500)])
    contents = ParagraphField(later("隐检内容"), [Needed(), at_most(1000)])


class PhotoForm(Form):
    photo = DocumentField(later("隐蔽前照片"), [Needed()])
    caption = LineField(later("说明"), [at_most(100)])


class WaiverForm(Form):
    reason = LineField(later("答复意见"), [Needed(), at_most(200)])


