"""What the worker does for the ledger, round after round."""

from collections.abc import Callable

import structlog

from registry.kernel.errors import Refusal
from registry.kernel.jobs import Handler, Periodic
from registry.kernel.uow import Units
from registry.ledger.sequencing import checkpoint, sequence

SEQUENCE_EVERY = 0.2  # seconds
SIGN_EVERY = 30.0  # seconds
log = structlog.get_logger("ledger")


def or_raise_the_alarm(act: Callable[[Units], object]) -> Callable[[Units], None]:
    """Let a damaged or rewound ledger be an alarm, and no reason for other work to stop."""

    def attempt(units: Units) -> None:
        try:
            act(units)
        except Refusal as no:
            log.critical("ledger", act=act.__name__, code=no.code, reason=str(no), remedy=no.remedy)

    return attempt


HANDLERS: dict[str, Handler] = {}
PERIODIC = (
    Periodic(SEQUENCE_EVERY, or_raise_the_alarm(sequence)),
    Periodic(SIGN_EVERY, or_raise_the_alarm(checkpoint)),
)
