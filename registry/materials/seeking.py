"""What a person looks for, from the words he typed."""

from sqlalchemy import select

from registry import policy
from registry.kernel.errors import Invalid
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.materials.arriving import tidy_number
from registry.materials.reach import Sought, Target
from registry.parties.models import Organisation
from registry.policy import Permission


def sought_by(uow: UnitOfWork, target: Target, word: str, uscc: str = "", kind: str = "") -> Sought:
    """Return what a person looks for. `uscc`: the firm, or for a batch or product its producer, where known.

    Raises Invalid when nothing is named or the firm is not in the registry.
    """
    policy.require(uow.actor, Permission.RECALL_ANNOUNCE, policy.Scope(region=uow.actor.region))
    firm = uow.session.scalar(select(Organisation.id).where(Organisation.uscc == uscc.strip().upper())) if uscc else None
    if uscc and firm is None:
        raise Invalid(_("没有统一社会信用代码为 {uscc} 的单位。", uscc=uscc), field="uscc")
    if target in {Target.PRODUCER, Target.SUPPLIER} and firm is None:
        raise Invalid(_("请填写单位的统一社会信用代码。"), field="uscc")
    if target in {Target.BATCH, Target.PRODUCT} and not word.strip():
        raise Invalid(_("请填写炉批号或产品名称。"), field="word")
    return Sought(
        target, tidy_number(word) if target is Target.BATCH else "", firm, kind,
        " ".join(word.split()) if target is Target.PRODUCT else "",
    )
