"""What the worker does for the ledger, round after round."""

import structlog

from registry.kernel.errors import Refusal
from registry.kernel.jobs import Handler, Periodic
from registry.kernel.uow import Units
from registry.ledger.sequencing import checkpoint, sequence

SEQUENCE_EVERY = 0.2  # seconds
SIGN_EVERY = 30.0  # seconds
log = structlog.get_logger("ledger")


def sign_or_raise_the_alarm(units: Units) -> None:
    """Sign the present tree. A ledger that was rewound is an alarm, and no reason for other work to stop."""
    try:
        checkpoint(units)
    except Refusal as no:
        log.critical("no checkpoint", code=no.code, reason=str(no), remedy=no.remedy)


HANDLERS: dict[str, Handler] = {}
PERIODIC = (Periodic(SEQUENCE_EVERY, sequence), Periodic(SIGN_EVERY, sign_or_raise_the_alarm))
