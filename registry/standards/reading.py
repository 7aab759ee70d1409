"""Reading the content of an edition: JSON in, frozen dataclasses out, a Chinese sentence for each mistake.

The dataclasses are the description of the format: a field without a default must be there, a field
nobody declared is refused, and text that must be there must not be blank.
"""

from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from enum import StrEnum
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from registry.kernel.errors import Invalid
from registry.kernel.text import _, later

NAMES = {str: later("文字"), int: later("整数"), bool: later("true 或 false")}


class Malformed(Invalid):
    """The content of an edition is not what its kind asks for."""

    code = "standard.malformed"


def read(shape: Any, value: object, where: str) -> Any:
    """Return `value` (as it came out of JSON) in the `shape` asked for.

    shape    a dataclass, str, int, bool, date, a StrEnum, `tuple[shape, ...]`, `shape | None`, or
             object, which is taken as it is
    where    the place within the edition, in Chinese, for the message
    raises   Malformed, naming the place and what would be right
    """
    if shape is object:
        return value
    if get_origin(shape) is tuple:
        return read_list(get_args(shape)[0], value, where)
    if isinstance(shape, UnionType):
        inner = next(part for part in get_args(shape) if part is not type(None))
        return None if value is None else read(inner, value, where)
    if is_dataclass(shape):
        return read_record(shape, value, where)
    return read_plain(shape, value, where)


def read_plain(shape: Any, value: object, where: str) -> object:
    if issubclass(shape, StrEnum):
        return read_choice(shape, value, where)
    if shape is date:
        return read_date(value, where)
    if type(value) is not shape:  # not isinstance: True is no number here
        raise Malformed(_("{where}应当是{kind}。", where=where, kind=NAMES[shape]))
    return value


def read_list(shape: Any, value: object, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise Malformed(_("{where}应当是一个列表。", where=where))
    return tuple(
        read(shape, item, _("{where}第 {n} 项", where=where, n=n)) for n, item in enumerate(value, start=1)
    )


def read_date(value: object, where: str) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise Malformed(_("{where}应当是日期，例如 2014-08-25。", where=where)) from None


def read_choice(shape: type[StrEnum], value: object, where: str) -> StrEnum:
    if value not in list(shape):
        raise Malformed(_("{where}应当是下列之一：{choices}。", where=where, choices="、".join(shape)))
    return shape(str(value))


def read_record(shape: Any, value: object, where: str) -> Any:
    if not isinstance(value, dict):
        raise Malformed(_("{where}应当是一组字段。", where=where))
    declared = {field.name: field for field in fields(shape)}
    unknown = sorted(set(value) - set(declared))
    if unknown:
        raise Malformed(_("{where}有不认识的字段“{names}”。", where=where, names="、".join(unknown)))
    hints = get_type_hints(shape)
    given = {}
    for name, field in declared.items():
        place = _("{where}的“{name}”", where=where, name=name)
        required = field.default is MISSING and field.default_factory is MISSING
        if required and value.get(name, "") in ("", None) and not is_optional(hints[name]):
            raise Malformed(_("{place}没有填写。", place=place))
        if name in value:
            given[name] = read(hints[name], value[name], place)
        elif required:
            given[name] = None
    return shape(**given)


def is_optional(shape: Any) -> bool:
    return isinstance(shape, UnionType) and type(None) in get_args(shape)
