"""Where a WSGI server, and the `flask` command, find the application."""

import os

from registry.app import create_app
from registry.config import Config

app = create_app(Config.from_env(os.environ))
