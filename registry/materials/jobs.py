"""Background work of materials: telling one project at a time of a recall, or of a recalled batch that arrived."""

from uuid import UUID

from registry.kernel.jobs import Handler, Periodic
from registry.kernel.uow import UnitOfWork
from registry.materials.telling import tell_of_arrival, tell_project


def tell(uow: UnitOfWork, notice_id: str) -> None:
    tell_project(uow, UUID(notice_id))


def tell_arrival(uow: UnitOfWork, batch_id: str, numbers: str) -> None:
    tell_of_arrival(uow, UUID(batch_id), numbers)


HANDLERS: dict[str, Handler] = {"materials.tell": tell, "materials.tell-arrival": tell_arrival}
PERIODIC: tuple[Periodic, ...] = ()
