"""How the shipped weights of duplicates, and the directions of words, came about: `script/bench weights [--write]`.

Directions are learned from the tellings, from the lists of words, and from the sets that may be learned from; weights
are fitted to these sets, beginning with `BELIEVED`, to which they are held by a pull. So that nothing is fitted to what
it has been learned from, the pairs of an author are measured by directions that were learned without that author. The
pull is chosen by how well each author is understood without: by directions and weights that know nothing of it. `final`
and the last authors are not read. It takes some minutes.
"""

import argparse
import json
import os
import sys
from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager, ExitStack
from typing import TYPE_CHECKING, Final

import django
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.accuracy import Part, Point
    from reports.duplicates.examples import Examples
    from reports.duplicates.rows import Floats
    from reports.duplicates.settings import Settings

# What was thought of before a weight was fitted. Two reports of one category at one place and one moment are nearly
# surely one problem; where pins lie as far apart as the phones alone make them, odds are even. What contradicts must
# outweigh that in full.
BELIEVED: Final = {
    "base": 5.0,
    "distance": -2.8,
    "since": -0.4,
    "gap": -1.0,
    "at_once": 0.5,
    "text": 0.2,
    "meaning": 0.8,
    "untold": -1.0,
    "silent": -4.54,
    "silent_distance": -1.5,
    "kinship": -3.0,
    "across_distance": -1.8,
    "across_since": -0.5,
    "across_text": 1.0,
    "across_meaning": 3.0,
    "across_topic": 1.5,
    "across_other_topic": -0.5,
    "same_word": 0.8,
    "same_landmark": 0.5,
    "same_number": 0.8,
    "same_detail": 0.2,
    "other_landmark": -3.5,
    "other_number": -4.1,
    "other_side": -3.3,
    "other_state": -2.0,
    "other_thing": -1.1,
    "other_topic": -0.8,
    "other_fault": -0.8,
    "other_look": -2.7,
    "denied": -2.3,
    "same_street": 0.0,
    "other_street": -3.2,
    "same_address": 0.0,
    "photo": 4.0,
    "person": 0.8,
}
HARDLY_MORE: Final = 1.01  # by a hundredth
FIRM_TOO: Final = frozenset({"gap"})  # over how many weeks one problem is told of is as the authors were asked
LINK_FROM: Final = 0.5  # what is more likely one problem than two


def main() -> str | None:
    """A sentence where the weights cannot be written, None after printing them."""
    parser = argparse.ArgumentParser(prog="script/bench weights", allow_abbrev=False)
    parser.add_argument("--write", action="store_true", help="put them into fixtures/")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    with ExitStack() as stack:
        learning = Learning({name: stack.enter_context(part) for name, part in _read().items()})
        pull = _pull(learning)
        weights = learning.weights(pull)
        print(f"\nWeights by pull {pull:g}, from {learning.pairs():,} pairs:")
        _show(weights)
        return _write(learning, weights) if options.write else None


def _read() -> "dict[str, AbstractContextManager[Part]]":
    from bench.accuracy import FITTED_AUTHORS, by_author, persian

    return {"1": persian("fit"), **{author: by_author(author) for author in FITTED_AUTHORS}}


class Learning:
    """The parts that may be learned from, and what is learned without some of them."""

    def __init__(self, parts: "Mapping[str, Part]") -> None:
        self.parts = parts
        self._settings: dict[frozenset[str], Settings] = {}
        self._examples: dict[tuple[str, frozenset[str]], Examples] = {}

    def words(self, without: Collection[str] = ()) -> "tuple[dict[str, float], NDArray[np.float32]]":
        """Words with their weights and directions, learned without these parts."""
        from reports.duplicates.shipped import shipped_situations
        from reports.duplicates.tellings import learn

        told = [problem for name, part in self.parts.items() if name not in without for problem in part.told_twice()]
        return learn([*shipped_situations(), *told])

    def settings(self, *without: str) -> "Settings":
        """The shipped settings with the weights from before any was fitted, and directions learned without these."""
        from reports.duplicates.examples import NAMES
        from reports.duplicates.fitting import with_weights
        from reports.duplicates.meaning import meanings_of
        from reports.duplicates.shipped import shipped_settings

        if (key := frozenset(without)) not in self._settings:
            known = shipped_settings().with_(meanings=meanings_of(*self.words(without)))
            weights = np.array([BELIEVED[name] for name in NAMES])
            self._settings[key] = with_weights(known, weights, link_from=LINK_FROM)
        return self._settings[key]

    def examples(self, name: str, *without: str) -> "Examples":
        """The pairs of a part, measured by what was learned without it and without these."""
        from reports.duplicates.examples import examples_of
        from reports.duplicates.labels import Labels

        if (key := (name, frozenset((name, *without)))) not in self._examples:
            part, settings = self.parts[name], self.settings(name, *without)
            self._examples[key] = examples_of(part.rows, Labels(problem=part.problem), settings=settings)
        return self._examples[key]

    def weights(self, pull: float, without: Collection[str] = ()) -> "Floats":
        """The weights that are fitted to the other parts."""
        from reports.duplicates.examples import joined, weights_of
        from reports.duplicates.fitting import FIRM, fit_weights

        fitted = [self.examples(name, *without) for name in self.parts if name not in without]
        start = weights_of(self.settings(*without).default)
        return fit_weights(joined(fitted), start, pull, firm=FIRM | FIRM_TOO)

    def proven(self, name: str, pull: float) -> "tuple[float, Point]":
        """The surprise at the pairs of a part, and the accuracy of its clusters, by what was learned without it."""
        from reports.duplicates.fitting import chances, log_loss, with_weights

        weights, examples = self.weights(pull, [name]), self.examples(name)
        found = self.parts[name].by(with_weights(self.settings(name), weights, link_from=LINK_FROM))
        return log_loss(examples.same, chances(examples, weights)), found

    def pairs(self) -> int:
        """How many are learned from."""
        return sum(len(self.examples(name).same) for name in self.parts)


def _pull(learning: Learning) -> float:
    """The strongest pull by which the authors surprise hardly more than by the best; a line for each."""
    from reports.duplicates.fitting import PULLS

    print(f"{'pull':>5}  {'surprise':>8}  " + "  ".join(f"{f'author {name}: P R F1':>20}" for name in learning.parts))
    surprises = {pull: _line(learning, pull) for pull in PULLS}
    return max(pull for pull, surprise in surprises.items() if surprise <= HARDLY_MORE * min(surprises.values()))


def _line(learning: Learning, pull: float) -> float:
    found = [learning.proven(name, pull) for name in learning.parts]
    loss = sum(loss for loss, _point in found) / len(found)
    f1 = sum(point.f1 for _loss, point in found) / len(found)
    shown = "  ".join(f"{point.precision:>10.3f} {point.recall:.3f} {point.f1:.3f}" for _loss, point in found)
    print(f"{pull:>5g}  {loss:>8.4f}  {shown}  mean {f1:.3f}", flush=True)
    return loss


def _show(weights: "Floats") -> None:
    from reports.duplicates.examples import NAMES
    from reports.duplicates.shipped import shipped_settings

    shipped = shipped_settings().default.weights
    for name, weight in zip(NAMES, weights.tolist(), strict=True):
        print(f"  {name:<20}{weight:>7.2f}   shipped {shipped[name]:>6.2f}, believed {BELIEVED[name]:>6.2f}")


def _write(learning: Learning, weights: "Floats") -> str | None:
    """Put both into their fixtures, of which nothing else changes."""
    from bench.accuracy import ROOT
    from reports.duplicates.examples import NAMES
    from reports.duplicates.meaning import write_meanings
    from reports.duplicates.shipped import DUPLICATES, MEANINGS

    path = ROOT / "fixtures" / DUPLICATES
    text = path.read_text("utf-8")
    before = json.loads(text)["default"]["weights"]
    if text.count(json.dumps(before)) != 1:
        return f"{path.name} is not written as this command writes it: its weights cannot be found."
    now = {name: round(weight, 2) + 0.0 for name, weight in zip(NAMES, weights.tolist(), strict=True)}
    path.write_text(text.replace(json.dumps(before), json.dumps(now)), "utf-8")
    write_meanings(ROOT / "fixtures" / MEANINGS, *learning.words())
    print(f"They are in fixtures/{DUPLICATES}, and the directions of words in fixtures/{MEANINGS}.")
    return None


if __name__ == "__main__":
    sys.exit(main())
