"""Programs show who they are by a token of `people.tokens`."""

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from people.models import User
from people.tokens import owner_of


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`; without the header the request is the public's."""

    def authenticate(self, request: Request) -> tuple[User, str] | None:
        """The token's owner; raises AuthenticationFailed for a token that opens nothing."""
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if not scheme:
            return None
        user = owner_of(secret=secret.strip(), at=timezone.now()) if scheme.lower() == "bearer" else None
        if user is None:
            raise AuthenticationFailed
        return user, secret

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return "Bearer"


class TokenScheme(OpenApiAuthenticationExtension):
    """What the OpenAPI description says of the token."""

    target_class = "api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """HTTP bearer authentication."""
        return {"type": "http", "scheme": "bearer"}
