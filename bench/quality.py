"""How well duplicates are found, beside what others do: `script/bench quality`.

Reports of Chicago with labels of its own system (where CITY_EYE_SHARED_DATA names them), and the Persian sets: what
weights are learned from, and `final` and the last authors, which nobody looked at meanwhile.
"""

import os
import sys
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from bench.accuracy import Part, Point, Sample


def main() -> str | None:
    """A sentence where there is nothing to show, None after the tables."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from bench.accuracy import FITTED_AUTHORS, JANUARY, LAST_AUTHORS, POTHOLES, by_author, persian

    samples = [sample for sample in (JANUARY, POTHOLES) if sample.path]
    for sample in samples:
        chicago(sample)
    if not samples:
        print("Without CITY_EYE_SHARED_DATA there are no reports of Chicago to show.\n")
    show("fit", persian("fit"))
    for author in FITTED_AUTHORS:
        show(f"author {author} (fit)", by_author(author))
    if "--no-final" not in sys.argv:
        show("final", persian("final"))
        for author in LAST_AUTHORS:
            show(f"author {author} (final)", by_author(author))
    return None


def chicago(sample: "Sample") -> None:
    """One file: rivals, our curve, our links, and how far the curve is below the best of the fixed radii."""
    from bench.accuracy import suggestions

    found = suggestions(sample)
    repeats = sum(found.truth.values())
    print(f"{sample.title}: {len(found.truth)} reports, {repeats} repeats of a report in the file")
    print(f"{'':<48}{'told':>6}{'precision':>11}{'recall':>8}{'F1':>7}")
    for name, point in found.rivals.items():
        _line(name, point)
    for limit in (0.7, 0.5, 0.3, 0.2, 0.15, 0.1, 0.08, 0.05, 0.03, 0.02, 0.01):
        _line(f"City Eye, suggested from {limit}", found.from_(limit))
    _line("City Eye, linked at once", found.linked)
    worst = sorted((difference, radius) for radius, difference in found.beside_radii().items())
    listed = ", ".join(f"{difference:+.3f} ({radius} m)" for difference, radius in worst)
    print(f"  Below the best fixed radius at its recall: {listed}\n")


def show(title: str, reading: AbstractContextManager["Part"]) -> None:
    """One part of a set: rivals by pairs, our clusters by the shipped settings, and, of `fit`, cross-validated."""
    from bench.accuracy import RIVALS, with_links_from
    from reports.duplicates.shipped import shipped_settings

    settings = shipped_settings()
    with reading as part:
        problems = set(part.problem.values())
        print(f"Persian set, {title}: {len(part.rows)} reports of {len(problems)} problems; pairs of one problem")
        print(f"{'':<48}{'told':>6}{'precision':>11}{'recall':>8}{'F1':>7}")
        for rival in RIVALS:
            _line(f"{rival.name}, one category", part.told_by(rival))
        for limit in (0.3, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.9):
            _line(f"City Eye, links from {limit}", part.by(with_links_from(settings, limit)))
        _line(f"City Eye as shipped (links from {settings.default.link_from})", part.by(settings))
        if title == "fit":
            _cross_validated(part)
    print()


def _cross_validated(part: "Part") -> None:
    from bench.accuracy import Point
    from reports.duplicates.fitting import fit
    from reports.duplicates.labels import Labels
    from reports.duplicates.shipped import shipped_settings

    fitted = fit(part.rows, Labels(problem=part.problem), settings=shipped_settings())
    print(
        f"  Weights fitted anew, each scene by those of others (pull {fitted.pull:g}, log loss {fitted.log_loss:.3f}):"
    )
    for limit, precision, recall in fitted.curve[::5]:
        _line(f"City Eye, cross-validated, links from {limit}", Point(0, precision, recall))


def _line(name: str, point: "Point") -> None:
    told = f"{point.told:>6}" if point.told else " " * 6
    print(f"  {name:<46}{told}{point.precision:>11.3f}{point.recall:>8.3f}{point.f1:>7.3f}")


if __name__ == "__main__":
    sys.exit(main())
