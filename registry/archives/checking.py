"""四性检测 of a hand-over, as far as a machine can: a little at a time, so that it can be left and goes on by itself.

真实性 every file re-hashed, and filed by an event of the ledger; 完整性 as completeness says; 可用性 open formats and
PDF/A; 安全性 nothing that acts, nothing encrypted. Source: DA/T 70-2018.
"""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from registry import policy
from registry.archives.gathering import CATALOGUE, MANIFEST, write_papers
from registry.archives.handover import COMPLETENESS, IN_FULL, tell_archive, tell_owner
from registry.archives.models import Handover, HandoverCheck, HandoverState
from registry.archives.pieces import Piece
from registry.archives.proving import unnamed
from registry.documents import actions as documents
from registry.documents.queries import content
from registry.kernel import jobs
from registry.kernel.errors import NotFound, Unavailable
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.ledger.tree import NotYetSequenced
from registry.policy import Permission
from registry.standards import handbook as standards

SLICE = 256 * 1024 * 1024    # bytes read in one turn
SLICE_FILES = 500            # files likewise
PATIENCE = timedelta(minutes=1)
UNTIL_SIGNED = timedelta(seconds=5)  # the ledger is signed twice a minute
AUTHENTIC, USABLE, SAFE = "真实性", "可用性", "安全性"
NATURES = (AUTHENTIC, COMPLETENESS, USABLE, SAFE)
LISTED = 50                  # files a finding names


def check_handover(uow: UnitOfWork, handover_id: str) -> None:
    """Read the next part of the files; after the last, judge, and send what passed. Background work.

    A store that does not answer is said on the page and waited for, and so is the ledger until it has signed the
    event of every file: nothing is lost, nothing is half done.
    """
    handover = uow.get(Handover, UUID(handover_id), *IN_FULL, lock=True)
    policy.require(uow.actor, Permission.ARCHIVE_HAND_OVER, handover.scope)
    if handover.state is not HandoverState.CHECKING:
        return
    check = uow.get(HandoverCheck, handover.id, lock=True)
    check.looked_at = uow.at
    try:
        read_on(uow, check)
        if check.done == len(check.files):
            conclude(uow, handover, check)
            return
    except Unavailable as no:
        wait(uow, check, PATIENCE, _("{why}系统将在一分钟后自动重试。", why=str(no)))
        return
    except NotYetSequenced as no:
        wait(uow, check, UNTIL_SIGNED, _("{why}账本签名后自动继续。", why=str(no)))
        return
    jobs.enqueue(uow, "archives.check", handover_id=handover_id)


def wait(uow: UnitOfWork, check: HandoverCheck, patience: timedelta, why: str) -> None:
    """Say why the check stands still, and look again later."""
    check.waiting = why
    jobs.enqueue(uow, "archives.check", after=uow.at + patience, handover_id=str(check.handover_id))


def read_on(uow: UnitOfWork, check: HandoverCheck) -> None:
    """Hash the next files, at least one, at most a slice."""
    check.waiting = None
    end = min(check.done + SLICE_FILES, len(check.files))
    left = SLICE
    while check.done < end and left > 0:
        piece = check.files[check.done]
        said = reread(uow, piece)
        if said:
            check.findings = [*check.findings, {"nature": AUTHENTIC, "passed": False, "text": said, "files": [piece["place"]]}]
        left -= piece["size"]
        check.done, check.done_bytes = check.done + 1, check.done_bytes + piece["size"]


def reread(uow: UnitOfWork, piece: dict[str, Any]) -> str:
    """Return what is wrong with the bytes of a file, "" when they are what was filed."""
    try:
        with content(uow, piece["sha256"]) as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]  # every store's has readinto
    except NotFound:
        return _("“{title}”的文件不在存储中。", title=piece["title"])
    if found != piece["sha256"]:
        return _("“{title}”的内容与归档时不一致。", title=piece["title"])
    return ""


def conclude(uow: UnitOfWork, handover: Handover, check: HandoverCheck) -> None:
    """Judge the four natures. What passed goes to the urban archive; what did not is closed with its findings."""
    pieces = [Piece(**row) for row in check.files]
    findings = [*authentic(uow, check, pieces), *check.findings, *usable(uow, handover, check), *safe_ones(check)]
    failed = [row["nature"] for row in findings if not row["passed"]]
    if failed:
        check.findings = findings
        handover.failed_at = uow.at
        ledger.append(uow, "archive-handover.failed", handover, data={"natures": sorted(set(failed))})
        tell_owner(uow, handover, _("工程档案移交检测未通过"), "、".join(dict.fromkeys(failed)))
        return
    written = write_papers(uow, handover.project, handover.number, pieces, findings, [])
    proved = finding(AUTHENTIC, [], _("随包附有全部 {count} 份文件的账本证明。", count=written.proved))
    check.findings = sorted([*findings, proved], key=lambda row: NATURES.index(row["nature"]))
    handover.papers = dict(written.papers)
    handover.manifest_sha256, handover.catalogue_sha256 = written.papers[MANIFEST], written.papers[CATALOGUE]
    handover.sent_at, handover.size = uow.at, check.total_bytes
    ledger.append(uow, "archive-handover.sent", handover,
                  files=documents.refs(uow, *written.papers.values()))
    tell_archive(uow, handover)


def authentic(uow: UnitOfWork, check: HandoverCheck, pieces: Sequence[Piece]) -> list[dict[str, Any]]:
    """Every file is what was filed, and an event of the ledger names it."""
    without = unnamed(uow, pieces)
    if without:
        return [finding(AUTHENTIC, without, _("{count} 份文件在存证账本中没有记载。", count=len(without)))]
    if any(row["nature"] == AUTHENTIC for row in check.findings):
        return []
    return [finding(AUTHENTIC, [], _("{count} 份文件逐一重算 SHA-256，均与归档时一致。", count=len(check.files)))]


def usable(uow: UnitOfWork, handover: Handover, check: HandoverCheck) -> list[dict[str, Any]]:
    """Formats nobody but their maker can read are named; what the rules do not know at all does not pass."""
    rules = standards.archive_rules(uow.session, handover.project.region, uow.today)
    strange = [row["place"] for row in check.files if rules.format(row["media_type"]) is None]
    closed = [row["place"] for row in check.files if (known := rules.format(row["media_type"])) and not known.open]
    short = [row["place"] for row in check.files if row["lasting"] == "none"]
    if strange:
        return [finding(USABLE, strange, _("{count} 份文件的格式不在归档格式表中。", count=len(strange)))]
    return [finding(USABLE, [], _("格式均在归档格式表中；格式未公开的 {closed} 份，没有长期格式副本的 {short} 份。",
                                  closed=len(closed), short=len(short)))]


def safe_ones(check: HandoverCheck) -> list[dict[str, Any]]:
    """Every file was looked into when it came in; what an examination found since does not pass."""
    flawed = [row["place"] for row in check.files if row["flaw"]]
    text = _("文件接收时均已检查，无脚本、无加密、无嵌入程序。")
    return [finding(SAFE, flawed, _("{count} 份文件检查发现问题。", count=len(flawed)) if flawed else text)]


def finding(nature: str, files: Sequence[str], text: str) -> dict[str, Any]:
    return {"nature": nature, "passed": not files, "text": text, "files": list(files[:LISTED])}
