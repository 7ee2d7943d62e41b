"""Who may call an endpoint: each names one of these, and the default lets nobody in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:  # the framework's views import the permissions that the settings name
    from rest_framework.views import APIView


class Nobody(BasePermission):
    """The default: an endpoint that names no permission is closed."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Never."""
        return False


class Public(BasePermission):
    """Anybody; what they see is what `visible_to` their viewer gives."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Always."""
        return True


class SignedIn(BasePermission):
    """Whoever shows a token (401 otherwise); what they may do there, the view asks of their memberships."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the request has an account behind it."""
        return request.user.is_authenticated
