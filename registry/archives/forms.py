"""What a browser may send about the archive."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask import request
from flask_wtf.file import FileField
from wtforms import FieldList, FormField, HiddenField, MultipleFileField

from registry.archives.filing import MOST, FileFacts, Offered
from registry.archives.grid import Row
from registry.kernel.text import _, later
from registry.projects.models import Project
from registry.web.fields import (
    ChoiceField,
    CodeField,
    DayField,
    Form,
    LineField,
    Needed,
    ParagraphField,
    at_most,
)
from registry.web.uploads import DocumentField, upload_number


class ChooseForm(Form):
    """Many files at once; js/archive.js has sent them in pieces, or they come with the form."""

    files = MultipleFileField(later("文件"))

    @property
    def uploads(self) -> list[UUID]:
        sent = [upload_number(number) for number in request.form.getlist("uploads")]
        return [number for number in sent if number][:MOST]


class RowForm(Form):
    """One file of the grid."""

    class Meta(Form.Meta):
        csrf = False  # the form around it carries the token

    upload = HiddenField()
    name = HiddenField()
    code = CodeField(later("编号"), [Needed(), at_most(20)])
    title = LineField(later("题名"), [Needed(), at_most(200)])
    dated_on = DayField(later("日期"), [Needed()])
    responsible = ChoiceField(later("责任单位"), choices=[])
    unit = ChoiceField(later("单位工程"), choices=[])
    secrecy = ChoiceField(later("密级"), choices=[])

    def offered(self) -> Offered:
        """The file and what was said of it, once the form has been found right."""
        upload = upload_number(self.upload.data)
        assert upload is not None  # noqa: S101 — GridForm.sound() has looked
        return Offered(upload, FileFacts(
            self.code.data, self.title.data, "", self.dated_on.day, uuid_or_none(self.responsible.data),
            uuid_or_none(self.unit.data), None, self.secrecy.data,
        ))


class GridForm(Form):
    """Every file with what its name told, to be put right with Tab and filed in one act."""

    rows = FieldList(FormField(RowForm), max_entries=MOST)

    def offer(self, whole: Project) -> None:
        """Let each row choose firm and unit project; the first of each: as the catalogue says, the whole project."""
        for row in self.rows:
            row.form.responsible.choices = [
                ("", _("按目录")), *((str(firm.id), firm.organisation_name) for firm in whole.participations),
            ]
            row.form.unit.choices = [("", _("整个项目")), *((str(unit.id), unit.name) for unit in whole.units)]
            row.form.secrecy.choices = [("open", _("公开")), ("internal", _("内部"))]

    def fill(self, guessed: Sequence[Row]) -> None:
        for row in guessed:
            self.rows.append_entry({
                "upload": str(row.upload), "name": row.name, "code": row.code, "title": row.title,
                "dated_on": row.dated_on, "secrecy": "open",
            })

    def sound(self) -> bool:
        return bool(self.validate() and all(upload_number(row.form.upload.data) for row in self.rows))

    def refuse(self, rows: Mapping[int, str]) -> None:
        """Put a sentence beside each row that was refused."""
        for number, said in rows.items():
            field = self.rows[number].form.code
            field.errors = [*field.errors, said]


class SupersedeForm(Form):
    title = LineField(later("题名"), [Needed(), at_most(200)])
    dated_on = DayField(later("文件日期"), [Needed()])
    reason = LineField(later("更换原因"), [Needed(later("请说明更换的原因。")), at_most(200)])
    file = DocumentField(later("新的文件"), [Needed(later("请选择文件。"))])


class AbsenceForm(Form):
    code = CodeField(later("编号"), [Needed(), at_most(20)])
    reason = LineField(later("理由"), [Needed(later("请说明本工程不产生此文件的理由。")), at_most(200)])


class ReceiveForm(Form):
    receipt = LineField(later("接收编号"), [Needed(), at_most(80)])


class ReturnForm(Form):
    reason = ParagraphField(later("退回原因"), [Needed(later("请说明退回的原因。")), at_most(1000)])


class ManifestForm(Form):
    manifest = FileField(later("补录清单"), [Needed(later("请选择补录清单（.xlsx）。"))])


def uuid_or_none(text: str | None) -> UUID | None:
    return upload_number(text or "")
