"""Load a city from its manifest: levels, boundaries, streets, departments, categories and rules."""

from jurisdictions.loading.city import load_city
from jurisdictions.loading.files import CannotLoad

__all__ = ["CannotLoad", "load_city"]
