"""The bench of desks: inboxes of everybody, and a step of a problem told by few and by many."""

from bench import desk
from tests.factories import UserFactory
from tests.staff import file_report


def test_a_step_of_a_problem_takes_as_many_statements_for_many_as_for_few(small_city, monkeypatch):
    monkeypatch.setattr(desk, "CROWDS", (2, 6))
    for number in range(8):
        file_report(small_city.pothole, x=500, contact={"phone": f"+98915000{number:04}"})
    sheet = desk._steps(small_city.city)
    assert [row[0] for row in sheet.rows] == ["2 reporters", "6 reporters"]
    assert {len(row) for row in sheet.rows} == {len(sheet.head)}
    assert [row[-1].split()[-1] for row in sheet.rows] == ["reached", "reached"]


def test_each_inbox_is_read_in_few_statements(small_city, monkeypatch):
    monkeypatch.setattr(desk, "TURNS", 1)
    file_report(small_city.pothole, x=500)
    sheet = desk._inboxes({"a department": desk._token(UserFactory(), department=small_city.west_works)})
    assert len(sheet.rows) == len(desk.ASKED)
    assert all(int(row[1]) <= desk.MOST_STATEMENTS for row in sheet.rows)
    assert [row[4] for row in sheet.rows][:2] == ["1", "1"]
