"""What a browser may send about lots, marks, first samples and the use of material."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from markupsafe import Markup
from werkzeug.datastructures import FileStorage
from wtforms import MultipleFileField
from wtforms.validators import NumberRange
from wtforms.widgets import FileInput

from registry.kernel.errors import Conflict
from registry.kernel.text import _, later
from registry.materials.forms import TARGETS
from registry.projects.offices import NotInOffice
from registry.standards.site_management import SiteItem
from registry.web.fields import (
    AmountField,
    ChoiceField,
    DayField,
    Form,
    LineField,
    ManyOfField,
    Needed,
    OneOfField,
    ParagraphField,
    UsccField,
    VersionField,
    WholeNumberField,
    at_most,
)
from registry.web.uploads import DocumentField, upload_number
from registry.works.marking import AlreadyMarked, MarkFacts
from registry.works.models import Check, Verdict
from registry.works.planning import LayoutWish, LotEdit, NewLot
from registry.works.preparing import Filling, Said, SiteCheckStands
from registry.works.sampling import SampleFacts, SampleStands
from registry.works.standing import BatchHeld, FirstSampleWaits, LotWithdrawn, SiteUnprepared
from registry.works.using import AlreadyUsed

KEPT = (
    NotInOffice, BatchHeld, FirstSampleWaits, SiteUnprepared, LotWithdrawn, AlreadyMarked, AlreadyUsed, SampleStands,
    SiteCheckStands,
)
"""Refusals after which what was typed, photos included, is worth another try."""
CHECKS = [(Check.PASSED.value, later("合格")), (Check.NOT_APPLICABLE.value, later("不涉及"))]
VERDICTS = [(Verdict.PASSED.value, later("合格")), (Verdict.FAILED.value, later("不合格"))]


PLAN_WORDS = [(Verdict.PASSED.value, later("同意按此划分")), (Verdict.FAILED.value, later("不同意，请调整"))]


class PhotosInput(FileInput):
    """A file input for several pictures, and the numbers of those held from the try before."""

    def __call__(self, field: Any, **attributes: Any) -> Markup:
        held = Markup("").join(
            Markup('<input type="hidden" name="{}" value="{}">').format(field.upload_name, number) for number in field.held
        )
        return Markup(super().__call__(field, multiple=True, **attributes)) + held  # noqa: S704 — wtforms has escaped it


class PhotosField(MultipleFileField):
    """Several files. `data` lists what was held before (UUID), then what came now; a form shown again keeps the former."""

    widget = PhotosInput()
    data: list[UUID | FileStorage] | None

    @property
    def upload_name(self) -> str:
        return f"{self.name}_upload"

    @property
    def held(self) -> list[UUID]:
        return [one for one in self.data or [] if isinstance(one, UUID)]

    @property
    def sent(self) -> Sequence[UUID | FileStorage]:
        return list(self.data or [])

    def process(self, formdata: Any, *given: Any, **rest: Any) -> None:
        super().process(formdata, *given, **rest)
        numbers = formdata.getlist(self.upload_name) if formdata else []
        chosen = [one for one in self.data or [] if isinstance(one, FileStorage) and one.filename]
        self.data = [*(number for sent in numbers if (number := upload_number(sent))), *chosen]


class KeptForm(Form):
    """A form shown again, with everything in it, also when the state of things refused it."""

    @contextmanager
    def blaming(self) -> Iterator[None]:
        with super().blaming():
            try:
                yield
            except KEPT as no:
                self.blame_state(no)

    def blame_state(self, no: Conflict) -> None:
        self.form_errors.append(f"{no}{no.remedy}")


class LayoutForm(Form):
    participation_id = ChoiceField(later("施工单位"), [Needed()])
    layouts = ManyOfField(later("专业"), [Needed()])
    storeys_above = WholeNumberField(later("地上层数"), [Needed(), NumberRange(1, 200)])
    storeys_below = WholeNumberField(later("地下层数"), [NumberRange(0, 20)], default=0)
    pours = WholeNumberField(later("每层施工段数"), [Needed(), NumberRange(1, 20)], default=1)

    @property
    def wish(self) -> LayoutWish:
        return LayoutWish(
            UUID(self.participation_id.data), tuple(self.layouts.data or ()), self.storeys_above.data,
            self.storeys_below.data or 0, self.pours.data,
        )


class LotForm(Form):
    """A lot added by hand."""

    participation_id = ChoiceField(later("施工单位"), [Needed()])
    item_code = ChoiceField(later("分项工程"), [Needed()])
    place = LineField(later("部位"), [Needed(), at_most(100)])
    name = LineField(later("名称"), [at_most(100)])
    capacity = AmountField(later("检验批容量"))
    capacity_unit = LineField(later("单位"), [at_most(20)])

    @property
    def lot(self) -> NewLot:
        return NewLot(
            UUID(self.participation_id.data), self.item_code.data, self.place.data, self.name.data or "",
            self.capacity.data, self.capacity_unit.data or "",
        )


class EditForm(Form):
    place = LineField(later("部位"), [Needed(), at_most(100)])
    name = LineField(later("名称"), [Needed(), at_most(100)])
    capacity = AmountField(later("检验批容量"))
    capacity_unit = LineField(later("单位"), [at_most(20)])
    due_on = DayField(later("计划施工日"))
    version = VersionField()

    @property
    def edit(self) -> LotEdit:
        return LotEdit(
            self.place.data, self.name.data, self.capacity.data, self.capacity_unit.data or "", self.due_on.data or None,
        )


class ScheduleForm(Form):
    lots = ManyOfField(later("检验批"), [Needed()])
    due_on = DayField(later("计划施工日"), [Needed()])


class ReasonForm(Form):
    reason = LineField(later("理由"), [Needed(), at_most(200)])


class MarkForm(KeptForm):
    """Everything but the photo is set already, so that a lot is marked in few taps."""

    photos = PhotosField(later("现场照片"), [Needed()])
    step = ChoiceField(later("标识对象"))
    doer = ChoiceField(later("操作（班组长）"), [Needed()])
    place = LineField(later("部位"), [at_most(100)])
    done_on = DayField(later("施工日期"), [Needed()])
    self_check = OneOfField(later("自检"), [Needed()], choices=CHECKS, default=Check.PASSED.value)
    mutual_check = OneOfField(later("互检"), [Needed()], choices=CHECKS, default=Check.PASSED.value)
    handover_check = OneOfField(later("交接检"), [Needed()], choices=CHECKS, default=Check.PASSED.value)

    @property
    def facts(self) -> MarkFacts:
        return MarkFacts(
            self.done_on.day, UUID(self.doer.data), self.photos.sent, self.step.data or "", self.place.data or "",
            Check(self.self_check.data), Check(self.mutual_check.data), Check(self.handover_check.data),
        )


class VerdictForm(KeptForm):
    verdict = OneOfField(later("结论"), [Needed()], choices=VERDICTS, default=Verdict.PASSED.value)
    words = ParagraphField(later("意见"), [at_most(500)])


class SampleForm(KeptForm):
    participation_id = ChoiceField(later("施工单位"), [Needed()])
    item_code = ChoiceField(later("分项工程"), [Needed()])
    photos = PhotosField(later("样板照片"), [Needed()])
    videos = PhotosField(later("样板视频"))
    place = LineField(later("实体样板位置"), [Needed(), at_most(100)])
    shown_from = DayField(later("展示开始日"), [Needed()])
    shown_until = DayField(later("展示截止日"))
    words = ParagraphField(later("样板说明"), [Needed(), at_most(1000)])

    @property
    def facts(self) -> SampleFacts:
        return SampleFacts(
            UUID(self.participation_id.data), self.item_code.data, self.place.data, self.shown_from.day,
            self.shown_until.data or None, self.words.data, self.photos.sent, self.videos.sent,
        )


class ConclusionForm(Form):
    """What the chief supervisor says of how a site is managed."""

    verdict = OneOfField(later("检查结论"), [Needed()], choices=VERDICTS)
    conclusion = ParagraphField(later("结论意见"), [Needed(), at_most(500)])


class PlanForm(Form):
    """What the supervision says of a plan of lots."""

    verdict = OneOfField(later("审核意见"), [Needed()], choices=PLAN_WORDS)
    words = ParagraphField(later("说明"), [at_most(500)])


class FillingForm(KeptForm):
    """施工现场质量管理检查记录. The lines of the items are added by `filling_form`."""

    self_check = ParagraphField(later("自检结果"), [Needed(), at_most(500)], default=later("各项管理制度健全，自检合格。"))

    @property
    def keys(self) -> list[str]:
        return [field.name.removeprefix("said-") for field in self if field.name.startswith("said-")]

    @property
    def attachments(self) -> list[PhotosField]:
        return [self[f"file-{key}"] for key in self.keys]

    def offer(self, said: Mapping[str, str]) -> None:
        """Begin with what was said before."""
        for key, text in said.items():
            self[f"said-{key}"].data = text

    @property
    def filling(self) -> Filling:
        return Filling(self.self_check.data, {
            key: Said(self[f"said-{key}"].data or "", self[f"file-{key}"].sent) for key in self.keys
        })


def filling_form(items: Sequence[SiteItem]) -> FillingForm:
    """Return the form for the items of an edition: what is said of each, and its files."""
    lines: dict[str, Any] = {}
    for item in items:
        lines[f"said-{item.key}"] = ParagraphField(item.label, [*([Needed()] if item.demanded else []), at_most(500)])
        lines[f"file-{item.key}"] = PhotosField(_("{item}的附件", item=item.label), [Needed()] if item.file else [])
    made: FillingForm = type("FillingForm", (FillingForm,), lines)()
    return made


class UseForm(KeptForm):
    batch_id = ChoiceField(later("材料批"), [Needed()])
    quantity = AmountField(later("用量"))


class RemovalForm(Form):
    quantity = AmountField(later("退场数量"), [Needed()])
    witness = ChoiceField(later("监理见证人"), [Needed()])
    photo = DocumentField(later("退场照片"), [Needed()])
    reason = ParagraphField(later("退场原因"), [Needed(), at_most(500)])


class SearchForm(Form):
    """Where a material went. Sent by GET: an answer has an address that can be passed on."""

    target = ChoiceField("", choices=TARGETS)
    word = LineField("", [at_most(120)])
    uscc = UsccField("")


class SpreadForm(KeptForm):
    """One batch, built into many lots."""

    lots = ManyOfField(later("检验批"), [Needed()])
    quantity = AmountField(later("每个检验批的用量"))
