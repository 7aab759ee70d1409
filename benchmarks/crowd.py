"""Crowds of projects, written past the acts: COPY and INSERT … SELECT, as the superuser, triggers off.

What stands afterwards is what acts would have left, except for the ledger: no event tells of these rows, and
all papers name one document. Every project has two units, five firms and six terms (the contractor's leader
changed once), each with an authorisation and a pledge signed on the platform; `file_all` takes them on file.
"""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import UUID

import psycopg
from sqlalchemy import make_url

from benchmarks.ground import Ground
from registry.adapters import embedded
from registry.kernel.search import bigrams

FIRMS = 2_000
PLACES = ["历下", "市中", "槐荫", "天桥", "历城", "长清", "章丘", "济阳", "莱芜", "钢城", "平阴", "商河"]
ESTATES = [
    "海棠", "明湖", "泉景", "和平", "文博", "龙奥", "燕山", "佛山", "华山", "鹊山",
    "药山", "匡山", "凤凰", "雪山", "彩石", "港沟", "唐冶", "郭店", "孙村", "王舍",
    "奥体", "洪楼", "闵子", "辛甸", "山大", "甸柳", "解放", "千佛", "七里", "二环",
]
KINDS = ["小区", "花园", "公馆", "家园", "新城", "广场", "中心", "学校", "医院", "厂房", "安置房", "人才公寓"]
CREATED = datetime(2024, 3, 1, tzinfo=UTC)

PROJECT = (
    "id", "number", "name", "address", "region", "category", "structure", "permit_number", "oversight_number",
    "started_on", "grams", "created_at", "version",
)
ID = "md5('{}' || {})::uuid"       # the same id wherever a row is spoken of
ROLES = """(VALUES (0, 'owner', 'owner-leader'), (1, 'survey', 'survey-leader'), (2, 'design', 'design-leader'),
            (3, 'contractor', 'project-manager'), (4, 'supervision', 'chief-supervisor')) AS r(place, role, post)"""
PAPER = """
    INSERT INTO {table} (id, term_id, number, method, wording_id, wording_sha256, document_sha256, signed_on, signed_at,
                         signed_by_id, late, evidence)
    SELECT md5('{table}' || t.id)::uuid, t.id, '{prefix}-' || t.id, 'platform', e.id, e.content_sha256, repeat('0', 64),
           t.since, t.since, t.person_id, false, '{{"method": "totp", "hand": "drawn"}}'
    FROM term AS t, (SELECT id, content_sha256 FROM standard_edition WHERE kind = 'wording' ORDER BY id LIMIT 1) AS e
"""
DOCUMENT = "INSERT INTO document (sha256, size, media_type, stored_at) VALUES (repeat('0', 64), 1, 'application/pdf', now())"
UNITS = """
    INSERT INTO unit_project (id, project_id, number, name, structure, design_life_years, design_life_basis, created_at, version)
    SELECT md5(u.number || p.id)::uuid, p.id, u.number, u.number || ' 号楼', '', 50, '', p.created_at, 1
    FROM project AS p, (VALUES ('01'), ('02')) AS u(number)
"""
PARTICIPATIONS = f"""
    INSERT INTO participation (id, project_id, organisation_id, role, organisation_name, legal_representative,
                               licence_number, unit_numbers, since, created_at)
    SELECT {ID.format('part', 'p.id || r.place')}, p.id, o.id, r.role, o.name, o.legal_representative, '', '{{}}',
           p.started_on, p.created_at
    FROM (SELECT *, row_number() OVER (ORDER BY number) AS nth FROM project) AS p, {ROLES}, LATERAL (
        SELECT * FROM organisation WHERE uscc = 'F' || lpad(((p.nth * 5 + r.place) % {FIRMS})::text, 17, '0')
    ) AS o
"""
PEOPLE = f"""
    INSERT INTO person (id, name, identity_kind, identity_sealed, identity_index, identity_mask, phone_mask,
                        created_at, version)
    SELECT {ID.format('person', 'n')}, '李' || chr((19968 + n % 20000)::int) || chr((19968 + n / 7 % 20000)::int),
           'citizen', '\\x00', sha256(n::text::bytea), '3****************X', '', now(), 1
    FROM generate_series(0, (SELECT count(*) FROM participation) / 2) AS n
"""
TERMS = f"""
    INSERT INTO term (id, participation_id, person_id, person_name, post, shared, qualification_kind, qualification_number,
                      since, until, ended_reason, created_at)
    SELECT {ID.format('term', 'a.id || h.nth')}, a.id, w.id, w.name, r.post, false, '注册执业人员', '鲁' || a.nth,
           a.since + h.first, a.since + h.last, h.reason, a.created_at
    FROM (SELECT *, row_number() OVER (ORDER BY id) AS nth FROM participation) AS a JOIN {ROLES} ON r.role = a.role
    JOIN (VALUES (0, 0, NULL::int, NULL, false), (0, 0, 300, '工作调动', true), (1, 300, NULL, NULL, true))
         AS h(nth, first, last, reason, changed) ON h.changed = (a.role = 'contractor')
    JOIN person AS w ON w.id = {ID.format('person', '((a.nth * 3 + h.nth) % (SELECT count(*) FROM person))')}
"""
STATEMENTS = (
    DOCUMENT, UNITS, PARTICIPATIONS, PEOPLE, TERMS,
    PAPER.format(table="authorisation", prefix="SQ"), PAPER.format(table="pledge", prefix="CN"),
)
FILE_ALL = """
    INSERT INTO filing (id, term_id, pledge_id, authorisation_id, region, year, sequence, number, filed_on, filed_at, filed_by_id,
                        station_id, late)
    SELECT md5('filing' || t.id)::uuid, t.id, l.id, a.id, p.region, 2024, p.nth, 'ZR-' || p.region || '-2024-' || p.nth,
           t.since, t.since, md5('officer')::uuid, md5('station')::uuid, false
    FROM (SELECT *, row_number() OVER (PARTITION BY region ORDER BY created_at) AS nth FROM
          (SELECT t.id AS term_id, p.region, p.created_at FROM term AS t JOIN participation AS f ON f.id = t.participation_id
           JOIN project AS p ON p.id = f.project_id) AS every) AS p
    JOIN term AS t ON t.id = p.term_id JOIN pledge AS l ON l.term_id = t.id JOIN authorisation AS a ON a.term_id = t.id
"""


def settle(place: Ground, count: int) -> None:
    """Put `count` projects into an empty registry."""
    chance = random.Random(20140825)
    with superuser(place) as connection:
        with connection.cursor().copy(
            "COPY organisation (id, uscc, name, legal_representative, region, status, grams, created_at, version) FROM STDIN"
        ) as rows:
            for number in range(FIRMS):
                rows.write_row(firm(number))
        with connection.cursor().copy(f"COPY project ({', '.join(PROJECT)}) FROM STDIN") as rows:
            for row in projects(count, chance):
                rows.write_row(row)
        for statement in STATEMENTS:
            connection.execute(statement)
    tidy(place)


def file_all(place: Ground) -> None:
    with superuser(place) as connection:
        connection.execute(FILE_ALL)
    tidy(place)


def superuser(place: Ground) -> psycopg.Connection[tuple[object, ...]]:
    url = make_url(embedded.superuser_url(place.folder / "server"))
    connection = psycopg.connect(host=str(url.query["host"]), user=url.username, dbname=make_url(place.address).database)
    connection.execute("SET session_replication_role = replica")
    return connection


def tidy(place: Ground) -> None:
    """What autovacuum would have done by and by."""
    with superuser(place) as connection:
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")


def firm(number: int) -> tuple[object, ...]:
    name = f"{PLACES[number % len(PLACES)]}{ESTATES[number // 12 % len(ESTATES)]}第{number}建设有限公司"
    return (
        UUID(int=number + 1), f"F{number:017d}", name, f"赵{number}", "370102", "existing", bigrams(name), CREATED, 1,
    )


def projects(count: int, chance: random.Random) -> Iterator[tuple[object, ...]]:
    for number in range(count):
        place = number % len(PLACES)
        code = f"3701{place + 2:02d}2403{number:06d}"
        name = f"{chance.choice(ESTATES)}{chance.choice(KINDS)}{chance.randint(1, 40)}号地块{chance.choice('一二三四五六')}期"
        address = f"{PLACES[place]}区{chance.choice(ESTATES)}路{chance.randint(1, 999)}号"
        yield (
            UUID(int=10_000_000 + number), code, name, address, f"3701{place + 2:02d}", "房屋建筑工程", "", "", "",
            date(2024, 3, 1), bigrams(f"{name} {address} {code}"), CREATED, 1,
        )
