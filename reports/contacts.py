"""A reporter's telephone and e-mail: one form of each, and the keyed hash that finds them again."""

from dataclasses import dataclass

import phonenumbers
from django.conf import settings
from django.utils.crypto import salted_hmac

from persian.normalize import to_ascii_digits
from reports.models import Contact, Report


class InvalidPhone(Exception):
    """The text is no telephone number that can be dialed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewContact:
    """Who told it; each part may be empty. `phone` is E.164."""

    name: str = ""
    phone: str = ""
    email: str = ""


def normalize_phone(text: str) -> str:
    """A number as people write it, with Persian or ASCII digits, to E.164; raises InvalidPhone."""
    try:
        number = phonenumbers.parse(to_ascii_digits(text), settings.PHONE_REGION)
    except phonenumbers.NumberParseException as error:
        raise InvalidPhone from error
    if not phonenumbers.is_valid_number(number):
        raise InvalidPhone
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def keep_contact(*, report: Report, contact: NewContact) -> Contact | None:
    """Store who told it, apart from the report; nothing where nothing was said."""
    if contact == NewContact():
        return None
    return Contact.objects.create(
        report=report,
        name=contact.name,
        phone=contact.phone,
        phone_hash=keyed_hash("phone", contact.phone),
        email=contact.email,
        email_hash=keyed_hash("email", contact.email.lower()),
    )


def keyed_hash(kind: str, value: str) -> str:
    """64 hex digits that only this service can make from `value`; the empty string stays empty."""
    if not value:
        return ""
    return salted_hmac(f"reports.{kind}", value, algorithm="sha256").hexdigest()
