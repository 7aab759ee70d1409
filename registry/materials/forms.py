"""What a browser may send about materials."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, time
from decimal import Decimal
from uuid import UUID

from wtforms import FieldList, FormField, HiddenField
from wtforms import Form as Rows
from wtforms.validators import ValidationError

from registry.documents.actions import SentFile
from registry.kernel.text import _, later
from registry.kernel.uow import CHINA
from registry.materials.arriving import Firm
from registry.materials.models import ComponentStep, Recall
from registry.materials.prefabrication import Happening, NumberTaken, OutOfTurn, Piece
from registry.materials.rules import PAPERS, Verdict
from registry.materials.scanning import LONGEST, Recognised
from registry.materials.testing import Item
from registry.standards.materials import Paper
from registry.web.fields import (
    AmountField,
    ChoiceField,
    CodeField,
    DayField,
    Form,
    LineField,
    ManyOfField,
    Needed,
    OneOfField,
    ParagraphField,
    UsccField,
    WholeNumberField,
    at_most,
    half_width,
)
from registry.web.uploads import DocumentField

VERDICTS = [(Verdict.PASSED.value, later("合格")), (Verdict.FAILED.value, later("不合格"))]
OPINIONS = [(Verdict.PASSED.value, later("同意使用")), (Verdict.FAILED.value, later("不同意使用"))]
TARGETS = [
    (Recall.Target.BATCH.value, later("炉批号/出厂编号")), (Recall.Target.PRODUCER.value, later("生产单位")),
    (Recall.Target.SUPPLIER.value, later("供应单位")), (Recall.Target.PRODUCT.value, later("产品")),
]
CLOCK = re.compile(r"([01]?\d|2[0-3])[:：]([0-5]\d)")
ITEM_ROWS = 6


class ArrivalForm(Form):
    """A delivery. What the last one had is filled in beforehand; number, quantity and photo are new each time."""

    kind = ChoiceField(later("材料种类"), [Needed()])
    number = CodeField(later("炉批号/出厂编号"), [Needed(), at_most(80)])
    quantity = AmountField(later("进场数量"), [Needed()])
    photo = DocumentField(later("进场照片"))
    product = LineField(later("产品名称"), [Needed(), at_most(120)])
    grade = LineField(later("牌号、规格、强度等级"), [Needed(), at_most(80)])
    producer_uscc = UsccField(later("生产单位统一社会信用代码"), [Needed()])
    producer_name = LineField(later("生产单位名称"), [at_most(100)])
    producer_licence = LineField(later("生产许可证或备案编号"), [at_most(60)])
    supplier_uscc = UsccField(later("供应单位统一社会信用代码"), [Needed()])
    supplier_name = LineField(later("供应单位名称"), [at_most(100)])
    certificate_number = LineField(later("合格证（质量证明书）编号"), [at_most(80)])
    green_label = LineField(later("绿色建材评价标识编号"), [at_most(60)])
    arrived_on = DayField(later("进场日期"), [Needed()])
    certificate = DocumentField(later("产品合格证"))
    factory_test = DocumentField(later("出厂检验报告"))
    scanned = HiddenField(validators=[at_most(LONGEST)])     # what a supplier's code said, kept as it was read

    def recognised(self, said: Recognised) -> None:
        """Fill in what a code said; what was filled in before stays where the code says nothing."""
        self.scanned.data = said.text
        for name, value in said.fields.items():
            self[name].data = Decimal(value) if name == "quantity" else value

    @property
    def papers(self) -> tuple[tuple[Paper, UUID | SentFile], ...]:
        sent = (
            (Paper.PHOTO, self.photo.data), (Paper.CERTIFICATE, self.certificate.data),
            (Paper.FACTORY_TEST, self.factory_test.data),
        )
        return tuple((paper, file) for paper, file in sent if file is not None)


class ScanForm(Form):
    """What the phone read from a code, or what somebody pasted."""

    text = ParagraphField(later("二维码内容"), [Needed(), at_most(LONGEST)])


class PaperForm(Form):
    kind = ChoiceField(later("资料种类"), [Needed()], choices=[(paper.value, PAPERS[paper]) for paper in Paper])
    file = DocumentField(later("文件"), [Needed()])

    @property
    def paper(self) -> Paper:
        return Paper(self.kind.data)


class InspectionForm(Form):
    appearance = OneOfField(later("外观"), [Needed()], choices=VERDICTS, default=Verdict.PASSED.value)
    dimension = OneOfField(later("规格尺寸"), [Needed()], choices=VERDICTS, default=Verdict.PASSED.value)
    marks = OneOfField(later("标识"), [Needed()], choices=VERDICTS, default=Verdict.PASSED.value)
    documents = OneOfField(later("质量证明文件"), [Needed()], choices=VERDICTS, default=Verdict.PASSED.value)
    remark = ParagraphField(later("检验说明"), [at_most(500)])


class SampleForm(Form):
    test = ChoiceField(later("检验项目"), [Needed()])
    mark = CodeField(later("试样唯一性标识"), [Needed(), at_most(60)])
    count = WholeNumberField(later("取样件数"), [Needed()])
    sampler = ChoiceField(later("取样人"), [Needed()])
    witness = ChoiceField(later("见证人"), [Needed()])
    taken_on = DayField(later("取样日期"), [Needed()])
    taken_time = LineField(later("取样时刻"), [Needed()])
    place = LineField(later("取样地点"), [Needed(), at_most(100)])
    photo = DocumentField(later("取样照片"), [Needed()])

    def validate_taken_time(self, field: LineField) -> None:
        if not CLOCK.fullmatch(half_width(field.data or "")):
            raise ValidationError(_("时刻请按 14:30 的格式填写。"))

    @property
    def taken_at(self) -> datetime:
        """In China Standard Time. Only once the form has been found right."""
        hour, minute = half_width(self.taken_time.data).split(":")
        return datetime.combine(self.taken_on.day, time(int(hour), int(minute)), CHINA)


class ItemRow(Rows):
    """One line of a report; a row without a name is left out."""

    name = LineField(later("检测项目"), [at_most(80)])
    limit = LineField(later("技术要求"), [at_most(80)])
    value = LineField(later("检测值"), [at_most(80)])
    verdict = ChoiceField(later("单项结论"), choices=VERDICTS, default=Verdict.PASSED.value)


class ReportForm(Form):
    test = ChoiceField(later("检验项目"), [Needed()])
    number = CodeField(later("报告编号"), [Needed(), at_most(80)])
    laboratory_uscc = UsccField(later("检测机构统一社会信用代码"), [Needed()])
    laboratory_name = LineField(later("检测机构名称"), [at_most(100)])
    commissioner = ChoiceField(later("委托单位"), [Needed()])
    sample = ChoiceField(later("试样"))
    batches = ManyOfField(later("代表的进场批"), [Needed()])
    represented_quantity = AmountField(later("代表数量"), [Needed()])
    issued_on = DayField(later("报告日期"), [Needed()])
    verdict = OneOfField(later("报告结论"), [Needed()], choices=VERDICTS)
    items = FieldList(FormField(ItemRow), min_entries=ITEM_ROWS, max_entries=60)
    file = DocumentField(later("报告扫描件"), [Needed()])

    @property
    def lines(self) -> tuple[Item, ...]:
        return tuple(
            Item(row.form["name"].data, row.form.limit.data or "", row.form.value.data or "", Verdict(row.form.verdict.data))
            for row in self.items if row.form["name"].data
        )


class ApprovalForm(Form):
    verdict = OneOfField(later("审查意见"), [Needed()], choices=OPINIONS)
    opinion = ParagraphField(later("说明"), [at_most(500)])


class DowngradeForm(Form):
    new_grade = LineField(later("降级后的规格、用途"), [Needed(), at_most(80)])
    consent_by = ChoiceField(later("同意的设计负责人"), [Needed()])
    consent = DocumentField(later("设计单位同意文件"), [Needed()])
    reason = ParagraphField(later("降级理由"), [Needed(), at_most(500)])


class RetestForm(Form):
    test = ChoiceField(later("复检项目"), [Needed()])
    reason = ParagraphField(later("复检理由"), [Needed(), at_most(500)])


class RecallForm(Form):
    target = OneOfField(later("召回对象"), [Needed()], choices=TARGETS, default=Recall.Target.BATCH.value)
    word = LineField(later("炉批号或产品名称"), [at_most(120)])
    uscc = UsccField(later("单位统一社会信用代码"))
    arrived_since = DayField(later("进场日期自"))
    arrived_until = DayField(later("进场日期至"))
    reason = ParagraphField(later("召回原因"), [Needed(), at_most(500)])
    source = LineField(later("依据"), [Needed(), at_most(200)])


class LiftForm(Form):
    reason = ParagraphField(later("解除理由"), [Needed(), at_most(500)])


class AnswerForm(Form):
    answer = ParagraphField(later("处理情况"), [Needed(), at_most(2000)])


class KeptForm(Form):
    """A form shown again, with everything in it, also when the state of the components refused it."""

    @contextmanager
    def blaming(self) -> Iterator[None]:
        with super().blaming():
            try:
                yield
            except (NumberTaken, OutOfTurn) as no:
                self.form_errors.append(f"{no}{no.remedy}")


class ComponentsForm(KeptForm):
    """Components of one kind from one plant, a number on each line."""

    plant_uscc = UsccField(later("构件厂统一社会信用代码"), [Needed()])
    plant_name = LineField(later("构件厂名称"), [at_most(100)])
    kind = LineField(later("构件名称、型号"), [Needed(), at_most(80)])
    numbers = ParagraphField(later("构件编号"), [Needed(), at_most(10_000)])

    @property
    def given(self) -> Sequence[str]:
        return [line.strip() for line in self.numbers.data.splitlines() if line.strip()]

    @property
    def pieces(self) -> Sequence[Piece]:
        plant = Firm(self.plant_uscc.data, self.plant_name.data or "")
        return [Piece(number, self.kind.data, plant) for number in self.given]


class StepForm(KeptForm):
    """A check at the plant."""

    verdict = OneOfField(later("检查结论"), [Needed()], choices=VERDICTS)
    remark = ParagraphField(later("检查说明"), [at_most(500)])
    photo = DocumentField(later("照片"))

    def happening(self, step: ComponentStep.Step) -> Happening:
        return Happening(step, Verdict(self.verdict.data), self.remark.data or "", self.photo.data)


class InstallationForm(StepForm):
    unit = ChoiceField(later("单位工程"), [Needed()])
    item_code = ChoiceField(later("分项工程"), [Needed()])
    place = LineField(later("安装部位"), [Needed(), at_most(100)])

    def happening(self, step: ComponentStep.Step) -> Happening:
        return replace(super().happening(step), unit_id=UUID(self.unit.data), item_code=self.item_code.data,
                       place=self.place.data)


class DeliveryForm(KeptForm):
    """Which components came with a batch."""

    components = ManyOfField(later("随批进场的构件"), [Needed()])

    @property
    def chosen(self) -> Sequence[UUID]:
        return [UUID(each) for each in self.components.data or ()]
