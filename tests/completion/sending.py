"""Files as a form sends them."""

import io

from werkzeug.datastructures import FileStorage


def sent(data: bytes, name: str) -> FileStorage:
    return FileStorage(io.BytesIO(data), name, content_type="image/jpeg")
