"""The whole application, joined but never asked anything: enough to look at its doors."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine

from registry.app import create_app, tools_from
from registry.config import Config
from registry.kernel.uow import Units


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder: Path = tmp_path_factory.mktemp("house")
    config = Config.from_env({"VAR": str(folder)})
    nowhere = create_engine("postgresql+psycopg://nowhere.invalid/nothing")
    return create_app(config, Units(nowhere, tools_from(config)))
