"""`python -m bench.growth`: how the index grows with the number of polygons, on the database in use, rolled back."""

import os
import sys

import django

from config import cluster

SIZES = (8, 25, 77)  # across: 64, 625 and 5,929 polygons


def main() -> None:
    """Print the table."""
    cluster.ensure_running()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    from bench.points import against_bare
    from bench.run import say
    from bench.table import markdown, plain

    made = []
    for across in SIZES:
        say(f"{across * across:,} polygons")
        made.append(against_bare(across, rounds=3, in_detail=True))
    print((markdown if "--markdown" in sys.argv else plain)(made))


if __name__ == "__main__":
    main()
