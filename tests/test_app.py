"""How the parts are joined."""

from registry.app import engine_from
from registry.config import Config


def test_what_the_database_refuses_is_told_without_the_values(tmp_path):
    """They hold names and numbers of people, and a failure is written into logs and into job.error."""
    engine = engine_from(Config.from_env({"VAR": str(tmp_path)}))
    assert engine.hide_parameters
