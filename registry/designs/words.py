"""What the states of drawings, changes and arguments are called."""

from babel.support import LazyProxy

from registry.designs.desk import Next
from registry.designs.models import Conclusion, Decision, Result
from registry.designs.rules import Waiting
from registry.kernel.text import _, later

WHY: dict[Waiting, LazyProxy] = {
    Waiting.NOT_REVIEWED: later("尚未审查合格"),
    Waiting.REVIEW_FAILED: later("审查不合格"),
    Waiting.NOT_APPROVED: later("会签未齐"),
    Waiting.REFUSED: later("未获同意"),
    Waiting.NOT_EFFECTIVE: later("生效日期未到"),
}
TONES: dict[Waiting, str] = {Waiting.REVIEW_FAILED: "bad", Waiting.REFUSED: "bad", Waiting.NOT_EFFECTIVE: "info"}
NEXT: dict[Next, LazyProxy] = {
    Next.REVIEW: later("建设单位送审并登记审查合格书"),
    Next.MEND: later("设计单位修改后交付下一版"),
    Next.HAND_OUT: later("建设单位登记发放施工单位"),
    Next.NOTHING: later("无"),
}
RESULTS: dict[Result, LazyProxy] = {Result.QUALIFIED: later("合格"), Result.UNQUALIFIED: later("不合格")}
DECISIONS: dict[Decision, LazyProxy] = {Decision.APPROVED: later("同意"), Decision.REFUSED: later("不同意")}
CONCLUSIONS: dict[Conclusion, LazyProxy] = {
    Conclusion.PASSED: later("通过"), Conclusion.REVISED: later("修改后通过"), Conclusion.REJECTED: later("不通过"),
}
FILES = {"pdf": "PDF", "ofd": "OFD", "drawing": "DWG", "model": "IFC/RVT", "image": "JPG/PNG"}


def why_words(why: Waiting | None) -> str:
    """Return the state of what was delivered: in force, or why not."""
    return _("有效") if why is None else str(WHY[why])


def why_tone(why: Waiting | None) -> str:
    return "good" if why is None else TONES.get(why, "wait")


def next_words(act: Next) -> str:
    return str(NEXT[act])


def result_words(result: Result) -> str:
    return str(RESULTS[result])


def decision_words(decision: Decision) -> str:
    return str(DECISIONS[decision])


def conclusion_words(conclusion: Conclusion | None) -> str:
    return _("未作结论") if conclusion is None else str(CONCLUSIONS[conclusion])


def file_words(kind: str) -> str:
    return FILES.get(kind, kind)
