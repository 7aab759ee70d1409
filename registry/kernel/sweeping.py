"""What is kept for a while only, and swept away after it."""

from datetime import timedelta

from registry.kernel import jobs, receipts
from registry.kernel.actor import SYSTEM
from registry.kernel.jobs import Periodic
from registry.kernel.uow import Units

KEPT = timedelta(days=30)
EVERY = 6 * 3600.0  # seconds


def sweep(units: Units) -> None:
    """Delete receipts, and jobs that were done, after KEPT."""
    with units.writing(SYSTEM) as uow:
        receipts.forget(uow, uow.at - KEPT)
        jobs.forget_finished(uow, uow.at - KEPT)


PERIODIC = (Periodic(EVERY, sweep),)
