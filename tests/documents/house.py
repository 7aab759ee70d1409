"""The doors of documents, with nothing else of the house around them, and a form that takes a file."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask, jsonify, render_template_string
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import select
from werkzeug.serving import make_server

from registry.documents import actions, queries, views
from registry.documents.kinds import EVIDENCE
from registry.documents.models import Document
from registry.kernel.actor import Actor
from registry.kernel.errors import Refusal
from registry.kernel.text import later
from registry.kernel.uow import Units
from registry.policy import Permission
from registry.web import uploads
from registry.web.door import door, guard, reading, writing
from registry.web.fields import Form, Needed
from registry.web.files import send_document, show_document
from registry.web.uploads import DocumentField

PAGE = """<!doctype html><title>x</title>
<script type="module" src="/static/js/upload.js"></script>
<form method="post" enctype="multipart/form-data">{{ form.csrf_token }}
<div data-upload="/uploads"><label for="scan">扫描件</label>{{ form.scan() }}
<p role="status"></p><progress max="100" value="0" hidden></progress></div>
<ul>{% for said in form.errors.values() %}<li>{{ said }}</li>{% endfor %}</ul><button>提交</button></form>"""


class ScanForm(Form):
    scan = DocumentField(later("扫描件"), [Needed()])


def build(units: Units, who: Callable[[], Actor], *, csrf: str = "on") -> Flask:
    app = Flask("house", static_folder="../../registry/static", root_path=__file__.rpartition("/")[0])
    app.config.update(SECRET_KEY="for tests alone", WTF_CSRF_ENABLED=csrf == "on", MAX_CONTENT_LENGTH=2 << 30)
    guard(app, units, who)
    uploads.install(app)
    CSRFProtect(app)
    app.register_blueprint(views.bp)
    app.add_url_rule("/scan", view_func=scan, methods=["GET", "POST"])
    app.add_url_rule("/files/<way>/<sha256>", view_func=file)
    app.register_error_handler(Refusal, lambda no: (str(no), no.status))
    return app


@door(Permission.DOCUMENT_UPLOAD)
def scan() -> ResponseReturnValue:
    form = ScanForm()
    if form.validate_on_submit():
        with form.blaming(), writing() as uow:
            kept = actions.take(uow, form.scan.data, EVIDENCE)
            return jsonify(sha256=kept.sha256, name=kept.name, size=kept.size, media_type=kept.media_type)
    return render_template_string(PAGE, form=form), 422 if form.errors else 200


@door(Permission.DOCUMENT_UPLOAD)
def file(way: str, sha256: str) -> ResponseReturnValue:
    answer = {"show": show_document, "send": send_document}[way]
    with reading() as uow:
        return answer(queries.readable(uow, sha256, '承诺书"\r\n;'))


def documents(units: Units) -> dict[str, int]:
    """Return the hash and size of every document there is."""
    with units.reading(Actor(name="system")) as uow:
        return {row.sha256: row.size for row in uow.session.scalars(select(Document))}


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve the house on the loopback and yield its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
