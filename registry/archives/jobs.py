"""What the worker does for the archive."""

from registry.archives.checking import check_handover
from registry.archives.examining import examine_files
from registry.archives.guarding import ask_for_fixity, check_fixity, remind_owners
from registry.kernel.jobs import Handler, Periodic

HOUR = 3600.0
HANDLERS: dict[str, Handler] = {
    "archives.examine": examine_files, "archives.check": check_handover, "archives.fixity": check_fixity,
}
PERIODIC: tuple[Periodic, ...] = (Periodic(HOUR, ask_for_fixity), Periodic(HOUR, remind_owners))
