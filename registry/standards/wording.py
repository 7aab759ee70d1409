"""Wordings of the papers people sign: authorisation, pledge, change of leader, hand-over.

A wording is text with named blanks. Only the blanks listed here exist, so that a text loaded by a
station can take nothing out of the registry but what belongs on the paper.

Source: 建办质〔2014〕44号 附件 (式样, 可参考). The default texts are ours, in that style.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter

from registry.kernel.text import _
from registry.standards.reading import Malformed

BLANKS = {
    "project": "工程项目名称",
    "organisation": "单位名称",
    "legal_representative": "法定代表人姓名",
    "person": "姓名",
    "post": "担任职务",
    "scope": "承担范围",
    "design_life": "设计使用年限",
    "predecessor": "原任姓名",
    "successor": "继任姓名",
    "effective_on": "生效日期",
    "reason": "变更原因",
}
"""Name in the text → what goes there."""


@dataclass(frozen=True, slots=True)
class FormField:
    """One line to be filled in, in the order of the official form."""

    key: str
    label: str
    optional: bool = False  # may stay empty on a valid paper


@dataclass(frozen=True, slots=True)
class Wording:
    title: str
    paragraphs: tuple[str, ...]
    fields: tuple[FormField, ...]    # what the form asks before its text, in its order
    closing: tuple[FormField, ...]   # what follows the text: particulars, signatures, seals, the day

    def __post_init__(self) -> None:
        if not self.paragraphs:
            raise Malformed(_("文本至少要有一段。"))
        self.blanks()

    def blanks(self) -> frozenset[str]:
        """Return the names of the blanks in the text. Raises Malformed at one that does not exist."""
        found = {name for paragraph in self.paragraphs for name in blanks_in(paragraph)}
        unknown = sorted(found - set(BLANKS))
        if unknown:
            raise Malformed(
                _("文本中的空白“{names}”不存在。", names="、".join(unknown)),
                remedy=_("可以使用：{names}。", names="、".join(f"{{{name}}}" for name in BLANKS)),
            )
        return frozenset(found)

    def filled(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """Return the paragraphs with every blank filled in.

        values   a text for each blank the wording has; more does no harm
        raises   Malformed when a blank would stay empty
        """
        empty = sorted(name for name in self.blanks() if not values.get(name))
        if empty:
            raise Malformed(_("文本还缺少：{names}。", names="、".join(_(BLANKS[name]) for name in empty)))
        return tuple(paragraph.format_map(values) for paragraph in self.paragraphs)


def blanks_in(paragraph: str) -> list[str]:
    """Return the names between braces. Raises Malformed at a brace left open or a blank with a format."""
    try:
        parts = list(Formatter().parse(paragraph))
    except ValueError:
        raise Malformed(_("文本中的花括号没有成对：{text}", text=paragraph[:40])) from None
    if any(form or conversion for _text, _name, form, conversion in parts):
        raise Malformed(_("空白里只能写名称，例如 {example}。", example="{project}"))
    return [name for _text, name, _form, _conversion in parts if name is not None]
