"""The gallery, served to a real Chromium."""

from collections.abc import Iterator
from threading import Thread

import pytest
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from tests.web.gallery import gallery_app


@pytest.fixture
def client() -> FlaskClient:
    return gallery_app().test_client()


@pytest.fixture(scope="module")
def gallery() -> Iterator[str]:
    """The address of the gallery."""
    server = make_server("127.0.0.1", 0, gallery_app(), threaded=True)
    serving = Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    serving.join()
    server.server_close()
