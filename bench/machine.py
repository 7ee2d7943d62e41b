"""What a table was measured on: without it the figures say nothing."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

from django.db import connection

from bench.clients import WRK
from bench.run import Plan


def describe(*, reports: int, plan: Plan) -> str:
    """The conditions in one line."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), postgis_lib_version()")
        server, postgis = cursor.fetchone()
    packages = ", ".join(f"{name} {version(name)}" for name in ("Django", "psycopg2-binary", "granian"))
    return (
        f"{reports:,} reports; {plan.rounds} rounds of {plan.seconds} s over {plan.connections} connections by "
        f"{'wrk' if WRK else 'a client in Python, which is slow itself: have wrk installed for better figures'}; "
        f"{os.cpu_count()} cores ({_processor()}), load {os.getloadavg()[2]:.1f} over the last quarter of an hour; "
        f"Python {platform.python_version()}, {packages}, PostgreSQL {server.split()[0]}, PostGIS {postgis}"
    )


def _processor() -> str:
    """The processor's name as the kernel has it."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
