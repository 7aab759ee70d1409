"""What a passer-by said is kept as it was said: its words are in no event, and yet cannot be changed unseen."""

from sqlalchemy import select, text

from registry.kernel.actor import NOBODY, SYSTEM
from registry.ledger.audit import audit
from registry.ledger.models import LedgerEvent
from registry.plaques.actions import report_wrong_plaque
from tests import build as house
from tests.plaques.build import accepted, issued
from tests.schema import lay_down_the_law


def findings(units):
    return [(one.check, one.table, one.row, one.column) for one in audit(units, units.tools.store).findings]


def test_the_words_of_a_report_cannot_be_changed_unseen(committed, clock):
    with committed.bind.begin() as connection:
        lay_down_the_law(connection)
    plaque = issued(accepted(house.filed_site(committed), clock))
    with committed.writing(NOBODY) as uow:
        report = report_wrong_plaque(uow, plaque.code, "differs", "王师傅说名字刻错了", "")
    assert findings(committed) == []
    with committed.writing(SYSTEM) as uow:
        bodies = b"".join(uow.session.scalars(select(LedgerEvent.body)))
        uow.session.execute(text("SET LOCAL session_replication_role = replica"))
        uow.session.execute(text("UPDATE wrong_plaque_report SET words = '没有问题'"))
    assert "王师傅".encode() not in bodies
    assert findings(committed) == [("personal.differs", "wrong_plaque_report", str(report.id), "words")]
