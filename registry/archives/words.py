"""What the archive's states are called."""

from registry.archives.models import HandoverState, Lasting
from registry.archives.rules import LineState
from registry.kernel.text import later
from registry.standards.stages import Stage

STAGES = {
    Stage.BEFORE_START: later("开工前"), Stage.CONSTRUCTION: later("施工"), Stage.ACCEPTANCE: later("竣工验收"),
    Stage.FILING: later("备案"), Stage.HANDOVER: later("移交"),
}
LINES = {
    LineState.PRESENT: (later("已有"), "good"), LineState.MISSING: (later("缺"), "wait"),
    LineState.NOT_HERE: (later("本工程不产生"), "quiet"), LineState.IF_APPLICABLE: (later("有则必备"), "quiet"),
}
LASTING = {
    Lasting.ITSELF: (later("原件可长期阅读"), "good"), Lasting.TWIN: (later("已存 PDF/A 副本"), "good"),
    Lasting.NONE: (later("没有长期格式副本"), "wait"),
}
HANDOVERS = {
    HandoverState.CHECKING: (later("四性检测中"), "info"), HandoverState.FAILED: (later("检测未通过"), "bad"),
    HandoverState.SENT: (later("已移交，待接收"), "wait"), HandoverState.RECEIVED: (later("已接收"), "good"),
    HandoverState.RETURNED: (later("已退回"), "bad"),
}
