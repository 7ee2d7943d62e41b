"""Load a city from its manifest, or its departments and rules alone from a file of their own."""

from jurisdictions.loading.city import load_city
from jurisdictions.loading.files import CannotLoad
from jurisdictions.loading.responsibility import Loading, load_responsibility

__all__ = ["CannotLoad", "Loading", "load_city", "load_responsibility"]
