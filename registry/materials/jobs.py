"""Background work of materials: telling one project at a time of a recall."""

from uuid import UUID

from registry.kernel.jobs import Handler, Periodic
from registry.kernel.uow import UnitOfWork
from registry.materials.recalling import tell_project


def tell(uow: UnitOfWork, notice_id: str) -> None:
    tell_project(uow, UUID(notice_id))


HANDLERS: dict[str, Handler] = {"materials.tell": tell}
PERIODIC: tuple[Periodic, ...] = ()
