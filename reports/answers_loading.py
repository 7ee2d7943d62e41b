"""Reasons, ready answers and checklists from a file into the database: what is there is brought up to date."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from jurisdictions.models import Category
from reports.models import ChecklistItem, ClosingReason, StandardAnswer

MEMBERS = {"closing_reasons", "standard_answers", "checklists"}


class UnreadableAnswers(Exception):
    """The file cannot be used; the text is a sentence that names the place."""


@transaction.atomic
def load_answers(path: Path) -> dict[str, int]:
    """Bring the database up to the file: how many rows of each kind it holds. All of it or nothing.

    Categories that are not there are passed over with their answers and checklists, so that one file serves cities
    with other categories. Raises UnreadableAnswers.
    """
    content = _read(path)
    categories = dict(Category.objects.values_list("code", "pk"))
    counts = dict.fromkeys(sorted(MEMBERS), 0)
    for rank, row in enumerate(content.get("closing_reasons", [])):
        counts["closing_reasons"] += _keep(ClosingReason, {"code": row.get("code")}, {**row, "rank": rank})
    for rank, row in enumerate(content.get("standard_answers", [])):
        category = row.get("category")
        if category is None or category in categories:
            values = {**row, "rank": rank, "category_id": categories.get(category)}
            counts["standard_answers"] += _keep(StandardAnswer, {"code": row.get("code")}, values)
    for code, items in content.get("checklists", {}).items():
        for rank, row in enumerate(items if code in categories else []):
            key = {"category_id": categories[code], "code": row.get("code")}
            counts["checklists"] += _keep(ChecklistItem, key, {**row, "rank": rank})
    return counts


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UnreadableAnswers(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise UnreadableAnswers(f"{path} is not JSON in UTF-8: {error}.") from error
    if not isinstance(content, dict) or content.keys() - MEMBERS:
        raise UnreadableAnswers(f"{path} is not an object of {', '.join(sorted(MEMBERS))}.")
    return content


def _keep(model: Any, key: Mapping[str, Any], values: Mapping[str, Any]) -> int:
    given = {name: value for name, value in values.items() if name != "category"}
    try:
        row = model.objects.filter(**key).first() or model(**key)
        for name, value in given.items():
            if name not in {field.attname for field in model._meta.concrete_fields}:
                raise UnreadableAnswers(f"{model.__name__} {key.get('code')}: “{name}” is not known.")
            setattr(row, name, value)
        row.full_clean()
    except ValidationError as error:
        raise UnreadableAnswers(f"{model.__name__} {key.get('code')}: {'; '.join(error.messages)}") from error
    row.save()
    return 1
