"""The documents are held to the code."""

import re
from pathlib import Path

from people.access import RIGHTS
from people.models import Role
from reports.workflow import Status, diagram

ROOT = Path(__file__).resolve().parents[2]
DOMAIN = (ROOT / "docs/domain.md").read_text()


def test_the_diagrams_of_the_workflow_are_those_of_the_code():
    page = (ROOT / "docs/workflow.md").read_text()
    for language in ("en", "fa"):
        assert f"```mermaid\n{diagram(language=language)}\n```" in page


def test_every_status_is_explained():
    for status in Status:
        assert f"| `{status}` |" in DOMAIN


def test_the_table_of_rights_says_what_the_code_says():
    header = re.search(r"^\| right \|(.*)\|$", DOMAIN, re.MULTILINE)
    roles = [cell.strip() for cell in header.group(1).split("|")]
    assert roles == [str(role) for role in Role]
    rows = DOMAIN[header.end() :].split("\n\n")[0].strip().splitlines()[1:]
    counts = [sum("●" in row.split("|")[2:][column] for row in rows) for column in range(len(roles))]
    assert counts == [len(RIGHTS[role]) for role in Role]


def test_every_environment_variable_of_the_settings_is_in_the_operations_manual():
    sources = "".join(path.read_text() for path in (ROOT / "config").glob("*.py"))
    names = set(re.findall(r'\b(?:text|number|flag|words|choice)\("([A-Z][A-Z_0-9]+)"', sources))
    assert {"DATABASE_URL", "LOG_LEVEL", "PHOTO_S3_BUCKET"} < names
    manual = (ROOT / "docs/operations.md").read_text()
    assert [name for name in sorted(names) if f"`{name}`" not in manual] == []


def test_every_command_is_in_the_documents():
    pages = "".join(page.read_text() for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
    commands = [path.stem for path in ROOT.glob("*/management/commands/[a-z]*.py")]
    assert len(commands) > 4
    assert [name for name in sorted(commands) if name not in pages] == []


def test_every_address_of_the_api_is_in_the_readme():
    readme = (ROOT / "README.md").read_text()
    names = re.findall(r'path\("([a-z]+)', (ROOT / "api/v1/urls.py").read_text())
    assert len(names) > 4
    assert [name for name in names if f"/api/v1/{name}" not in readme] == []
