"""What the worker does for the archive."""

from registry.archives.checking import check_handover
from registry.archives.examining import examine_files
from registry.kernel.jobs import Handler, Periodic

HANDLERS: dict[str, Handler] = {"archives.examine": examine_files, "archives.check": check_handover}
PERIODIC: tuple[Periodic, ...] = ()
