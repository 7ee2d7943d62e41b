"""Categories of problems and their groups, from a file that cities of one language can share."""

from pathlib import Path

from jurisdictions.loading.files import read_json
from jurisdictions.loading.rows import NAMES, Ledger, find, names_of
from jurisdictions.models import Category, CategoryGroup, Moderation

_RULES = ("moderation", "place_precision_m", "questions", "rank")


def load_categories(path: Path, *, ledger: Ledger) -> None:
    """Make the groups and categories of the file, with what the public may see of each."""
    file = read_json(path).only("groups", "categories")
    for entry in file.entries("groups"):
        entry.only(*NAMES, "rank")
        values = names_of(entry) | {"rank": entry.number("rank", 0)}
        ledger.put(CategoryGroup, entry, key={"code": entry.text("code")}, values=values)
    ledger.close("Category groups")
    for entry in file.entries("categories"):
        entry.only(*NAMES, "group", *_RULES)
        values = names_of(entry) | {
            "group": find(CategoryGroup, entry.text("group"), entry),
            "rank": entry.number("rank", 0),
            "moderation": entry.text("moderation", Moderation.TEXT_REVIEWED),
            "place_precision_m": entry.number("place_precision_m", 0),
            "questions": entry.items("questions", []),
        }
        ledger.put(Category, entry, key={"code": entry.text("code")}, values=values)
    ledger.close("Categories")
