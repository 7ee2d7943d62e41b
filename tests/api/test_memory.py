"""The memory of answers by itself: bounded, the longest unasked goes first, shared by threads."""

from concurrent.futures import ThreadPoolExecutor

from api.memory import ROOM_OF_AN_ENTRY, Answers, Form


def test_no_more_is_kept_than_there_is_room_for_and_the_longest_unasked_goes_first(settings):
    settings.MAP_MEMORY_BYTES = 32 * 1000
    answers, made = Answers(), []

    def ask(name: str, *, size: int = 1000 - ROOM_OF_AN_ENTRY, validator: int = 1) -> bool:
        """Whether it had to be made."""
        before = len(made)
        answers.form(name, validator=validator, make=lambda: made.append(name) or Form(b"x" * size, ""))
        return len(made) > before

    assert [ask(f"{number}") for number in range(32)] == [True] * 32
    assert answers.size == 32 * 1000
    assert not ask("0")
    assert ask("new")
    assert answers.size == 32 * 1000
    assert [ask("0"), ask("2"), ask("1")] == [False, False, True]
    assert ask("0", validator=2)
    assert not ask("0", validator=2)
    assert answers.size == 32 * 1000
    assert ask("large", size=3000)
    assert ask("large", size=3000)
    answers.forget()
    assert answers.size == 0


def test_threads_share_it(settings):
    settings.MAP_MEMORY_BYTES = 20 * 1000
    answers = Answers()

    def ask(number: int) -> bool:
        name = number * 7 % 31
        form = answers.form(name, validator=number % 3, make=lambda: Form(b"%d %d" % (name, number % 3), ""))
        return form.content == b"%d %d" % (name, number % 3)

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(ask, range(4000)))
    assert 0 < answers.size <= 20 * 1000
