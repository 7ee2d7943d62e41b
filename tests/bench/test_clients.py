"""The clients count answers, not failures, whichever of them asks."""

import os
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from django.db import connection

from bench import clients
from bench.clients import HTTP, SQL, Failed, if_none_match
from bench.servers import NotServing, Server
from bench.statements import STORE, Statement
from config import environment

every_client = pytest.mark.parametrize(
    "slow",
    [
        True,
        pytest.param(False, marks=pytest.mark.skipif(clients.WRK is None, reason="wrk is not installed")),
    ],
    ids=["ours", "wrk"],
)


@pytest.fixture(autouse=True)
def _addresses(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "STORE", tmp_path / STORE.name)


@pytest.fixture
def asking(live_server):
    """A client of the test's own server."""

    def make(*addresses: str, slow: bool) -> HTTP:
        server = Server(port=urlsplit(live_server.url).port, pid=os.getpid())
        return HTTP(server=server, addresses=addresses, connections=2, slow=slow)

    return make


@every_client
def test_answers_are_counted_and_cost_processor_time(asking, slow: bool):
    speed = asking("/healthz", "/api/v1/categories", slow=slow).run(seconds=1, offset=1)

    assert speed.per_second > 0
    assert speed.median_ms > 0
    assert speed.cpu_ms is not None
    assert speed.cpu_ms > 0


@every_client
def test_an_answer_that_is_no_success_ends_the_bench(asking, slow: bool):
    with pytest.raises(Failed):
        asking("/healthz", "/api/v1/nothing", slow=slow).run(seconds=1, offset=0)


@every_client
def test_a_validator_that_goes_with_an_address_is_answered_with_304(asking, slow: bool):
    asked = asking("/api/v1/reports?limit=1", "/api/v1/clusters?zoom=3", slow=slow)
    etags = [asked.server.ask(address)[1] for address in asked.addresses]
    assert all(etags)

    before = asked.server.ask(asked.addresses[1], if_none_match(etags[1:]))
    assert (before[0], before[2]) == (304, b"")
    assert replace(asked, etags=etags).run(seconds=1, offset=1).per_second > 0


def test_a_validator_that_does_not_hold_ends_the_bench(asking):
    with pytest.raises(Failed, match="status 200"):
        replace(asking("/api/v1/reports?limit=1", slow=True), etags=['"another"']).run(seconds=1, offset=0)


def test_a_refusal_is_told_with_its_status(asking):
    with pytest.raises(NotServing, match="/api/v1/nothing is answered with 404"):
        asking("/healthz", slow=True).server.fetch("/api/v1/nothing")


def bare_sql(sql: str) -> SQL:
    name = connection.settings_dict["NAME"]
    url = urlsplit(environment.database_url())._replace(path=f"/{name}").geturl()
    return SQL(url=url, statements=[Statement(sql, [1])], connections=2)


# From Python 3.12 on a fork warns where other tests have left threads.
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_bare_statements_are_counted(db):
    speed = bare_sql("SELECT %s").run(seconds=1, offset=0)

    assert speed.per_second > 0
    assert speed.cpu_ms is None


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_bare_statement_that_fails_ends_the_bench(db):
    with pytest.raises(Failed, match=r"bare SQL: .*division by zero"):
        bare_sql("SELECT %s / 0").run(seconds=1, offset=0)
