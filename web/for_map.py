"""What the scripts of every map must know."""

from django.conf import settings
from django.utils.translation import get_language

from jurisdictions.models import Level


def for_map() -> dict[str, object]:
    """The language, the base map, and the level whose jurisdictions are drawn: the one right below the city."""
    return {
        "language": get_language(),
        "basemap": settings.BASEMAP_STYLE_URL,
        "level": Level.objects.below_city().values_list("code", flat=True).first(),
    }
