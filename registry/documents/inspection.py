"""Is this file what it says it is, whole, and harmless? Asked before a byte of it is kept for good."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.support import LazyProxy

from registry.documents.inspecting import inspectors
from registry.documents.kinds import HEAD, Kind, Unsuitable, agreed_kind
from registry.kernel.text import _, later

PATIENCE = 60  # seconds on the clock; the process itself has 30 of processor time
UNREADABLE = later("文件过于复杂或已损坏，无法检查。请重新扫描或另存后上传。")

REASONS: dict[str, LazyProxy] = {
    "javascript": later("PDF 中含有脚本（JavaScript），不能作为档案保存。请用“打印为 PDF”另存后上传。"),
    "launch": later("PDF 中含有启动外部程序的动作，不能作为档案保存。请用“打印为 PDF”另存后上传。"),
    "open-action": later("PDF 中含有打开时自动执行的动作，不能作为档案保存。请用“打印为 PDF”另存后上传。"),
    "embedded-file": later("PDF 中嵌有其他文件（附件），不能作为档案保存。请去掉附件，或将附件单独上传。"),
    "xfa": later("PDF 是动态表单（XFA），不同软件显示的内容可能不同。请用“打印为 PDF”另存后上传。"),
    "rich-media": later("PDF 中含有音视频或三维内容，不能作为档案保存。请去掉后上传，或将其单独上传。"),
    "submit-form": later("PDF 中含有向外提交数据的表单动作，不能作为档案保存。请用“打印为 PDF”另存后上传。"),
    "encrypted": later("文件已加密或设有密码，日后可能无法打开。请去掉密码和权限限制后上传。"),
    "truncated": later("文件不完整（可能在传输或拷贝时中断）。请核对能否正常打开后重新上传。"),
    "damaged": later("文件结构已损坏。请重新扫描，或用“打印为 PDF”另存后上传。"),
    "bomb": later("文件解压后的内容过大，不能接收。请重新扫描或降低分辨率后上传。"),
    "too-many-pixels": later("图片超过 1 亿像素，不能接收。请降低分辨率后上传。"),
    "page-too-large": later("PDF 页面的边长超过 5 米，不能接收。请按实际图幅另存后上传。"),
    "two-faced": later("文件同时是两种格式，不能接收。请重新扫描或另存后上传。"),
    "not-revit": later("文件不是 Revit 模型，扩展名却是 .rvt。请核对后改正文件名再上传。"),
    "not-ofd": later("文件是压缩包，不是 OFD 版式文件。请将其中的文件解压后分别上传。"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What an inspection found. `facts`: pages, signed, pdfa (PDF: what it claims to be); width, height, taken_at,
    latitude, longitude, camera (pictures: what the camera noted, which is evidence and not proof)."""

    kind: Kind
    facts: dict[str, Any]


def inspect_file(path: Path, name: str, declared: str) -> Finding:
    """Return what the file at `path` is. Raises Unsuitable, saying why and what would be right."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        raise Unsuitable(_("文件“{name}”是空的。", name=name))
    kind = agreed_kind(head, name, declared)
    answer = ask_inspector(kind.inspector, path)
    if "facts" not in answer:
        reason = REASONS.get(answer.get("refused", ""), UNREADABLE)
        raise Unsuitable(_("文件“{name}”未被接收：{reason}", name=name, reason=str(reason)))
    return Finding(kind, answer["facts"])


def ask_inspector(inspector: str, path: Path, patience: float = PATIENCE) -> dict[str, Any]:
    """Return what the inspector said, nothing when it died, ran out of time or said nothing.

    patience   seconds on the clock
    raises     Unavailable when no inspector can be had, which is no fault of the file
    """
    try:
        answer = json.loads(inspectors.ask(inspector, path.resolve(), patience))
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
