"""The catalogue of roles and posts that comes with the registry."""

import pytest

from registry.exchange.consistency import Catalogue
from registry.standards import kinds
from registry.standards.drafts import shipped


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    drafts = {(draft.kind, draft.version): draft.content for draft in shipped() if draft.region == "000000"}
    roles = next(content for (kind, _version), content in drafts.items() if kind == kinds.ROLES.name)
    return Catalogue(kinds.ROLES.read(roles), kinds.POSTS.read(drafts[kinds.POSTS.name, "2014-1"]))
