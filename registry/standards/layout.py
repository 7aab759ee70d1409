"""A kind of edition as a table: one column for every field of its records, small records laid out flat.

Made from the dataclasses alone, so that pages, workbooks and comparisons are the same for every kind.
"""

from collections.abc import Iterator
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from typing import Any, get_args, get_origin, get_type_hints

from registry.standards.kinds import Kind, One
from registry.standards.labels import heading
from registry.standards.reading import is_optional, read

JSON = Any
Record = dict[str, JSON]


@dataclass(frozen=True, slots=True)
class Column:
    """One cell of every row. `path` leads to it through the small records: ("period", "amount")."""

    path: tuple[str, ...]
    heading: str
    shape: Any           # str, int, bool, date, a StrEnum, tuple[shape, ...]
    required: bool       # may not stay empty
    explicit: bool       # stands in the record even when it is empty

    @property
    def name(self) -> str:
        return ".".join(self.path)

    @property
    def is_list(self) -> bool:
        return get_origin(self.shape) is tuple


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a kind, and how its content becomes rows and rows its content.

    key     what tells one row from another, an attribute of the record; "" where there is one record only
    """

    shape: Any
    key: str
    columns: tuple[Column, ...]

    @property
    def is_single(self) -> bool:
        return not self.key

    @property
    def has_lists(self) -> bool:
        return any(column.is_list for column in self.columns)

    def place(self, name: str) -> int:
        """Return the place of the column of that name, counted from 0."""
        return [column.name for column in self.columns].index(name)

    def heading(self, name: str) -> str:
        """Return the heading of the column of that name, "" for none."""
        return next((column.heading for column in self.columns if column.name == name), "")

    def records(self, content: JSON) -> list[Record]:
        return [content] if self.is_single else list(content)

    def content(self, records: list[Record]) -> JSON:
        return records[0] if self.is_single else records

    def key_of(self, record: Record) -> str:
        """Return what the row goes by. Raises Malformed when the record cannot be read."""
        return "" if self.is_single else str(getattr(read(self.shape, record, ""), self.key))


def layout_of(kind: Kind[Any]) -> Layout:
    """Return the layout of a kind."""
    reader: Any = kind.read
    key = "" if isinstance(reader, One) else str(reader.key)
    return Layout(reader.shape, key, tuple(columns(reader.shape)))


def columns(shape: Any, path: tuple[str, ...] = (), above: str = "", *, whole: bool = True) -> Iterator[Column]:
    """Yield the columns of a record. `whole`: nothing above it may be left out."""
    hints = get_type_hints(shape)
    for field in fields(shape):
        own = hints[field.name]
        optional = is_optional(own)
        inner = next(part for part in get_args(own) if part is not type(None)) if optional else own
        label = f"{above}{heading(shape, field.name)}"
        here = (*path, field.name)
        demanded = whole and is_demanded(field) and not optional
        if is_dataclass(inner):
            yield from columns(inner, here, f"{label}·", whole=demanded)
        else:
            listed = get_origin(inner) is tuple
            yield Column(here, label, inner, required=demanded and not listed, explicit=is_demanded(field) and listed)


def is_demanded(field: "Field[Any]") -> bool:
    return field.default is MISSING and field.default_factory is MISSING
