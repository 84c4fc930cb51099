"""Others on the same queue as a review in words: where they are and what they decide is said, and nothing is lost."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from io import StringIO
from pathlib import Path

import pytest

from tests import warm
from tests.test_plain_review import REVIEW, Adds, Starts, home, opened, read
from tests.test_presence import until
from tui.arrangement import merged
from tui.model import LineKey, Verdict
from tui.plain.person import Command, Draft
from tui.plain.review import review_by_lines
from tui.plain.scripted import Script
from tui.plain.sitting import Sitting
from tui.plain.talk import Talk
from tui.store import Store

__all__ = ["home", "opened", "read"]

FIRST, SECOND = LineKey(1, 0), LineKey(1, 1)
COMMANDS = (Command("accept", ("a",), "Accept the line."), Command("history", ("H",), "Say what was done."))


class Somebody(Script):
    """A person who agrees to nothing or everything, and takes their time to type."""

    def __init__(self) -> None:
        self.heard = StringIO()
        super().__init__(StringIO(), self.heard)
        self.agreeable = True
        self.types: Callable[[], str | None] = lambda: None
        """What they do when they are asked for a text, and what they type then."""

    def agrees(self, question: str) -> bool:
        """Say the question, and whether they agree."""
        self.say(question)
        return self.agreeable

    def edited(self, about: str, draft: Draft) -> str | None:  # noqa: ARG002 (as a person is asked)
        """Type it."""
        return self.types()

    def rows(self) -> list[str]:
        """Return what they were told since this was asked last."""
        rows = self.heard.getvalue().splitlines()
        self.heard.truncate(0)
        self.heard.seek(0)
        return rows


class Review:
    """A review under way: its store, its person, and what they say to it."""

    def __init__(self, queue: Path, who: str) -> None:
        self.store = Store(queue)
        self.sitting = Sitting(self.store, who)
        self.person = Somebody()
        self.talk = Talk(self.sitting, self.person, COMMANDS)
        self.who = who

    def says(self, name: str, argument: str | None = None) -> list[str]:
        """Do a command; return what is told then."""
        self.talk.do(name, argument)
        return self.person.rows()

    def begins(self) -> list[str]:
        """Begin; return what is told then, once everybody else knows where one is."""
        self.talk.begin()
        self.is_known()
        return self.person.rows()

    def is_known(self) -> None:
        """Wait until everybody else knows where one is."""
        until(lambda: self.who in self.store.open_elsewhere("").get(self.sitting.item.id, ()))


@pytest.fixture
def reviews(home: dict[str, str]) -> Iterator[Callable[[str], Review]]:
    """Return a function that opens a review of the queue for somebody, in this process."""
    with ExitStack() as stack:

        def start(who: str) -> Review:
            review = Review(Path(home["HANDREAD_QUEUE"]), who)
            stack.enter_context(review.store)
            stack.enter_context(review.sitting)
            return review

        yield start


Reviews = Callable[[str], Review]


def programs_at(store: Store) -> int:
    """Return how many programs say that they have something open, whether they live or not."""
    return int(store._value("select count(*) from open_item"))


# -- who has what open ------------------------------------------------------------------------------------------------


def test_a_review_says_which_image_it_has_open_and_no_more_when_it_is_left(
    home: dict[str, str], read: Adds, reviews: Reviews
) -> None:
    first, second = read("a.png", "one line"), read("b.png", "another line")
    with Store(Path(home["HANDREAD_QUEUE"])) as seen:
        ada = reviews("ada")
        ada.begins()
        assert seen.open_elsewhere("bert") == {first: ("ada",)}
        ada.says("accept")
        until(lambda: seen.open_elsewhere("bert") == {second: ("ada",)})
        ada.sitting.__exit__()
        until(lambda: programs_at(seen) == 0)


def test_ctrl_c_leaves_nothing_open(home: dict[str, str], read: Adds) -> None:
    read("a.png", "one line")

    class Interrupted(Script):
        def lines(self) -> Iterator[str]:
            until(lambda: programs_at(seen) == 1)
            raise KeyboardInterrupt

    with Store(Path(home["HANDREAD_QUEUE"])) as seen:
        with pytest.raises(KeyboardInterrupt), Sitting(seen, "ada") as sitting:
            review_by_lines(sitting, COMMANDS, Interrupted(StringIO(), StringIO()))
        until(lambda: programs_at(seen) == 0)


def test_going_on_passes_over_what_a_colleague_has_open_until_nothing_else_is_left(
    read: Adds, reviews: Reviews
) -> None:
    taken = [read(name, f"line of {name}") for name in ("a.png", "b.png", "c.png")][1]
    bert, ada = reviews("bert"), reviews("ada")
    bert.sitting.open(taken)
    bert.is_known()
    ada.begins()
    assert ada.says("accept")[-2:] == ["c.png, line 1 of 1, confidence .97", "line of c.png"]
    assert ada.says("accept")[-3:] == [
        "b.png, line 1 of 1, confidence .97",
        "Nothing else is left to review: bert has it open too.",
        "line of b.png",
    ]
    assert ada.says("accept")[-2:] == ["Everything that was read is decided.", "line of b.png"]


def test_being_led_and_beginning_pass_over_it_too(read: Adds, reviews: Reviews) -> None:
    taken, _, last = read("a.png", "a qvick one"), read("b.png", "sure words"), read("c.png", "qvick and sure")
    bert, ada = reviews("bert"), reviews("ada")
    bert.sitting.open(taken)
    bert.is_known()
    assert ada.begins()[1].startswith("b.png")
    ada.says("next_doubtful")
    assert ada.sitting.item.id == last
    ada.sitting.decide(Verdict.ACCEPTED)
    assert "Nothing else is left to review: bert has it open too." in ada.says("next_doubtful")
    assert ada.sitting.item.id == taken


def test_who_has_an_image_open_is_said_when_one_comes_to_it_and_when_they_come(read: Adds, reviews: Reviews) -> None:
    first, second = read("a.png", "one line", "two lines"), read("b.png", "another line")
    bert, carl, ada = reviews("bert"), reviews("carl"), reviews("ada")
    bert.sitting.open(second)
    bert.is_known()
    assert "open too" not in " ".join(ada.begins())
    assert ada.says("next_page") == ["b.png, line 1 of 1, confidence .97", "bert has it open too.", "another line"]
    assert "open too" not in " ".join(ada.says("again"))
    carl.sitting.open(second)
    carl.is_known()
    assert ada.says("again")[1] == "bert and carl have it open too."
    assert ada.says("previous_page")[1:] == ["one line"]
    bert.sitting.open(first)
    bert.is_known()
    assert ada.says("down") == ["a.png, line 2 of 2, confidence .97", "bert has it open too.", "two lines"]


# -- two people and one line ------------------------------------------------------------------------------------------


def test_what_a_colleague_decided_is_said_before_the_line_is_decided_again(read: Adds, reviews: Reviews) -> None:
    item = read("a.png", "The qvick brown fox", "jumps over")
    bert, ada = reviews("bert"), reviews("ada")
    ada.begins()
    bert.begins()
    bert.says("edit", "The quack brown fox")
    ada.person.agreeable = False
    rows = ada.says("accept")
    assert rows[:2] == ["bert read line 1: “The quack brown fox”.", "Decide it all the same?"]
    assert rows[2].startswith("a.png, line 1 of 2, corrected")
    assert rows[-1] == "The quack brown fox"
    assert ada.store.decisions(item)[FIRST].reviewer == "bert"
    assert ada.says("edit", "The quick brown fox")[0] == "corrected", "it was said, and is not asked a second time"
    assert ada.store.decisions(item)[FIRST].text == "The quick brown fox"
    assert [act.decision.text for act in ada.store.history(item, FIRST)] == [
        "The quack brown fox",
        "The quick brown fox",
    ]
    ada.says("up")
    history = ada.says("history")
    assert [row.partition(", ")[2] for row in history[:2]] == [
        "ada corrected: The quick brown fox",
        "bert corrected: The quack brown fox",
    ]
    assert history[2] == "read as: The qvick brown fox"


def test_whoever_agrees_decides_and_the_later_decision_counts(read: Adds, reviews: Reviews) -> None:
    item = read("a.png", "one line", "another")
    bert, ada = reviews("bert"), reviews("ada")
    ada.begins()
    bert.begins()
    bert.says("flag", "name")
    assert ada.says("reject")[:3] == ["bert flagged line 1 (name).", "Decide it all the same?", "rejected"]
    assert ada.store.decisions(item)[FIRST].verdict is Verdict.REJECTED
    assert len(ada.store.history(item, FIRST)) == 2


def test_what_is_no_matter_of_ones_own_is_not_said(read: Adds, reviews: Reviews) -> None:
    item = read("a.png", "one line", "two lines", "three lines")
    bert, ada, window = reviews("bert"), reviews("ada"), reviews("ada")
    ada.begins()
    bert.begins()
    bert.says("goto", "2")
    bert.says("accept")
    assert ada.says("accept") == [
        "accepted",
        "a.png, line 3 of 3, confidence .97",
        "bert has it open too.",
        "three lines",
    ]
    window.begins()
    window.says("goto", "3")
    window.says("reject")
    assert ada.says("skip")[0] == "skipped", "a second window of one's own is nobody else"
    assert ada.store.decisions(item)[LineKey(1, 2)].verdict is Verdict.SKIPPED


def test_a_decision_on_ones_own_line_is_said_with_the_next_command(read: Adds, reviews: Reviews) -> None:
    read("a.png", "one line", "another", "a third")
    bert, ada = reviews("bert"), reviews("ada")
    ada.begins()
    ada.says("accept")
    bert.begins()
    bert.says("goto", "1")
    bert.says("edit", "one lime")
    assert ada.says("down")[0] == "bert read line 1 differently: “one lime”. H tells both."
    ada.says("goto", "1")
    bert.says("undo")
    assert ada.says("again")[0] == "bert took back line 1."


def test_what_is_typed_while_a_colleague_decides_counts_and_both_are_kept(read: Adds, reviews: Reviews) -> None:
    item = read("a.png", "one line", "another")
    bert, ada = reviews("bert"), reviews("ada")
    ada.begins()
    bert.begins()

    def slowly() -> str:
        bert.says("edit", "one lime")
        return "one lane"

    ada.person.types = slowly
    assert ada.says("edit")[:2] == ["corrected", "bert had read line 1: “one lime”. Yours counts. H tells both."]
    assert ada.store.decisions(item)[FIRST].text == "one lane"


def test_a_line_that_was_joined_meanwhile_is_not_decided_in_the_place_of_another(read: Adds, reviews: Reviews) -> None:
    item = read("a.png", "one line", "another", "a third")
    ada = reviews("ada")
    ada.begins()
    page = ada.store.pages(item)[0]
    ada.store.reshape(item, merged(page, (0, 1), ("one line", "another")), "bert")
    rows = ada.says("accept")
    assert rows[:2] == [
        "bert has changed the lines of this image.",
        "The line is no more. This one stands near its place.",
    ]
    assert rows[2].startswith("a.png, line 1 of 2")
    assert ada.store.decisions(item) == {}


def test_what_is_typed_into_a_line_that_is_joined_meanwhile_is_kept(read: Adds, reviews: Reviews) -> None:
    item = read("a.png", "one line", "another", "a third")
    ada = reviews("ada")
    ada.begins()

    def slowly() -> str:
        page = ada.store.pages(item)[0]
        ada.store.reshape(item, merged(page, (0, 1), ("one line", "another")), "bert")
        return "one lane"

    ada.person.types = slowly
    assert ada.says("edit")[1] == (
        "bert has split or joined this line meanwhile: what you typed is kept, and counts if that is taken back."
    )
    ada.store.undo("bert")
    assert ada.store.decisions(item)[FIRST].text == "one lane"


def test_undo_leaves_what_a_colleague_decided_later_and_says_so(read: Adds, reviews: Reviews) -> None:
    item = read("a.png", "one line", "another")
    bert, ada = reviews("bert"), reviews("ada")
    ada.begins()
    ada.says("accept")
    bert.begins()
    bert.says("goto", "1")
    bert.says("reject")
    assert ada.says("undo")[:3] == [
        "bert rejected line 1. H tells both.",
        "taken back",
        "What counts of line 1 is what bert decided.",
    ]
    assert ada.store.decisions(item)[FIRST].reviewer == "bert"


def test_two_programs_on_one_file_know_of_each_other(home: dict[str, str], read: Adds, opened: Starts) -> None:
    item = read("a.png", "one line", "another")
    terminal, _ = opened()
    terminal.wait_for("a.png, line 1 of 2.*\none line")
    with Store(Path(home["HANDREAD_QUEUE"])) as store:
        until(lambda: store.open_elsewhere("bert") == {item: ("ada",)})
        bert = {**os.environ, **home, "USER": "bert", "LOGNAME": "bert"}
        rows = warm.run_with_text(REVIEW, bert, "f name\n").stdout.splitlines()
        assert rows[2] == "ada has it open too."
        terminal.send("a")
        terminal.wait_for(r"bert flagged line 1 \(name\)\.\nDecide it all the same\? y or n:")
        terminal.send("n")
        terminal.wait_for(r"a.png, line 1 of 2, flagged \(name\).*\none line$")
        terminal.send("a")
        terminal.wait_for(r"accepted\na.png, line 2 of 2")
        assert (store.decisions(item)[FIRST].reviewer, len(store.history(item, FIRST))) == ("ada", 2)
        terminal.send("ctrl+c")
        assert terminal.wait() == 130
        until(lambda: store.open_elsewhere("bert") == {})
