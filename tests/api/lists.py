"""Lists of reports, as a client asks for them and walks through their pages."""

from tests.shapes import lonlat

LIST = "/api/v1/reports"


def got(client, query: str, **headers) -> dict:
    """The collection that a question is answered by."""
    response = client.get(f"{LIST}?{query}", headers=headers)
    assert response.status_code == 200, response.content
    return response.json()


def found(client, query: str) -> list[str]:
    """The references on the first page."""
    return [feature["id"] for feature in got(client, query)["features"]]


def near(x: float, y: float, metres: float) -> str:
    """The question for a circle around a place in metres."""
    return "near={},{},{}".format(*lonlat(x, y), metres)


def link(body: dict, rel: str) -> str | None:
    """Where an answer leads to, if it does."""
    return next((each["href"] for each in body.get("links", []) if each["rel"] == rel), None)


def walk(client, address: str | None, rel: str, between=lambda: None) -> list[list[str]]:
    """The references on each page, as far as the links lead."""
    pages = []
    while address:
        body = client.get(address).json()
        pages.append([feature["id"] for feature in body["features"]])
        between()
        address = link(body, rel)
    return pages
