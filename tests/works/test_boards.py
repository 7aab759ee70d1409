"""The code on a printed board and on a label is read with other eyes than ours."""

import pytest

from registry.works.marks import board_pdf
from tests.adapters.reading import codes_read, picture_of
from tests.works import build


@pytest.mark.parametrize("size", ["board", "label"])
def test_the_code_on_the_paper_leads_to_the_page_of_the_mark(building, units, size):
    mark = build.mark(building, build.lot(building).id)
    with units.reading(building.leaders["site/quality-inspector"]) as uow:
        paper = board_pdf(uow, mark.id, size)
        address = f"{uow.tools.base_url}/R/{mark.code}".upper()
    assert codes_read(picture_of(paper, 200)) == [address]
