"""Background work of pledges: the hourly round of reminders. A person hears of one matter once a day."""

from registry.kernel.actor import SYSTEM
from registry.kernel.jobs import Handler, Periodic
from registry.kernel.uow import Units
from registry.pledges.reminders import remind

HOUR = 3600.0


def remind_everybody(units: Units) -> None:
    with units.writing(SYSTEM) as uow:
        remind(uow)


HANDLERS: dict[str, Handler] = {}
PERIODIC = (Periodic(HOUR, remind_everybody),)
