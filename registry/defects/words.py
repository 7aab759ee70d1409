"""Why somebody stands in an answer, in words."""

from registry.kernel.text import _, later
from registry.standards.trace_order import Cause, Reason

CAUSES = {
    Cause.UNKNOWN: later("成因未定"),
    Cause.SURVEY: later("勘察"),
    Cause.DESIGN: later("设计"),
    Cause.WORKMANSHIP: later("施工"),
    Cause.MATERIAL: later("材料"),
}

WHYS = {
    Reason.DID_THE_WORK: later("当日在任，负责该部位的施工"),
    Reason.WATCHED_THE_WORK: later("当日在任，负责该部位的监理"),
    Reason.MADE_THE_DOCUMENTS: later("对据以施工的勘察、设计文件负责"),
    Reason.OVERALL: later("当日在任，对工程质量承担全面责任"),
    Reason.SUPPLIED: later("当日在任，负责检测或材料构件供应"),
    Reason.OTHER: later("当日在任"),
}


def cause_called(name: str) -> Cause:
    """Return the cause that a form or an address names."""
    return Cause(name)


def cause_words(cause: Cause) -> str:
    return str(CAUSES[cause])


def why_words(why: Reason, answers_for: str, *, boundary: bool) -> str:
    """Why somebody is in the answer: what holding the post on that day means, and what the post answers for.

    boundary   the day asked about is the first or the last of the term
    """
    words = f"{WHYS[why]}。{answers_for}"
    return words + _("（当日为任期首日或末日，前后任均列出）") if boundary else words
