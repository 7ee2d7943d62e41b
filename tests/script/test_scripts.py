"""What every script owes its users: a place in the documents, one sentence where something is missing."""

import os
import re
import socket
import subprocess
from pathlib import Path

import pytest

from tests.script.checkout import ROOT, Checkout, settings_read

SCRIPTS = sorted(path for path in (ROOT / "script").iterdir() if path.suffix == "" and path.is_file())
names = pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)


def run(script: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [script, *words],
        env=os.environ | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@names
def test_a_script_can_be_run_and_says_what_it_is_for(script: Path) -> None:
    shebang, about, *_ = script.read_text().splitlines()

    assert os.access(script, os.X_OK)
    assert shebang == "#!/usr/bin/env bash"
    assert about.startswith(f"# script/{script.name}")


@names
def test_a_script_is_told_of_in_the_operations_document(script: Path) -> None:
    assert f"`script/{script.name}" in (ROOT / "docs" / "operations.md").read_text()


@pytest.mark.parametrize("name", sorted(settings_read()))
def test_a_setting_is_told_of_in_the_operations_document(name: str) -> None:
    assert f"`{name}`" in (ROOT / "docs" / "operations.md").read_text()


@names
def test_a_script_fits_on_a_page_or_little_more(script: Path) -> None:
    assert len(script.read_text().splitlines()) <= 120


@names
def test_a_script_parses(script: Path) -> None:
    subprocess.run(["bash", "-n", script], check=True)


@pytest.mark.parametrize("name", ["bootstrap", "cluster", "demo", "live", "lock", "messages", "server"])
def test_an_unknown_option_is_answered_with_the_known_ones(name: str) -> None:
    done = run(ROOT / "script" / name, "--nonsense")

    assert done.returncode == 1
    assert done.stderr.startswith(f"script/{name} ")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--port", "0"], "--port takes a number from 1 to 65535."),
        (["--port", "65536"], "--port takes a number from 1 to 65535."),
        (["--port", "eight"], "--port takes a number from 1 to 65535."),
        (["--reports", "-1"], "--reports takes a number from 0 to 9999999."),
        (["--port"], "A number is missing after that option."),
    ],
)
def test_the_demo_refuses_a_number_that_is_none(words: list[str], sentence: str) -> None:
    done = run(ROOT / "script" / "demo", *words)

    assert (done.returncode, done.stderr) == (1, sentence + "\n")


def test_the_demo_says_that_its_port_is_taken_before_it_does_anything() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run(ROOT / "script" / "demo", "--port", str(port))

    assert (done.returncode, done.stderr) == (1, f"Port {port} is taken: choose another with --port N.\n")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("nonsense", "DATABASE_URL is no address of the form"),
        ("mysql://user@host/name", "DATABASE_URL is no address of the form"),
        ("postgresql://user@host:port/name", "DATABASE_URL is no address of the form"),
        ("postgresql://user@127.0.0.1:1/name", "The database that DATABASE_URL names does not answer: "),
    ],
)
def test_a_database_that_cannot_be_used_is_told_in_one_sentence(url: str, sentence: str) -> None:
    done = run(ROOT / "script" / "bootstrap", DATABASE_URL=url)

    assert done.returncode == 1
    assert done.stderr.startswith(sentence)
    assert done.stderr.count("\n") == 1


def test_a_database_without_postgis_is_told_in_one_sentence(checkout: Checkout) -> None:
    checkout.cluster("start")
    checkout.execute("CREATE ROLE plain LOGIN PASSWORD 'plain'", "CREATE DATABASE plain OWNER plain")
    url = re.sub(r"//.*@/cityeye", "//plain:plain@/plain", checkout.url)

    done = run(ROOT / "script" / "bootstrap", DATABASE_URL=url)

    assert done.returncode == 1
    assert done.stderr.startswith("The database that DATABASE_URL names lacks postgis")
    assert done.stderr.count("\n") == 1


def test_a_database_that_lets_its_user_add_postgis_is_taken_as_it_is(checkout: Checkout) -> None:
    checkout.cluster("start")

    done = run(ROOT / "script" / "bootstrap", DATABASE_URL=checkout.url)

    assert (done.returncode, done.stderr) == (0, "")
    assert checkout.ask("SELECT count(*) FROM pg_extension WHERE extname = 'postgis'") == "0"


def test_who_may_not_install_is_told_what_to_ask_for(checkout: Checkout) -> None:
    """With the tools hidden and no right to install them."""
    hidden = """
        source script/lib.sh; source script/packages.sh; source script/postgres.sh; make_local
        distribution() { echo ubuntu-24.04; }; find_server() { return 1; }; may_install() { return 1; }
        has_chromium() { return 1; }; find_python() { return 1; }; npm() { return 1; }
        command() { [ "$2" = apt-get ]; }; has_pango() { return 1; }
        install_packages $(missing_packages --browser)
    """
    done = subprocess.run(
        ["bash", "-c", hidden],
        cwd=checkout.folder,
        env=checkout.environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    pango = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
    wanted = f"postgresql-16 postgresql-16-postgis-3 gdal-bin gettext {pango} python3-venv nodejs npm"
    assert (done.returncode, done.stderr) == (1, f"Ask the administrator for: apt-get install {wanted}\n")


def test_a_checkout_where_nothing_is_missing_is_left_as_it_is() -> None:
    marks = [
        ROOT / ".venv" / ".requirements",
        ROOT / "node_modules" / ".complete",
        ROOT / ".local" / "secret-key",
    ]
    before = [mark.stat().st_mtime_ns for mark in marks]

    done = run(ROOT / "script" / "bootstrap")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [mark.stat().st_mtime_ns for mark in marks] == before


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_package_has_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    packages = re.findall(
        r"^\S+==\S+(?: ; [^\\\n]+)? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n?)+)", text, flags=re.M
    )

    assert len(packages) == len(re.findall(r"^\w", text, flags=re.M))
    assert "://" not in text


def test_the_browser_s_lock_has_hashes_and_no_address() -> None:
    text = (ROOT / "package-lock.json").read_text()

    assert '"resolved"' not in text
    assert text.count('"integrity"') == text.count('"node_modules/')
