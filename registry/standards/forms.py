"""What a browser may send about the handbook."""

import hashlib

from wtforms import HiddenField

from registry.kernel.text import later
from registry.standards.drafts import NewText
from registry.standards.rules import Status
from registry.standards.shown import WORDS
from registry.web.fields import (
    ChoiceField,
    CodeField,
    DayField,
    Form,
    LineField,
    Needed,
    ParagraphField,
    TickField,
    at_most,
)


class WordingForm(Form):
    """A new text for a paper. It is shown against the present one before it may be published."""

    region = CodeField(later("施行地区（行政区划代码）"), [Needed(), at_most(6)])
    version = LineField(later("版本号"), [Needed(), at_most(40)])
    effective_from = DayField(later("施行日期"), [Needed()])
    source = LineField(later("依据（文号或者标准号）"), [Needed(), at_most(200)])
    status = ChoiceField(later("性质"), [Needed()], choices=tuple(WORDS[Status].items()))
    note = LineField(later("说明"), [at_most(200)])
    paragraphs = ParagraphField(later("文本（每行一段）"), [Needed(), at_most(5000)])
    sure = TickField(later("已核对与现行文本的差异，确认录入"))
    compared = HiddenField()

    @property
    def text(self) -> NewText:
        """What was typed, once the form has found it whole."""
        lines = (line.strip() for line in (self.paragraphs.data or "").splitlines())
        return NewText(
            region=self.region.data or "",
            version=self.version.data or "",
            effective_from=self.effective_from.data,  # type: ignore[arg-type]  # Needed() has seen to it
            source=self.source.data or "",
            status=Status(self.status.data),
            note=self.note.data or "",
            paragraphs=tuple(line for line in lines if line),
        )

    def start_from(self, text: NewText) -> None:
        self.region.data, self.effective_from.data = text.region, text.effective_from
        self.source.data, self.status.data = text.source, text.status.value
        self.paragraphs.data = "\n".join(text.paragraphs)

    def is_confirmed(self) -> bool:
        """Whether the reader has ticked the very text whose comparison was on the page."""
        return bool(self.sure.data) and self.compared.data == mark(self.text)

    def show_compared(self) -> None:
        self.compared.data, self.sure.data = mark(self.text), False


def mark(text: NewText) -> str:
    return hashlib.sha256(repr(text).encode()).hexdigest()
