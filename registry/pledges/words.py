"""The states of a pair in words, for paper and for programs; pages have a macro that adds the colour."""

from registry.kernel.text import _, later
from registry.pledges.rules import PairState

STATES = {
    PairState.UNSIGNED: later("授权书和承诺书均未签署"),
    PairState.AUTHORISED: later("已授权，承诺书未签署"),
    PairState.PLEDGED: later("承诺书已签署，未授权"),
    PairState.UNSEEN: later("纸质件待核对原件"),
    PairState.COMPLETE: later("已签署，未备案"),
    PairState.FILED: later("已签署并备案"),
    PairState.SUPERSEDED: later("已签署并备案，任期已结束"),
    PairState.EXPIRED: later("已签署并备案，设计使用年限届满"),
}


def state_words(state: PairState | None) -> str:
    return str(STATES[state]) if state is not None else _("尚未任命")
