"""The API's description as it is served."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from api.params import Params


class SchemaView(SpectacularAPIView):
    """One description for all; what else could be asked of it would only be put into headers and titles."""

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The description; its documentation names the language that it was opened in. Raises Problem."""
        Params(request.GET, known=["lang"]).choice("lang", [code for code, _name in settings.LANGUAGES])
        answer: Response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]  # the framework's
        return answer
