"""Photos that must not be taken twice: what came with a form that was refused is held as uploads.

A site has one bar of signal and wet gloves. The next try names the uploads and sends nothing again.
"""

from collections.abc import Sequence
from uuid import UUID

from registry import policy
from registry.documents.actions import Offer, SentFile, upload_whole
from registry.documents.models import UploadState
from registry.kernel.errors import Invalid
from registry.kernel.staging import StagedFile
from registry.kernel.uow import UnitOfWork
from registry.policy import ANYWHERE, Permission


def hold(uow: UnitOfWork, sent: Sequence[UUID | SentFile]) -> list[UUID]:
    """Hold files that came with a form as finished uploads of the actor's, and return their numbers in order.

    What is an upload already stays one; a file that may not be kept is left out, since the refusal has named it.
    """
    policy.require(uow.actor, Permission.DOCUMENT_UPLOAD, ANYWHERE)
    held = [one if isinstance(one, UUID) else held_file(uow, one) for one in sent]
    return [number for number in held if number is not None]


def held_file(uow: UnitOfWork, sent: SentFile) -> UUID | None:
    staged = sent.stream
    if not isinstance(staged, StagedFile):
        return None
    try:
        done = upload_whole(uow, Offer(sent.filename or "", sent.mimetype, staged.size), staged)
    except Invalid:
        return None
    return done.id if done.state is UploadState.COMPLETE else None
