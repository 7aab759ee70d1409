"""Background work of acceptance: the record is printed once, as soon as the last has signed."""

from uuid import UUID

from registry.acceptance.papers import print_acceptance, print_concealed, print_result
from registry.acceptance.signing import PRINT
from registry.kernel.jobs import Handler, Periodic
from registry.kernel.uow import UnitOfWork


def print_record(uow: UnitOfWork, *, result: str = "", acceptance: str = "", work: str = "") -> None:
    """Print what was decided; asked again, it prints nothing."""
    if result:
        print_result(uow, UUID(result))
    if acceptance:
        print_acceptance(uow, UUID(acceptance))
    if work:
        print_concealed(uow, UUID(work))


HANDLERS: dict[str, Handler] = {PRINT: print_record}
PERIODIC: tuple[Periodic, ...] = ()
