"""A value of an edition as the text of one cell, and back again without loss.

A list has one item to a line. A small record in a list is one line, its fields divided by “|”; deeper down,
items are divided by “；” and fields by “~”. A sign that would divide is written with a backslash before it.
"""

import re
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from enum import StrEnum
from typing import Any, get_args, get_origin, get_type_hints

from registry.kernel.errors import Invalid
from registry.kernel.text import _, later
from registry.standards.layout import JSON, Column, Layout, Record
from registry.standards.reading import is_optional
from registry.standards.shown import WORDS

BETWEEN_ITEMS = ("\n", "；", "^")
BETWEEN_FIELDS = ("|", "~", "`")
YES, NO = later("是"), later("否")
MARKED = {"\n": "\\n", "\\": "\\\\"} | {sign: f"\\{sign}" for sign in (*BETWEEN_ITEMS[1:], *BETWEEN_FIELDS)}
DIGITS = re.compile(r"-?[0-9]{1,9}")


class Unfit(Invalid):
    """The text of a cell is not what its column asks for."""

    code = "standard.unfit-cell"


def texts_of(layout: Layout, record: Record) -> dict[str, str]:
    """Return the cells of a record by the names of their columns; what it leaves out is empty."""
    return {column.name: written(column.shape, value_at(record, column.path)) for column in layout.columns}


def value_at(record: JSON, path: tuple[str, ...]) -> JSON:
    for name in path:
        if not isinstance(record, dict):
            return None
        record = record.get(name)
    return record


def written(shape: Any, value: JSON, depth: int = 0) -> str:
    """Return a value as text, "" for None."""
    if value is None:
        return ""
    if get_origin(shape) is tuple:
        return BETWEEN_ITEMS[depth].join(written_item(get_args(shape)[0], item, depth) for item in value)
    if shape is bool:
        return str(YES if value else NO)
    if isinstance(shape, type) and issubclass(shape, StrEnum):
        return str(WORDS.get(shape, {}).get(value, value))
    return str(value)


def written_item(shape: Any, item: JSON, depth: int) -> str:
    if not is_dataclass(shape):
        return marked(written(shape, item))
    parts = [written_part(inner, item.get(name), depth) for name, inner in plain_fields(shape)]
    while parts and not parts[-1]:
        parts.pop()
    return f" {BETWEEN_FIELDS[depth]} ".join(parts)


def written_part(shape: Any, value: JSON, depth: int) -> str:
    if get_origin(shape) is tuple:
        return written(shape, value, depth + 1)
    return marked(written(shape, value))


def plain_fields(shape: Any) -> list[tuple[str, Any]]:
    """Return the names and shapes of a record's fields, without “or None”."""
    hints = get_type_hints(shape)
    return [(field.name, without_none(hints[field.name])) for field in fields(shape)]


def without_none(shape: Any) -> Any:
    return next(part for part in get_args(shape) if part is not type(None)) if is_optional(shape) else shape


def marked(text: str) -> str:
    return "".join(MARKED.get(sign, sign) for sign in text)


def taken_apart(text: str, between: str) -> list[str]:
    """Divide `text` where `between` stands without a backslash before it; the marks stay."""
    parts, start, at = [], 0, 0
    while at < len(text):
        if text[at] == "\\":
            at += 2
            continue
        if text[at] == between:
            parts.append(text[start:at])
            start = at + 1
        at += 1
    return [*parts, text[start:]]


def unmarked(text: str) -> str:
    return re.sub(r"\\(.)", lambda mark: "\n" if mark[1] == "n" else mark[1], text)


def record_of(layout: Layout, texts: dict[str, str]) -> tuple[Record, dict[str, str]]:
    """Return the record that the cells of a row make, and what is wrong with them by the name of the column."""
    record: Record = {}
    wrong: dict[str, str] = {}
    begun = {column.path[:-1] for column in layout.columns if texts.get(column.name, "").strip()}
    for column in layout.columns:
        text = texts.get(column.name, "")
        if not text.strip() and not column.explicit:
            if column.required or (column.path[:-1] in begun and len(column.path) > 1):
                wrong[column.name] = _("没有填写。")
            continue
        try:
            put(record, column.path, understood(column.shape, text))
        except Unfit as no:
            wrong[column.name] = str(no)
    return record, wrong


def put(record: Record, path: tuple[str, ...], value: JSON) -> None:
    for name in path[:-1]:
        record = record.setdefault(name, {})
    record[path[-1]] = value


def understood(shape: Any, text: str, depth: int = 0) -> JSON:
    """Return the value that a text stands for, as JSON. Raises Unfit, saying what would be right."""
    if get_origin(shape) is tuple:
        items = (item for item in taken_apart(text.replace("\r\n", "\n"), BETWEEN_ITEMS[depth]) if item.strip())
        return [understood_item(get_args(shape)[0], item.strip(), depth) for item in items]
    if shape is bool:
        return truth(text)
    if shape is int:
        return number(text)
    if shape is date:
        return day(text)
    if isinstance(shape, type) and issubclass(shape, StrEnum):
        return choice(shape, text)
    return text.strip().replace("\r\n", "\n")


def understood_item(shape: Any, item: str, depth: int) -> JSON:
    if not is_dataclass(shape):
        return understood(shape, unmarked(item))
    between = BETWEEN_FIELDS[depth]
    parts = [part.strip() for part in taken_apart(item, between)]
    known = plain_fields(shape)
    if len(parts) > len(known):
        told = _("“{item}”分成了 {n} 段，最多 {most} 段。", item=item[:30], n=len(parts), most=len(known))
        raise Unfit(told)
    found = {}
    demanded = {field.name for field in fields(shape) if field.default is MISSING and field.default_factory is MISSING}
    for (name, inner), part in zip(known, [*parts, *[""] * (len(known) - len(parts))], strict=True):
        listed = get_origin(inner) is tuple
        if part:
            found[name] = understood(inner, part, depth + 1) if listed else understood(inner, unmarked(part))
        elif listed and name in demanded:
            found[name] = []
        elif name in demanded and not is_optional(get_type_hints(shape)[name]):
            raise Unfit(_("“{item}”的第 {n} 段没有填写。", item=item[:30], n=[field for field, _shape in known].index(name) + 1))
    return found


def truth(text: str) -> bool:
    words = {str(YES): True, str(NO): False}
    if text.strip() not in words:
        raise Unfit(_("应当填写“是”或“否”。"))
    return words[text.strip()]


def number(text: str) -> int:
    plain = text.strip().removesuffix(".0")
    if not DIGITS.fullmatch(plain):
        raise Unfit(_("应当是整数，例如 5。"))
    return int(plain)


def day(text: str) -> str:
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        raise Unfit(_("应当是日期，例如 2014-08-25。")) from None


def choice(shape: type[StrEnum], text: str) -> str:
    words = WORDS.get(shape, {})
    for value in shape:
        if text.strip() in (value.value, str(words.get(value, value))):
            return value.value
    offered = "、".join(str(words.get(value, value)) for value in shape)
    raise Unfit(_("应当是下列之一：{choices}。", choices=offered))


def choices_of(column: Column) -> tuple[str, ...]:
    """Return the words to choose from, none where anything may be written."""
    if column.shape is bool:
        return str(YES), str(NO)
    if isinstance(column.shape, type) and issubclass(column.shape, StrEnum):
        return tuple(str(WORDS.get(column.shape, {}).get(value, value)) for value in column.shape)
    return ()
