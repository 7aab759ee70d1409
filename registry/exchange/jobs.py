"""What the worker does with rosters."""

from registry.exchange.sending import check_sent_roster, import_sent_roster
from registry.kernel.jobs import Handler, Periodic

HANDLERS: dict[str, Handler] = {"exchange.check": check_sent_roster, "exchange.import": import_sent_roster}
PERIODIC: tuple[Periodic, ...] = ()
