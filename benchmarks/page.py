"""The page of one project, signed in, against the same rows by bare psycopg in an empty Flask view.

Twelve firms, twenty terms, every pair signed and on file. Both sides are WSGI applications called in this
process by werkzeug's client, one call after the other, taking turns:

    page    GET /projects/<id> by an officer: the whole application, session, policy, queries, templates
    floor   a Flask application with one view: the same rows, session and frame included, by hand-written
            SQL through one open psycopg connection, one SELECT a table, answered with how many they were.
            How far the building has come and what happened lately are one SELECT each, of the tables this
            project has rows in and of the first table of each storey it has none in; the page asks all sixty
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
from flask import Flask
from sqlalchemy import make_url, text

from benchmarks.ground import Ground, Site, build_site, ground
from benchmarks.measuring import Effort, Line, Measured, Sense, in_turn
from tests.accounts.visiting import application, entered

BAR = 3.0
ROUNDS = {Effort.FULL: 30, Effort.QUICK: 5}
CALLS = 10

SESSION = """
    SELECT s.*, a.person_id, a.organisation_id, a.name, o.name,
           (SELECT array_agg(role) FROM account_grant WHERE account_id = a.id AND until IS NULL),
           (SELECT region FROM account_grant WHERE account_id = a.id AND until IS NULL AND region <> '' LIMIT 1),
           (SELECT count(*) FROM notice WHERE person_id = a.person_id AND opened_at IS NULL)
    FROM account_session AS s JOIN account AS a ON a.id = s.account_id LEFT JOIN organisation AS o ON o.id = a.organisation_id
    WHERE s.account_id = %(account)s AND s.ended_at IS NULL
"""
TERMS = "SELECT t.id FROM term AS t JOIN participation AS p ON p.id = t.participation_id WHERE p.project_id = %(project)s"
UNITS = "SELECT id FROM unit_project WHERE project_id = %(project)s"
ROWS = (
    SESSION,
    "SELECT * FROM project WHERE id = %(project)s",
    "SELECT * FROM unit_project WHERE project_id = %(project)s ORDER BY number",
    "SELECT * FROM participation WHERE project_id = %(project)s ORDER BY role, since, id",
    f"SELECT * FROM term WHERE id IN ({TERMS}) ORDER BY since, id",
    f"SELECT * FROM authorisation WHERE term_id IN ({TERMS}) AND withdrawn_at IS NULL",
    f"SELECT * FROM pledge WHERE term_id IN ({TERMS}) AND withdrawn_at IS NULL",
    f"SELECT * FROM filing WHERE term_id IN ({TERMS})",
    """SELECT * FROM plaque WHERE superseded_at IS NULL
       AND unit_project_id IN (SELECT id FROM unit_project WHERE project_id = %(project)s)""",
    """SELECT id, kind, key, region, version, effective_from, title, source, status, note, content_sha256, entered_at
       FROM standard_edition WHERE kind IN ('roles', 'posts') AND region IN ('370102', '370100', '370000', '000000')""",
    f"""SELECT
          (SELECT count(*) FROM drawing_set WHERE project_id = %(project)s),
          (SELECT count(*) FROM design_change WHERE project_id = %(project)s AND withdrawn_at IS NULL),
          (SELECT count(*) FROM batch WHERE project_id = %(project)s),
          (SELECT count(*) FROM lot WHERE withdrawn_at IS NULL AND unit_project_id IN ({UNITS})),
          (SELECT count(*) FROM lot_result WHERE superseded_at IS NULL AND unit_project_id IN ({UNITS})),
          (SELECT count(*) FROM completion_round WHERE ended_at IS NULL AND unit_project_id IN ({UNITS})),
          (SELECT count(*) FROM archive_file WHERE project_id = %(project)s),
          (SELECT count(*) FROM archive_handover WHERE project_id = %(project)s)""",
    f"""SELECT e.id, e.at, e.kind FROM ledger_event AS e JOIN (
          SELECT 'project', id FROM project WHERE id = %(project)s
          UNION ALL SELECT 'unit_project', id FROM unit_project WHERE project_id = %(project)s
          UNION ALL SELECT 'participation', id FROM participation WHERE project_id = %(project)s
          UNION ALL SELECT 'term', id FROM ({TERMS}) AS t
          UNION ALL SELECT 'authorisation', id FROM authorisation WHERE term_id IN ({TERMS})
          UNION ALL SELECT 'pledge', id FROM pledge WHERE term_id IN ({TERMS})
          UNION ALL SELECT 'filing', id FROM filing WHERE term_id IN ({TERMS})
          UNION ALL SELECT 'change_of_leader', id FROM change_of_leader WHERE incoming_term_id IN ({TERMS})
        ) AS ours (subject_table, subject_id) USING (subject_table, subject_id)
        ORDER BY e.at DESC, e.id LIMIT 20""",
)


def floor(address: str, account: UUID, project: UUID) -> Flask:
    url = make_url(address)
    connection = psycopg.connect(host=str(url.query["host"]), user=url.username, dbname=url.database)
    app = Flask("floor")
    asked = {"account": account, "project": project}

    app.config["PROPAGATE_EXCEPTIONS"] = True  # a floor that fails must not pass for a fast one

    @app.get("/")
    def rows() -> str:
        count = 0
        with connection.transaction(), connection.cursor() as cursor:
            for query in ROWS:
                count += len(cursor.execute(query.encode(), asked).fetchall())
        return str(count)

    return app


def visitor(place: Ground, site: Site) -> Callable[[], object]:
    browser = entered(application(place.units), place.units, site.officer)
    path = f"/projects/{site.project}"

    def visit() -> str:
        answer = browser.get(path)
        assert answer.status_code == 200
        return answer.text

    return visit


def measure(effort: Effort) -> Measured:
    with ground() as place:
        site = build_site(place)
        visit = visitor(place, site)
        assert site.officer.account is not None
        client = floor(place.address, site.officer.account, site.project).test_client()
        with place.engine.begin() as connection:
            connection.execute(text("ANALYZE"))
        taken = in_turn({"page": visit, "floor": lambda: client.get("/").text}, ROUNDS[effort], CALLS)
    figures: dict[str, Any] = {name: took.plain() for name, took in taken.items()}
    ratio = figures["page"]["p50_ms"] / figures["floor"]["p50_ms"]
    return Measured([Line("项目页 ÷ 裸 psycopg + 空视图 (p50)", Sense.AT_MOST, BAR, round(ratio, 2))], figures)
