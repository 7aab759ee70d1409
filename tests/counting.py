"""What something costs, told in statements: a number that no busy machine changes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import event

from registry.kernel.uow import Units


@contextmanager
def counted(units: Units) -> Iterator[list[str]]:
    """Every statement sent to the database meanwhile."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(units.bind, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(units.bind, "before_cursor_execute", note)


def statements(units: Units, act: Callable[[], object]) -> int:
    """How many statements `act` costs the second time, when what is kept between acts is there."""
    act()
    with counted(units) as sent:
        act()
    return len(sent)
