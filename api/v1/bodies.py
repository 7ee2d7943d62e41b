"""What a body holds, read strictly: nothing in it is dropped, and whatever is wrong is named."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy
from rest_framework import serializers

from api.errors import Fault, refusal
from persian.normalize import NOT_TEXT


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses what it does not know, instead of dropping it."""

    default_error_messages = {
        "invalid": gettext_lazy("Send an object here."),
        "null": gettext_lazy("This may be left out, but not null."),
        "unknown_member": gettext_lazy("There is no such member; known are: {known}."),
    }

    def to_internal_value(self, data: Any) -> Any:
        """The validated values; raises ValidationError naming each member that is wrong or unknown."""
        if not isinstance(data, dict):
            self.fail("invalid")
        unknown = data.keys() - self.fields.keys()
        if unknown:
            detail = self.error_messages["unknown_member"].format(known=", ".join(self.fields))
            raise serializers.ValidationError(
                {
                    NOT_TEXT.sub("", name)[:50]: [serializers.ErrorDetail(detail, "unknown_member")]
                    for name in sorted(unknown)
                }
            )
        return super().to_internal_value(data)


class OneOf(serializers.ChoiceField):
    """One of a few words."""

    default_error_messages = {
        "invalid_choice": gettext_lazy("Choose one of: {known}."),
        "null": gettext_lazy("This may be left out, but not null."),
    }

    def to_internal_value(self, data: Any) -> Any:
        """The word; a number that looks like it is none."""
        if not isinstance(data, str) or data not in self.choices:
            self.fail("invalid_choice", known=", ".join(map(str, self.choices)))
        return data


def validated(serializer: serializers.Serializer[Any]) -> dict[str, Any]:
    """The values that were sent; raises Problem that names each fault."""
    if not serializer.is_valid():
        raise refusal(list(_faults(serializer.errors)))
    return dict(serializer.validated_data)


def _faults(errors: Any, path: str = "") -> Iterator[Fault]:
    """The framework's nested errors, flat."""
    if isinstance(errors, dict):
        for name, inner in errors.items():
            here = f"{path}[{name}]" if isinstance(name, int) else f"{path}.{name}" if path else str(name)
            here = path if name == "non_field_errors" else here
            yield from _faults(inner, here)
    else:
        for each in errors:
            yield Fault(field=path, code=_CODES.get(each.code, each.code), detail=str(each))


# The framework's codes, in our words.
_CODES = {
    "max_length": "too_long",
    "invalid_choice": "unknown_value",
    "invalid": "wrong_type",
    "null": "required",
    "not_a_list": "wrong_type",
    "min_length": "required",
}
