"""The law as it changes while buildings stand."""

from dataclasses import replace
from datetime import date

from registry.kernel.actor import SYSTEM
from registry.kernel.uow import Units
from registry.standards.actions import publish_edition
from registry.standards.drafts import shipped
from registry.standards.rules import NATION


def abolish_post(units: Units, key: str, since: date) -> None:
    """From `since` on, no edition knows the post any more; who held it held it all the same."""
    [newest] = [draft for draft in shipped() if draft.kind == "posts" and draft.region == NATION][-1:]
    assert isinstance(newest.content, list)
    left = [post for post in newest.content if post["key"] != key]
    assert len(left) < len(newest.content)
    with units.writing(SYSTEM) as uow:
        publish_edition(uow, replace(newest, version=f"without {key}", effective_from=since, content=left))
