"""What an audit finds: each thing wrong, and where."""

from dataclasses import dataclass, field

from registry.kernel.text import _, later

MOST_KEPT = 1000

CHECKS = {
    "leaf.missing": later("账本缺少一个位置"),
    "leaf.differs": later("存证正文与账本中的哈希不符"),
    "node.missing": later("账本节点缺失"),
    "node.differs": later("账本节点与其下的叶不符"),
    "node.extra": later("账本多出节点"),
    "checkpoint.differs": later("账本与已签名的检查点不符"),
    "checkpoint.unsigned": later("检查点没有有效签名，或与所签内容不符"),
    "signer.differs": later("账本与签名端记住的状态不符"),
    "signer.forgot": later("签名端没有记录，而检查点已经存在"),
    "event.missing": later("存证事件缺失"),
    "event.unreadable": later("存证正文不是规范的事件"),
    "event.differs": later("存证事件的列与正文不符"),
    "event.unplaced": later("存证事件既未编入账本，也不在等候"),
    "event.placed-twice": later("存证事件已编入账本，却仍在等候"),
    "chain.broken": later("同一记录的存证事件不相接续"),
    "chain.reordered": later("同一记录的存证事件次序颠倒"),
    "record.unknown": later("存证所述的表不存在"),
    "record.missing": later("存证所述的记录缺失"),
    "record.differs": later("记录与最近一次存证不符"),
    "record.unspoken": later("记录没有任何存证"),
    "personal.differs": later("个人信息与存证中的承诺值不符"),
    "file.missing": later("存证所列的文件缺失"),
    "file.differs": later("文件与存证所列的不符"),
}
"""Stable code of each check → what it means when it fails."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong. `row` is a primary key or an object's name; `expected` and `found` are plain text."""

    check: str
    table: str
    row: str
    column: str = ""
    expected: str = ""
    found: str = ""

    def __str__(self) -> str:
        where = f"{self.table} {self.row}" + (f" · {self.column}" if self.column else "")
        return _("{what}：{where}。应为 {expected}，实为 {found}。", what=CHECKS[self.check], where=where,
                 expected=self.expected or _("（无）"), found=self.found or _("（无）"))


@dataclass(slots=True)
class Report:
    """What was checked, and what was wrong. The first thousand findings are kept, the rest counted."""

    size: int = 0
    root: bytes = b""
    events: int = 0
    records: int = 0
    files: int = 0
    erased: int = 0  # commitments that nobody can check any more, their salts being erased
    checkpoints: int = 0
    findings: list[Finding] = field(default_factory=list)
    left_off: int = 0

    @property
    def sound(self) -> bool:
        return not self.findings

    def note(
        self, check: str, table: str, row: object, column: str = "",
        expected: object = None, found: object = None,
    ) -> None:
        """Keep one finding; hashes and other bytes are shown in hex."""
        if len(self.findings) == MOST_KEPT:
            self.left_off += 1
            return
        self.findings.append(Finding(check, table, shown(row), column, shown(expected), shown(found)))


def shown(value: object) -> str:
    if value is None:
        return ""
    return value.hex() if isinstance(value, bytes) else str(value)
