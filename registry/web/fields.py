"""What forms are made of: fields that mend what a keyboard does to codes and days, and speak Chinese.

A field tidies what was typed and says whether it can be read at all. Whether a number is a right one
(check digits, known regions) is the storey's business: its action raises Invalid, `Form.blaming` puts
the sentence beside the field.
"""

import base64
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from babel.support import LazyProxy
from flask_wtf import FlaskForm
from wtforms import (
    Field,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields import BooleanField, DecimalField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, StopValidation, ValidationError
from wtforms.widgets import CheckboxInput, DateInput, HiddenInput, ListWidget

from registry.kernel.days import day_typed
from registry.kernel.errors import Invalid
from registry.kernel.text import _, later

Text = str | LazyProxy
Pairs = Iterable[tuple[str, Text]]

FULL_WIDTH = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
NO_WIDTH = dict.fromkeys((0x200B, 0x2060, 0xFEFF, 0x00AD))
PNG = b"\x89PNG\r\n\x1a\n"
PNG_DATA = "data:image/png;base64,"
LARGEST_SIGNATURE = 200_000

SAID_IN_CHINESE = {
    "Not a valid choice.": later("请从列出的选项中选择。"),
    "Invalid Choice: could not coerce.": later("请从列出的选项中选择。"),
    "Invalid choice(s): one or more data inputs could not be coerced.": later("请从列出的选项中选择。"),
    "'%(value)s' is not a valid choice for this field.": later("请从列出的选项中选择。"),
    "'%(value)s' are not valid choices for this field.": later("请从列出的选项中选择。"),
    "Not a valid integer value.": later("请填写整数。"),
    "Not a valid decimal value.": later("请填写数字，小数点用“.”。"),
    "Field must be equal to %(other_name)s.": later("两次填写的内容不一致。"),
    "Field must be at least %(min)d character long.": later("至少填写 %(min)d 个字。"),
    "Field cannot be longer than %(max)d character.": later("最多填写 %(max)d 个字。"),
    "Field must be exactly %(max)d character long.": later("应为 %(max)d 个字。"),
    "Field must be between %(min)d and %(max)d characters long.": later("应为 %(min)d 至 %(max)d 个字。"),
    "Number must be at least %(min)s.": later("不得小于 %(min)s。"),
    "Number must be at most %(max)s.": later("不得大于 %(max)s。"),
    "Number must be between %(min)s and %(max)s.": later("应在 %(min)s 至 %(max)s 之间。"),
    "This field is required.": later("此项必填。"),
    "Invalid input.": later("填写的内容无法识别。"),
}
"""What WTForms and its validators would say in English, and what people read instead."""

OUT_OF_TIME = later("页面停留过久或已在别处退出，请重新提交一次；已填写的内容还在。")


class InChinese:
    """The translations WTForms asks for: ours, and no English left over."""

    def gettext(self, said: str) -> str:
        if "CSRF" in said:
            return str(OUT_OF_TIME)
        return str(SAID_IN_CHINESE.get(said, said))

    def ngettext(self, one: str, _many: str, _count: int) -> str:
        return self.gettext(one)


class Form(FlaskForm):
    """The form every storey's forms are: names its fields, ignores whatever else a browser sends."""

    class Meta(FlaskForm.Meta):
        def get_translations(self, _form: Any) -> InChinese:
            return InChinese()

    @contextmanager
    def blaming(self) -> Iterator[None]:
        """Turn an Invalid raised inside into a mistake beside its field; what follows shows the form again.

        with form.blaming(), writing() as uow:
            pledge = actions.sign_pledge(uow, …)
            return see_other(".show", pledge_id=pledge.id)
        """
        try:
            yield
        except Invalid as no:
            self.blame(no)

    def blame(self, no: Invalid) -> None:
        field = self._fields.get(no.field)
        if field is None:
            self.form_errors.append(str(no))
        else:
            field.errors = [*field.errors, str(no)]


class Needed(DataRequired):
    """The field must be filled in. Says so by the field's own label."""

    def __init__(self, message: Text | None = None) -> None:
        super().__init__()
        self.said = message

    def __call__(self, form: Any, field: Field) -> None:
        if field.process_errors:  # something was typed that cannot be read: that has been said, and says more
            raise StopValidation
        label = str(field.label.text)
        if isinstance(field, BooleanField):
            usual = _("请勾选“{label}”。", label=label)
        elif isinstance(field, SelectField | SelectMultipleField):
            usual = _("请选择“{label}”。", label=label)
        else:
            usual = _("请填写“{label}”。", label=label)
        self.message = str(self.said or usual)
        super().__call__(form, field)


def at_most(count: int) -> Length:
    return Length(max=count)


def seen(text: str) -> str:
    """Return `text` without the signs of no width and no meaning that copying from chats brings along."""
    return text.translate(NO_WIDTH)


def half_width(text: str) -> str:
    """Turn full-width letters, digits and signs (Ａ１－) into plain ones. Only for codes, never for names."""
    return text.translate(FULL_WIDTH)


def hidden_signs(text: str) -> bool:
    """Whether `text` holds signs that no one sees: controls, and marks that turn the direction of writing."""
    return any(unicodedata.category(sign) in {"Cc", "Cf"} and sign not in "\r\n\t" for sign in text)


class LineField(StringField):
    """One line of text, without the spaces around it. Characters are kept as typed: rare ones are names."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        if valuelist:
            self.data = self.tidy(valuelist[0])

    def tidy(self, text: str) -> str:
        return " ".join(seen(text).split())

    def pre_validate(self, _form: Any) -> None:
        if hidden_signs(self.data or ""):
            raise ValidationError(_("含有看不见的控制字符，请重新输入。"))


class ParagraphField(TextAreaField):
    """Several lines of text."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        if valuelist:
            self.data = seen(valuelist[0]).strip().replace("\r\n", "\n")

    def pre_validate(self, _form: Any) -> None:
        if hidden_signs(self.data or ""):
            raise ValidationError(_("含有看不见的控制字符，请重新输入。"))


class CodeField(LineField):
    """A number or code: half-width, upper case, no spaces."""

    attributes: ClassVar[dict[str, str]] = {
        "autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters",
    }

    def __init__(self, label: Text | None = None, validators: Sequence[Any] = (), **rest: Any) -> None:
        rest["render_kw"] = self.attributes | (rest.get("render_kw") or {})
        super().__init__(label, validators, **rest)

    def tidy(self, text: str) -> str:
        return re.sub(r"\s+", "", half_width(seen(text))).upper()


class UsccField(CodeField):
    """统一社会信用代码."""

    attributes: ClassVar[dict[str, str]] = CodeField.attributes | {"maxlength": "24"}


class IdentityField(CodeField):
    """The number of an identity document."""

    attributes: ClassVar[dict[str, str]] = CodeField.attributes | {"maxlength": "30"}


class PhoneField(CodeField):
    attributes: ClassVar[dict[str, str]] = {
        "type": "tel", "inputmode": "tel", "autocomplete": "tel", "maxlength": "20",
    }


class OneTimeCodeField(CodeField):
    """Six digits from an authenticator or a message."""

    attributes: ClassVar[dict[str, str]] = {
        "inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": "8", "spellcheck": "false",
    }


class DayField(Field):
    """A day. The browser's calendar sends 2024-03-05; typed by hand, 2024年3月5日 and 2024.3.5 do as well."""

    widget = DateInput()

    def __init__(self, label: Text | None = None, validators: Sequence[Any] = (), **rest: Any) -> None:
        super().__init__(label, validators, **rest)

    @property
    def day(self) -> date:
        """The day given. Only for a field with `Needed()`, once the form has been found right."""
        given: date | None = self.data
        assert given is not None  # noqa: S101 — a form found right holds one
        return given

    def _value(self) -> str:
        if self.raw_data and self.data is None:
            return str(self.raw_data[0])
        return self.data.isoformat() if self.data else ""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = None
        typed = half_width(valuelist[0]).strip() if valuelist else ""
        if not typed:
            return
        self.data = day_typed(typed)
        if self.data is None:
            raise ValueError(_("“{typed}”不是一个日期，请按 2024-03-05 的格式填写。", typed=typed[:20]))


class VersionField(HiddenField):
    """Remembers which version of a thing a form was opened on."""

    @property
    def number(self) -> int:
        """The version; what is no number is no version of anything."""
        sent = str(self.data or "")
        return int(sent) if re.fullmatch(r"[0-9]{1,9}", sent) else 0


class WholeNumberField(IntegerField):
    def process_formdata(self, valuelist: Sequence[str]) -> None:
        typed = [half_width(text).replace(",", "").strip() for text in valuelist]
        super().process_formdata([text for text in typed if text])


class AmountField(DecimalField):
    """A decimal amount; thousands may be set apart by commas."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        typed = half_width(valuelist[0]).replace(",", "").strip() if valuelist else ""
        self.data = None
        if not typed:
            return
        try:
            self.data = Decimal(typed)
        except InvalidOperation:
            raise ValueError(_("请填写数字，小数点用“.”。")) from None
        if not self.data.is_finite():
            self.data = None
            raise ValueError(_("请填写数字，小数点用“.”。"))


class TickField(BooleanField):
    """One box to tick."""


class FromPairs:
    """Takes choices as (value, label) pairs, at import time or later (`form.kind.choices = pairs`)."""

    def __init__(
        self, label: Text | None = None, validators: Sequence[Any] = (), choices: Pairs | None = None,
        **rest: Any,
    ) -> None:
        super().__init__(label, validators, choices=options(choices), **rest)  # type: ignore[call-arg]  # WTForms'

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, options(value) if name == "choices" else value)


def options(pairs: Pairs | None) -> list[SelectChoice] | None:
    return None if pairs is None else [SelectChoice(value, label) for value, label in pairs]


class ChoiceField(FromPairs, SelectField):
    """One out of a list that drops down."""


class OneOfField(FromPairs, RadioField):
    """One out of a few, all in sight."""


class ManyOfField(FromPairs, SelectMultipleField):
    """Any number of a few, each with its box."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class SignatureField(Field):
    """A signature drawn by hand. `data` is the PNG's bytes, None when nothing was drawn."""

    widget = HiddenInput()

    def __init__(self, label: Text | None = None, validators: Sequence[Any] = (), **rest: Any) -> None:
        super().__init__(label, validators, **rest)

    def _value(self) -> str:
        return PNG_DATA + base64.b64encode(self.data).decode() if self.data else ""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = None
        if not valuelist or not valuelist[0]:
            return
        drawn = png_sent(valuelist[0])
        if drawn is None:
            raise ValueError(_("签名图像无法识别，请重新签写。"))
        self.data = drawn


def png_sent(sent: str) -> bytes | None:
    """Return the bytes of a PNG data address, None when it is anything else or too large."""
    if not sent.startswith(PNG_DATA) or len(sent) > LARGEST_SIGNATURE:
        return None
    try:
        drawn = base64.b64decode(sent.removeprefix(PNG_DATA), validate=True)
    except ValueError:
        return None
    return drawn if drawn.startswith(PNG) else None
