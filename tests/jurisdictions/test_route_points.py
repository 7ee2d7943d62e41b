"""`manage.py route_points`: rows go out as they came in, with who answers behind; no half file, no lost row."""

import pytest

from geo.pointfiles import delimited
from tests.jurisdictions.point_files import ADDED, EAST, WEST, new, points, row, table
from tests.shapes import lonlat

pytestmark = pytest.mark.usefixtures("small_city")


class TestCsv:
    def test_each_row_goes_out_with_its_answer_behind(self, route_file):
        done = route_file(points((500, 200), (1500, 500)))
        assert done.code == 0
        header, west, east = table(done.bytes)
        assert header == ["lon", "lat", "category", *ADDED]
        assert west == [*row(500, 200).split(","), "pothole", *WEST, "199.94"]
        assert east == [*row(1500, 500).split(","), "pothole", *EAST, "499.86"]
        assert "2 rows" in done.said
        assert "2 covers" in done.said

    @pytest.mark.parametrize("end", ["\n", "\r\n"])
    def test_what_the_file_held_is_repeated_byte_for_byte(self, route_file, end):
        lines = [
            "\ufeffid,lat,note,lon,category",
            f'007,{lonlat(500, 200)[1]}00,"=1+1, «گیومه» ""x""",{lonlat(500, 200)[0]},pothole',
            f"٣,{lonlat(500, 200)[1]},=cmd|x, {lonlat(500, 200)[0]} ,pothole",
            f'8,{lonlat(500, 200)[1]},"two{end}lines",{lonlat(500, 200)[0]},"pothole"',
        ]
        done = route_file(end.join(lines) + end)
        assert done.code == 0
        tails = [",".join(["", *ADDED]), *[",".join(["", *WEST, "199.94"])] * 3]
        assert done.bytes.decode() == "".join(line + tail + end for line, tail in zip(lines, tails, strict=True))

    def test_bytes_of_any_encoding_pass_through(self, route_file):
        note = "چاله".encode("cp1256")
        done = route_file(b"note,lon,lat\n" + note + f",{row(500, 200)}\n".encode())
        assert done.bytes.splitlines()[1].startswith(note + b",")

    def test_rows_are_the_same_however_they_are_cut_into_blocks(self, route_file, monkeypatch):
        end = "\n"
        content = "note,lon,lat\n" + "".join(
            f'"a{end if number % 7 == 0 else ""}b",{row(number * 20, 200)}{end}' for number in range(100)
        )
        whole = route_file(content)
        for size in (1, 50, 333):
            monkeypatch.setattr(delimited, "_BLOCK", size)
            assert route_file(content).bytes == whole.bytes
        assert len(table(whole.bytes)) == 101

    @pytest.mark.parametrize("delimiter", [";", "\t"])
    def test_another_delimiter_is_known_by_the_header(self, route_file, delimiter):
        done = route_file(points((500, 200)).replace(",", delimiter))
        assert table(done.bytes, delimiter)[1][3:-1] == WEST

    def test_a_row_that_ends_early_is_filled_up_and_blank_lines_are_left_out(self, route_file):
        done = route_file(f"lon,lat,category,note\n\n{row(500, 200)}\n\r\n{row(1500, 500)},pothole,x\n")
        assert [each[4:-1] for each in table(done.bytes)[1:]] == [["sample", "1", "1-1", "", "covers"], EAST]

    def test_the_last_line_need_not_end(self, route_file):
        assert new(route_file(points((500, 200), (1500, 500)).removesuffix("\n")).bytes) == [WEST, EAST]

    def test_columns_are_named_by_options(self, route_file):
        content = points((500, 200)).replace("lon,lat,category", "x,y,kind")
        done = route_file(content, lon="x", lat="y", category="kind", prefix="ce_")
        assert table(done.bytes)[0] == ["x", "y", "kind", *(f"ce_{name}" for name in ADDED)]
        assert new(done.bytes) == [WEST]

    def test_a_file_without_rows_is_a_file_without_rows(self, route_file):
        done = route_file("lon,lat\n")
        assert (done.code, done.bytes) == (0, ("lon,lat," + ",".join(ADDED) + "\n").encode())

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            ("", "The file is empty."),
            ("x,y\n1,2\n", "no columns lon and lat"),
            ("lon,lat,district\n1,2,3\n", "a column district already: choose a prefix"),
            (f"lon,lat\n{row(1, 1)}\n{row(1, 1)},x\n", "Line 3 has 3 columns where the header has 2."),
            (f'lon,lat\n{row(1, 1)}\n"1,2\n3,4\n', "Line 3: "),
            ("lon,lat\n".encode("utf-16"), "UTF-16"),
            (b"PAR1 nonsense", "no columns lon and lat"),
        ],
    )
    def test_a_file_that_is_none_of_points_is_answered_with_a_sentence_and_nothing_is_written(
        self, route_file, tmp_path, content, sentence
    ):
        done = route_file(content)
        assert (done.code, done.bytes) == (1, None)
        assert sentence in done.said
        assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


class TestRowsWithoutAnAnswer:
    def test_are_kept_counted_and_named_by_their_lines(self, route_file):
        good = row(500, 200)
        lines = [good, "x,36.3", ",", "nan,36.3", "inf,36.3", "1_0,36.3", "181,36.3", "59.6,-90.1", f"{good},nothing"]
        done = route_file("lon,lat,category\n" + "\n".join(line + "," * (2 - line.count(",")) for line in lines) + "\n")
        assert done.code == 3
        answers = new(done.bytes)
        assert answers[0] == ["sample", "1", "1-1", "", "covers"]
        assert answers[1:] == [["", "", "", "", "invalid"]] * 8
        assert [each[-1] for each in table(done.bytes)[2:]] == [""] * 8
        assert "Without longitude and latitude: 5 (line 3, 4, 5, 6, 7)" in done.said
        assert "With a longitude or latitude that is out of range: 2 (line 8, 9)" in done.said
        assert "With a category that does not exist: 1 (line 10)" in done.said
        assert "Rows without an answer: 8" in done.said

    def test_of_many_the_first_lines_are_named(self, route_file):
        done = route_file("lon,lat\n" + "x,y\n" * 9)
        assert "Without longitude and latitude: 9 (line 2, 3, 4, 5, 6, …)" in done.said

    def test_a_line_is_counted_where_it_begins_though_rows_before_it_take_several(self, route_file):
        done = route_file(f'note,lon,lat\n"a\nb\nc",{row(500, 200)}\nd,x,y\n')
        assert "(line 5)" in done.said

    def test_exchanged_axes_are_hinted_at(self, route_file):
        lon, lat = lonlat(500, 200)
        done = route_file(f"lon,lat\n{lat},{lon}\n{lon},{lat}\n")
        assert (done.code, [each[4] for each in new(done.bytes)]) == (3, ["refused", "covers"])
        assert "Outside, but inside with longitude and latitude exchanged" in done.said
        assert "(line 2)" in done.said

    def test_a_place_too_far_away_is_refused_and_one_less_far_is_outside(self, route_file):
        done = route_file(points((500, 200), (-500, 200), (-30_000, 200)))
        assert done.code == 3
        assert [each[4] for each in new(done.bytes)] == ["covers", "outside", "refused"]
        assert [each[-1] for each in table(done.bytes)[2:]] == ["499.86", ""]
        assert "Further from every city than the service reaches: 1 (line 4)" in done.said

    def test_the_answer_of_a_row_does_not_depend_on_the_rows_around_it(self, route_file):
        done = route_file("lon,lat,category\n" + f"x,y,\n{row(500, 200)},pothole\n{row(1500, 500)},none\n" * 50)
        invalid = ["", "", "", "", "invalid"]
        assert new(done.bytes) == [invalid, WEST, invalid] * 50
