"""The private cluster: closed to others, healed after a crash, stopped by the last who leaves."""

import os
import shutil
import signal
import stat
import subprocess
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import dj_database_url
import pytest

from tests.script.checkout import Checkout

pytestmark = pytest.mark.long


def socket_folder(checkout: Checkout) -> Path:
    return Path(parse_qs(urlsplit(checkout.url).query)["host"][0])


def home(checkout: Checkout) -> Path:
    return Path(checkout.ask("SHOW data_directory")).parent


def server(checkout: Checkout) -> int:
    return int((home(checkout) / "data" / "postmaster.pid").read_text().splitlines()[0])


def end(holder: subprocess.Popen[str], sent: signal.Signals) -> int:
    os.killpg(holder.pid, sent)
    holder.communicate(timeout=60)
    return holder.returncode


def test_a_new_cluster_is_closed_to_everybody_else(checkout: Checkout) -> None:
    assert checkout.cluster("start").returncode == 0

    assert checkout.ask("SHOW listen_addresses") == ""
    assert checkout.ask("SHOW TimeZone") == "UTC"
    assert checkout.ask("SHOW server_encoding") == "UTF8"
    assert checkout.ask("SHOW fsync") == "on"
    assert checkout.ask("SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == "True"
    assert stat.S_IMODE(socket_folder(checkout).stat().st_mode) == 0o700
    assert len(str(socket_folder(checkout))) < 90
    assert stat.S_IMODE((checkout.folder / ".local" / "database-url").stat().st_mode) == 0o600
    assert "trust" not in {line.split()[-1] for line in hba(checkout)}


def hba(checkout: Checkout) -> list[str]:
    lines = (home(checkout) / "data" / "pg_hba.conf").read_text().splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def test_its_address_is_one_that_the_settings_read(checkout: Checkout) -> None:
    checkout.cluster("start")

    parsed = dj_database_url.parse(checkout.url)

    assert (parsed["NAME"], parsed["USER"]) == ("cityeye", "cityeye")
    assert parsed["OPTIONS"] == {"host": str(socket_folder(checkout)), "port": 5432}


def test_starting_it_again_changes_nothing(checkout: Checkout) -> None:
    checkout.cluster("start")
    before = (server(checkout), checkout.url)

    again = checkout.cluster("start")

    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert (server(checkout), checkout.url) == before


def test_after_a_crash_it_starts_with_its_data(checkout: Checkout) -> None:
    checkout.cluster("start")
    identity = checkout.ask("SELECT system_identifier FROM pg_control_system()")
    os.kill(server(checkout), signal.SIGKILL)
    assert not checkout.running

    assert checkout.cluster("start").returncode == 0

    assert checkout.ask("SELECT system_identifier FROM pg_control_system()") == identity


def test_the_number_of_somebody_else_s_process_in_its_pid_file_is_no_obstacle(checkout: Checkout) -> None:
    checkout.cluster("start")
    pid_file = home(checkout) / "data" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    owner = pid_file.stat()
    checkout.cluster("stop")
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:], ""]))
    os.chown(pid_file, owner.st_uid, owner.st_gid)

    assert checkout.cluster("start").returncode == 0
    assert checkout.running


def test_data_that_are_gone_are_made_anew_even_under_a_running_server(checkout: Checkout) -> None:
    checkout.cluster("start")
    identity = checkout.ask("SELECT system_identifier FROM pg_control_system()")
    shutil.rmtree(home(checkout), ignore_errors=True)

    assert checkout.cluster("start").returncode == 0

    assert checkout.ask("SELECT system_identifier FROM pg_control_system()") != identity


def test_a_copy_of_a_checkout_has_a_cluster_of_its_own(checkout: Checkout, tmp_path: Path) -> None:
    checkout.cluster("start")
    copy = Checkout(tmp_path / "copy")
    (copy.folder / ".local").mkdir()
    for name in ("postgres-home", "database-url"):
        if (checkout.folder / ".local" / name).exists():
            shutil.copy(checkout.folder / ".local" / name, copy.folder / ".local")
    try:
        assert copy.cluster("start").returncode == 0
        assert home(copy) != home(checkout)
        assert checkout.running
    finally:
        copy.cluster("delete")


def test_a_folder_that_others_may_enter_is_not_taken_for_ours(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "city eye")
    names = 'cd "$1"; source script/lib.sh; source script/postgres.sh; echo "$NAME"'
    done = subprocess.run(["bash", "-c", names, "names", checkout.folder], capture_output=True, text=True, check=True)
    prepared = Path("/tmp") / done.stdout.strip()
    prepared.mkdir(mode=0o755)
    try:
        assert checkout.cluster("start").returncode == 0
        assert socket_folder(checkout).parts[:3] != prepared.parts
        assert list(prepared.iterdir()) == []
    finally:
        checkout.cluster("delete")
        prepared.rmdir()


def test_the_last_to_leave_stops_what_the_first_started(checkout: Checkout) -> None:
    checkout.cluster("stop")
    first, second = checkout.holder(), checkout.holder()

    assert end(first, signal.SIGTERM) == 128 + signal.SIGTERM
    assert checkout.running
    assert end(second, signal.SIGINT) == 128 + signal.SIGINT
    assert not checkout.running


def test_a_cluster_that_somebody_started_stays_when_a_user_leaves(checkout: Checkout) -> None:
    checkout.cluster("start")

    end(checkout.holder(), signal.SIGTERM)

    assert checkout.running


def test_it_is_not_stopped_under_a_user(checkout: Checkout) -> None:
    holder = checkout.holder()

    refused = checkout.cluster("stop")

    assert refused.returncode == 1
    assert refused.stderr.startswith("The cluster is in use")
    assert checkout.running
    end(holder, signal.SIGTERM)


def test_deleting_leaves_nothing_behind(checkout: Checkout) -> None:
    checkout.cluster("start")
    places = [home(checkout), socket_folder(checkout)]

    assert checkout.cluster("delete").returncode == 0

    assert [place for place in places if place.exists()] == []
