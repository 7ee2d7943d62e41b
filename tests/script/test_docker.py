"""Dockerfile and docker-compose.yml against the scripts: without a Docker engine, agreement can be tested."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.script.checkout import settings_read

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
OURS = ("setup", "web", "live", "worker")
# These two are Docker's and Python's own, no settings of City Eye.
PYTHON = {"PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}


def shell(functions: str) -> str:
    """What bash prints for `functions`, with the scripts' own functions at hand."""
    sources = "source script/lib.sh; source script/packages.sh; source script/postgres.sh; "
    done = subprocess.run(["bash", "-c", sources + functions], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout


def instructions(word: str) -> list[str]:
    return re.findall(rf"^{word} +(.+)$", DOCKERFILE, flags=re.MULTILINE)


def test_the_settings_are_found_in_the_code() -> None:
    assert {"DATABASE_URL", "SECRET_KEY", "ALLOWED_HOSTS", "SMS_GATEWAY_URL"} <= settings_read()


def test_the_image_has_the_packages_that_bootstrap_would_install_for_a_given_database() -> None:
    hidden = "command() { return 1; }; find_python() { return 0; }; npm() { return 0; }; "
    packages = re.search(r"apt-get install -y --no-install-recommends ([a-z0-9. -]+?) +&&", DOCKERFILE)
    assert packages is not None

    assert packages[1].split() == shell(hidden + "DATABASE_URL=given missing_packages").split()


@pytest.mark.parametrize(("system", "version"), [("debian-12", "15"), ("debian-13", "17"), ("ubuntu-24.04", "16")])
def test_bootstrap_takes_the_server_of_each_distribution(system: str, version: str) -> None:
    printed = shell(f"distribution() {{ echo {system}; }}; server_packages")

    assert printed.split() == [f"postgresql-{version}", f"postgresql-{version}-postgis-3"]


def test_the_database_is_of_a_version_that_the_scripts_run_on() -> None:
    major = COMPOSE["services"]["db"]["image"].removeprefix("postgis/postgis:").split("-")[0]

    versions = [
        shell(f"distribution() {{ echo {system}; }}; server_packages").split()[0]
        for system in ("debian-12", "debian-13", "ubuntu-24.04")
    ]

    assert f"postgresql-{major}" in versions


def test_both_locks_are_installed_as_bootstrap_does() -> None:
    bootstrap = (ROOT / "script" / "bootstrap").read_text()

    for option in ("--no-deps", "--require-hashes"):
        assert option in bootstrap
        assert any(option in run and "requirements.lock" in run for run in instructions("RUN"))
    npm = re.search(r"npm ci( --[a-z-]+)+", bootstrap)
    assert npm is not None
    assert npm[0] in instructions("RUN")
    assert {"requirements.lock", "package-lock.json"} <= set(" ".join(instructions("COPY")).split())


def test_its_python_is_new_enough_for_the_project() -> None:
    version = re.search(r"^FROM python:(\d+)\.(\d+)", DOCKERFILE, flags=re.MULTILINE)

    assert version is not None
    assert (3, 11) <= (int(version[1]), int(version[2])) <= (3, 13)


def test_no_process_of_ours_runs_as_root() -> None:
    assert instructions("USER") == ["cityeye"]
    assert DOCKERFILE.index("\nUSER") > max(found.start() for found in re.finditer(r"\nRUN", DOCKERFILE))


@pytest.mark.parametrize("service", ["web", "live", "worker"])
def test_the_services_run_the_scripts(service: str) -> None:
    script, *options = COMPOSE["services"][service]["command"]

    assert script in {"script/server", "script/live", "script/worker"}
    assert (ROOT / script).stat().st_mode & 0o111
    known = re.findall(r"^    (--[a-z]+)\)", (ROOT / script).read_text(), flags=re.MULTILINE)
    assert set(options[::2]) <= set(known)


def test_the_image_serves_by_itself_as_the_web_service_does() -> None:
    assert instructions("CMD")[-1] == str(COMPOSE["services"]["web"]["command"]).replace("'", '"')


def test_one_port_is_served_exposed_asked_for_health_and_published() -> None:
    command = COMPOSE["services"]["web"]["command"]
    port = command[command.index("--port") + 1]

    assert instructions("EXPOSE") == [port]
    assert f"http://127.0.0.1:{port}/healthz" in DOCKERFILE
    assert [published.rsplit(":", 1)[1] for published in COMPOSE["services"]["web"]["ports"]] == [port]
    assert f"port={port}" in (ROOT / "script" / "server").read_text()


def test_live_events_are_served_asked_for_health_published_and_told_to_maps_at_one_port() -> None:
    live = COMPOSE["services"]["live"]
    port = live["command"][live["command"].index("--port") + 1]

    assert f"http://127.0.0.1:{port}/healthz" in str(live["healthcheck"]["test"])
    assert [published.rsplit(":", 1)[1] for published in live["ports"]] == [port]
    assert f":{port}/api/v1/events}}" in live["environment"]["LIVE_URL"]
    assert f"port={port}" in (ROOT / "script" / "live").read_text()


def test_every_management_command_of_the_files_is_one_of_ours_or_of_django() -> None:
    from django.core.management import get_commands

    used = re.findall(r"manage\.py (\w+)", DOCKERFILE + str(COMPOSE["services"]))
    used += [words[2] for words in [COMPOSE["services"]["worker"]["healthcheck"]["test"][1:]]]

    assert set(used) - set(get_commands()) == set()


@pytest.mark.parametrize("service", OURS)
def test_every_variable_of_a_service_is_one_that_the_settings_read(service: str) -> None:
    assert set(COMPOSE["services"][service]["environment"]) - settings_read() == set()


@pytest.mark.parametrize("service", OURS)
def test_every_setting_of_photos_and_of_what_addresses_may_do_is_passed(service: str) -> None:
    wanted = {name for name in settings_read() if name.startswith(("PHOTO", "ANONYMOUS_"))} - {"PHOTO_FOLDER"}

    assert {"PHOTO_MAX_BYTES", "PHOTO_S3_BUCKET", "ANONYMOUS_PHOTOS_PER_HOUR"} <= wanted
    assert wanted - set(COMPOSE["services"][service]["environment"]) == set()


def test_what_is_left_out_has_the_default_of_the_settings() -> None:
    code = (ROOT / "config" / "settings.py").read_text() + (ROOT / "config" / "storage.py").read_text()
    defaults = dict(re.findall(r"\$\{([A-Z0-9_]+):-([^}]+)\}", (ROOT / "docker-compose.yml").read_text()))
    numbers = dict(re.findall(r'number\("([A-Z0-9_]+)", ([0-9_]+)\)', code))

    shared = defaults.keys() & numbers.keys()
    assert {"PHOTO_MAX_BYTES", "ANONYMOUS_REPORTS_PER_HOUR", "LIVE_MAX_CLIENTS"} <= shared
    assert {name: int(defaults[name]) for name in shared} == {name: int(numbers[name]) for name in shared}
    assert f'"PHOTO_S3_REGION", "{defaults["PHOTO_S3_REGION"]}"' in code
    assert f'"PHOTO_STORAGE", ("{defaults["PHOTO_STORAGE"]}"' in code


def test_photos_lie_in_a_volume_that_server_and_worker_share_or_in_a_bucket_whose_client_is_in_the_image() -> None:
    assert '"PHOTO_FOLDER", str(usual)' in (ROOT / "config" / "storage.py").read_text()
    assert 'storage.photos(LOCAL / "media")' in (ROOT / "config" / "settings.py").read_text()
    for service in OURS:
        assert "media:/app/.local/media" in COMPOSE["services"][service]["volumes"]
    lock = (ROOT / "requirements.lock").read_text()
    assert re.search(r"^django-storages==", lock, flags=re.MULTILINE)
    assert re.search(r"^boto3==", lock, flags=re.MULTILINE)


def test_every_variable_of_the_image_and_of_the_example_is_known() -> None:
    build = set(re.findall(r"\b([A-Z][A-Z0-9_]+)=", DOCKERFILE))
    example = set(re.findall(r"^#?([A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), flags=re.MULTILINE))
    compose = set(re.findall(r"\$\{([A-Z0-9_]+)", (ROOT / "docker-compose.yml").read_text()))

    assert build - settings_read() - PYTHON == set()
    assert example == compose
    assert compose - settings_read() == {"POSTGRES_PASSWORD"}


@pytest.mark.parametrize("name", ["SECRET_KEY", "POSTGRES_PASSWORD"])
def test_a_secret_has_no_default_and_its_absence_is_said(name: str) -> None:
    uses = re.findall(rf"\$\{{{name}([^}}]*)\}}", (ROOT / "docker-compose.yml").read_text())

    assert uses
    assert all(use.startswith(":?") and ".env" in use for use in uses)


def test_what_waits_waits_for_something_that_tells_of_its_health() -> None:
    services = COMPOSE["services"]
    for service in services.values():
        for name, condition in service.get("depends_on", {}).items():
            if condition["condition"] == "service_healthy":
                assert "test" in services[name]["healthcheck"]
    assert services["web"]["depends_on"]["setup"]["condition"] == "service_completed_successfully"


def test_what_a_checkout_has_made_stays_out_of_the_image() -> None:
    ignored = set((ROOT / ".dockerignore").read_text().split())

    assert {".git", ".local", ".venv", "node_modules", ".env"} <= ignored
