"""What the archive keeps, the store is asked to refuse to delete, for as long as the class of the file demands."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from registry.archives.examining import examine_files
from registry.documents.models import key_of
from registry.kernel.actor import SYSTEM
from registry.kernel.uow import Units
from registry.standards.catalogues import Retention
from tests.archives.build import filed, offered


class Locking:
    """A store with object lock: it notes what it is asked to keep, and until when."""

    def __init__(self, store):
        self.store, self.kept = store, {}

    def __getattr__(self, name):
        return getattr(self.store, name)

    def retain(self, key, until):
        self.kept[key] = until
        return True


@pytest.mark.parametrize(("retention", "years"), [
    (Retention.PERMANENT, 100), (Retention.LONG, 50), (Retention.SHORT, 10),
])
def test_each_class_is_kept_its_own_time(site, retention, years):
    [file] = filed(site, offered(retention=retention))
    store = Locking(site.units.tools.store)
    locking = Units(site.units.bind, replace(site.units.tools, store=store))
    with locking.writing(SYSTEM) as uow:
        examine_files(uow, [str(file.id)])
        examine_files(uow, [str(file.id)])   # asked again, nothing is shortened
    assert store.kept == {key_of(file.document_sha256): datetime(2026 + years, 3, 2, tzinfo=UTC)}
