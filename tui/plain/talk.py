"""What is said and done in a review without a screen: a command comes by its name, and is said back in a word.

Whoever sits there is told rows and asked for what a command needs: a reason, a text, words to look for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tui.model import LineKey, Step, Trouble, Verdict
from tui.plain import sentences
from tui.plain.person import Command, Draft, Person
from tui.plain.sentences import Focus
from tui.plain.sitting import Refused, Sitting
from tui.review import MANY, REASONS, cleaned, doubtful_spans, first_look
from tui.suggestions import Suggestion

_TAKE, _UNKNOWN = "take", "There is no command {}. ? says those that there are."
_HELP = {
    "change": "Say the word anew: what is typed replaces it.",
    "search": "Find lines by words, a /regular expression/ or a filter, and go to the first.",
    "everywhere": "Find the lines with the same misreading, and go to the first.",
    "expand": "Say the words of the line one by one, and how sure each is.",
    "context": "Say the lines before and after.",
    "copy": "Copy the line's text to the clipboard of the terminal; where there is none, say it.",
    "down": "Go to the next line.",
    "up": "Go to the line before.",
    "first": "Go to the first line of the image.",
    "last": "Go to the last line.",
    "history": "Say what was done about the line, by whom and when.",
    "keys": "Say the keys that do something here and now.",
    "command": "Type a command by its name, such as goto 12.",
    "leave": "Leave. Every decision is on the disk.",
}
"""What commands do here, where that is not quite what they do on the screen."""
_ABOUT_THE_LINE = frozenset({"accept", "skip", "reject", "flag", "edit", "change", "take", "repeat"})
"""Commands that decide the line one stands on: as it was said."""


class Talk:
    """A review in words."""

    def __init__(self, sitting: Sitting, person: Person, commands: Sequence[Command]) -> None:
        self._sitting = sitting
        self._person = person
        self._commands = tuple(commands)
        sitting.where_told = next(
            (f" {(one.keys or (one.title,))[0]} tells both." for one in commands if one.name == "history"), ""
        )
        self._said: tuple[int, LineKey | None, int | None] | None = None
        self._told_of_sharing: tuple[int, str] = (0, "")
        """An image, and what was said last of who else has it open."""
        self._page_offered: tuple[int, int] | None = None
        self._goes_on = True
        self._told_of_learning = False
        self._offered: tuple[tuple[int, LineKey, int | None, str], tuple[Suggestion, ...]] | None = None
        """What was said last that a word may be, and of which word."""

    # -- what is said -------------------------------------------------------------------------------------------------

    def begin(self) -> bool:
        """Say where the review stands; False when nothing has been read yet."""
        try:
            is_any = self._sitting.begin()
        except Trouble as trouble:
            self._person.say(str(trouble))
            is_any = self._sitting.item.id != 0
        if not is_any:
            left = self._sitting.store.tally().unfinished
            waits = f"{left} images wait" if left else "The queue is empty"
            self._person.say(f"{waits}, and nothing has been read yet. `handread run PATH...` recognises images.")
            return False
        self._person.say(f"Review, line by line. {sentences.progress(self._sitting)} ? says the keys, q leaves.")
        self.say_place()
        return True

    def say_place(self) -> None:
        """Say the line or the word that one stands on, and put the cursor there."""
        sitting, spot, before = self._sitting, self._sitting.spot, self._said
        now = (sitting.item.id, spot.key if spot else None, spot.word if spot else None)
        self._said = now
        self._say_news()
        if spot is None:
            self._say_sharing()
            self._person.focus(Focus(sentences.where(sitting)))
            return
        is_other_line = before is None or before[:2] != now[:2]
        if is_other_line:
            self._person.say(sentences.where(sitting))
        self._say_sharing()
        if is_other_line or before != now:
            self._offered = None
            self._say_suggestions()
        word = None if is_other_line else spot.word
        self._person.focus(sentences.the_line(sitting) if word is None else sentences.the_word(sitting, word))

    def _say_news(self) -> None:
        """Say what colleagues did to the image."""
        for sentence in self._sitting.take_news():
            self._person.say(sentence)

    def _say_sharing(self) -> None:
        """Say which colleagues have the image open, when one comes to it and when that has changed."""
        before, now = self._told_of_sharing, (self._sitting.item.id, self._sitting.sharing)
        self._told_of_sharing = now
        if now[1] and now != before:
            is_why = before[0] != now[0] and self._sitting.nothing_else
            self._person.say(f"{'Nothing else is left to review: ' if is_why else ''}{now[1]}.")

    def _say_suggestions(self) -> None:
        """Say what a doubtful word may be instead, in one row."""
        sitting = self._sitting
        is_asked = sitting.word is not None and sitting.line.words[sitting.word].is_doubtful
        if is_asked and (sitting.doubtful or (sitting.spot is not None and sitting.spot.word is not None)):
            found = sitting.suggestions()
            self._offer(found or ())
            if found is None and not self._told_of_learning:
                self._told_of_learning = True
                self._person.say("What doubtful words may be is still being learnt from what was decided.")

    def _offer(self, found: Sequence[Suggestion]) -> None:
        """Say suggestions in one row; what is not said cannot be taken."""
        said = sentences.suggested(found, self._person.columns - 1)
        self._offered = (self._meant(), tuple(found[: len(said)]))
        if said:
            self._person.say(", ".join(said))

    def _meant(self) -> tuple[int, LineKey, int | None, str]:
        """Return which word is meant, of which line as it stands."""
        return self._sitting.item.id, self._sitting.key, self._sitting.word, self._sitting.text

    # -- what is done -------------------------------------------------------------------------------------------------

    def do(self, name: str, argument: str | None = None) -> bool:
        """Do a command and say what came of it and where one stands then; False when the review is left.

        `argument` is what was given with it, None where it may be asked for. What cannot be done is said.
        """
        try:
            is_as_said = self._sitting.look_again()
            self._say_news()
            if is_as_said or name not in _ABOUT_THE_LINE or self._decides_all_the_same():
                self._do(name, argument)
        except Trouble as trouble:
            self._person.say(str(trouble))
        if self._goes_on:
            self.say_place()
        return self._goes_on

    def _decides_all_the_same(self) -> bool:
        """Ask whether to decide a line that a colleague has decided since it was said; one that is gone cannot be."""
        here, self._said = self._said, None
        if here is not None and here[1] not in self._sitting.keys:
            raise Refused("The line is no more. This one stands near its place.")
        return self._person.agrees("Decide it all the same?")

    def _do(self, name: str, argument: str | None) -> None:
        if name != "accept_page":
            self._page_offered = None
        plain, given = self._plain(), self._given()
        if name in given:
            given[name](argument)
        elif name not in plain:
            raise Refused(self._not_here(name))
        elif argument:
            raise Refused(f"{name.replace('_', ' ')} takes nothing after it.")
        else:
            plain[name]()

    def _not_here(self, name: str) -> str:
        known = next((command for command in self._commands if command.name == name), None)
        return (
            f"{known.title} is there on the screen alone (`handread`)."
            if known is not None
            else _UNKNOWN.format(f"“{name}”")
        )

    def _plain(self) -> Mapping[str, Callable[[], None]]:
        """Return the commands that stand alone."""
        sitting = self._sitting
        return {
            "accept": self._accept,
            "skip": lambda: self._decide(Verdict.SKIPPED),
            "reject": lambda: self._decide(Verdict.REJECTED),
            "accept_page": self._accept_page,
            "skip_page": lambda: self._decide_page(Verdict.SKIPPED),
            "reject_page": lambda: self._decide_page(Verdict.REJECTED),
            "undo": lambda: self._say_step(sitting.turn_back(), "taken back", "There is nothing to undo."),
            "redo": lambda: self._say_step(sitting.turn_on(), "made again", "There is nothing to redo."),
            "repeat": self._repeat,
            "next_doubtful": lambda: sitting.lead(1),
            "previous_doubtful": lambda: sitting.lead(-1),
            "everywhere": self._everywhere,
            "next_hit": lambda: sitting.next_hit(1),
            "previous_hit": lambda: sitting.next_hit(-1),
            "down": lambda: sitting.move(1),
            "up": lambda: sitting.move(-1),
            "first": lambda: sitting.go_to_place(0),
            "last": lambda: sitting.go_to_place(-1),
            "next_page": lambda: sitting.turn_page(1),
            "previous_page": lambda: sitting.turn_page(-1),
            "next_word": lambda: sitting.move_word(1),
            "previous_word": lambda: sitting.move_word(-1),
            "expand": lambda: self._person.say(sentences.words_one_by_one(sitting)),
            "context": self._say_around,
            "order": self._order,
            "history": self._say_history,
            "copy": lambda: self._person.say(self._person.copy(sitting.text)),
            "again": self._again,
            "keys": self._say_keys,
            "leave": self._leave,
            "quit": self._leave,
        }

    def _given(self) -> Mapping[str, Callable[[str | None], None]]:
        """Return the commands that are about something."""
        return {
            "edit": self._edit,
            "change": self._change,
            "take": self._take,
            "flag": self._flag,
            "flag_page": self._flag_page,
            "search": self._search,
            "goto": self._go_to,
        }

    @property
    def names(self) -> frozenset[str]:
        """The names of all commands."""
        return frozenset([*self._plain(), *self._given()])

    def _leave(self) -> None:
        self._goes_on = False
        self._person.say(sentences.progress(self._sitting))

    def _again(self) -> None:
        self._said = None

    # -- deciding -----------------------------------------------------------------------------------------------------

    def _accept(self) -> None:
        self._sitting.accept()
        self._person.say(self._sitting.verdict.value)
        self._go_on()

    def _decide(self, verdict: Verdict, reason: str = "") -> None:
        self._sitting.decide(verdict, reason=reason)
        self._person.say(verdict.value + (f": {reason}" if reason else ""))
        self._go_on()

    def _go_on(self) -> None:
        before = self._sitting.item.id
        if not self._sitting.go_on():
            self._person.say(sentences.all_decided(self._sitting))
        elif self._sitting.item.id != before:
            self._person.say(sentences.progress(self._sitting))

    def _go_on_from_page(self) -> None:
        if not self._sitting.go_on_from_page():
            self._person.say(sentences.all_decided(self._sitting))

    def _accept_page(self) -> None:
        sitting = self._sitting
        left, place = sitting.left_on_page(), (sitting.item.id, sitting.page_number)
        keys = sitting.lines_to_accept(unsure=self._page_offered == place)
        if not left:
            self._go_on_from_page()
        elif keys:
            self._page_offered = None
            self._accept_lines(keys)
        else:
            self._page_offered = place
            raise Refused(
                f"None of the {_lines(len(left))} left on this page is sure enough ({sitting.threshold:.0%}). "
                f"The same again accepts them all the same."
            )

    def _accept_lines(self, keys: Sequence[LineKey]) -> None:
        if len(keys) > MANY and not self._person.agrees(f"Accept {_lines(len(keys))} of this page?"):
            return
        self._sitting.accept_lines(keys)
        left = self._sitting.left_on_page()
        self._person.say(f"{len(keys)} accepted" + (f", {len(left)} left" if left else ""))
        if left:
            self._sitting.go_to_place(self._sitting.keys.index(left[0]))
        else:
            self._go_on_from_page()

    def _decide_page(self, verdict: Verdict, reason: str = "") -> None:
        keys = self._sitting.left_on_page()
        if len(keys) > MANY and not self._person.agrees(f"{_lines(len(keys))} of this page: {verdict}?"):
            return
        if keys:
            self._sitting.decide_lines(keys, verdict, reason)
            self._person.say(f"{_lines(len(keys))} {verdict}" + (f": {reason}" if reason else ""))
        self._go_on_from_page()

    def _flag(self, given: str | None) -> None:
        reason = self._reason(given)
        if reason is not None:
            self._decide(Verdict.FLAGGED, reason)

    def _flag_page(self, given: str | None) -> None:
        reason = self._reason(given) if self._sitting.left_on_page() else ""
        if reason is not None:
            self._decide_page(Verdict.FLAGGED, reason)

    def _reason(self, given: str | None) -> str | None:
        _ = self._sitting.key
        return self._person.reason(REASONS) if given is None else REASONS.get(given, given)

    def _say_step(self, step: Step | None, done: str, nothing: str) -> None:
        if step is None:
            raise Refused(nothing)
        self._person.say(done + (f", {step.lines} lines" if step.lines > 1 else ""))
        self._said = None

    # -- correcting ---------------------------------------------------------------------------------------------------

    def _edit(self, given: str | None) -> None:
        sitting = self._sitting
        line, text = sitting.line, sitting.text
        if given is None:
            doubtful = tuple(start for start, _ in doubtful_spans(line, text))
            at = first_look(line, text, sitting.spot.word if sitting.spot is not None else None)
            given = self._person.edited("edit", Draft(text, at, line.text, doubtful))
        if given is None:
            self._person.say("left as it was")
            self._again()
            return
        self._person.say(sitting.keep(cleaned(given, text, line.text)).value)
        self._go_on_after_correction()

    def _change(self, given: str | None) -> None:
        place = self._word_meant()
        said = self._sitting.said_of(place)
        if given is None:
            given = self._person.edited(f"instead of {said}", Draft("", 0, said))
        if given:
            self._replace(place, cleaned(given, said))
        else:
            self._person.say("left as it was")
            self._again()

    def _take(self, given: str | None) -> None:
        place, digit = self._word_meant(), int(given) if given and given in "123456789" else 0
        meant, offered = self._offered or (None, ())
        if meant != self._meant() or not offered:  # nothing is decided by what was not said before
            self._offer(self._sitting.suggestions(for_certain=True) or ())
            if self._offered is not None and self._offered[1]:
                return
        if not 1 <= digit <= len(offered):
            raise Refused(f"There is no suggestion {given or ''} for “{self._sitting.said_of(place)}”.")
        self._replace(place, offered[digit - 1].text)

    def _word_meant(self) -> int:
        place = self._sitting.word
        if place is None:
            _ = self._sitting.key
            raise Refused("No word is chosen here: w goes to the next one, ] to the next doubtful one.")
        return place

    def _repeat(self) -> None:
        sitting = self._sitting
        if sitting.last_correction is None:
            raise Refused("Nothing was corrected yet that could be repeated.")
        misread, right = sitting.last_correction
        place = sitting.word_misread()
        if place is None:
            raise Refused(f"There is no “{misread}” in this line. w goes to the word that is meant.")
        self._replace(place, right)

    def _replace(self, place: int, right: str) -> None:
        stays = self._sitting.replace_word(place, right)
        self._person.say(f"{self._sitting.verdict}: {right}")
        if not stays:
            self._go_on_after_correction()

    def _go_on_after_correction(self) -> None:
        self._say_news()
        correction = self._sitting.last_correction
        if correction is not None and self._sitting.verdict is Verdict.CORRECTED:
            more = self._sitting.count_misread(correction[0])
            if more:
                self._person.say(f"{more} more of “{correction[0]}”: * goes through them")
        self._go_on()

    # -- finding, and what is asked for -------------------------------------------------------------------------------

    def _everywhere(self) -> None:
        sitting = self._sitting
        place = sitting.word
        if sitting.last_correction is not None:
            misread, right = sitting.last_correction
            becomes = f" that may be “{right}”: . corrects,"
        elif place is not None:
            misread, becomes = sitting.said_of(place), ":"
        else:
            raise Refused("Nothing was corrected yet; w chooses a word to look for.")
        count = sitting.find_misread(misread)
        if not count:
            raise Refused(f"“{misread}” stands in no line that is left to decide.")
        self._person.say(f"{_lines(count)} with “{misread}”{becomes} n goes to the next")

    def _search(self, given: str | None) -> None:
        if given is None:
            given = self._person.edited("search", Draft("", 0))
        if not given:
            return
        count = self._sitting.find(given)
        if not count:
            raise Refused(f"No line matches {given}")
        verb = "matches" if count == 1 else "match"
        self._person.say(f"{_lines(count)} {verb} {given}: n goes to the next")
        self._said = None

    def _go_to(self, given: str | None) -> None:
        if given is None or not given.isdecimal() or len(given) > 9 or not int(given):
            raise Refused("goto is followed by the number of a line.")
        self._sitting.go_to_place(int(given) - 1)

    def _say_around(self) -> None:
        before, after = self._sitting.around()
        self._person.say(f"before: {sentences.directed(before)}" if before else "This is the first line.")
        self._person.say(f"after: {sentences.directed(after)}" if after else "This is the last line.")

    def _say_history(self) -> None:
        """Say what was done about the line, the newest first."""
        acts = self._sitting.history
        for act in reversed(acts):
            self._person.say(sentences.done(act))
        if not acts:
            self._person.say("Nobody has decided this line yet.")
        self._person.say(f"read as: {sentences.directed(self._sitting.line.text)}")

    def _order(self) -> None:
        how = "as they stand on the page" if self._sitting.change_order() else "as the service gave them"
        self._person.say(f"lines {how}")
        self._said = None

    def _say_keys(self) -> None:
        """Say the commands that do something here and now, each with its keys."""
        useless = self._useless()
        for command in self._commands:
            if command.name in {*self.names, "command"} - useless:
                keys = "1 to 9" if command.name == _TAKE else " or ".join(command.keys)
                self._person.say(f"{keys or command.title}: {_HELP.get(command.name, command.help)}")

    def _useless(self) -> set[str]:
        sitting = self._sitting
        useless = {"previous_hit", "next_hit"} if not sitting.hits else set()
        if sitting.last_correction is None:
            useless.add("repeat")
        if sitting.spot is None:
            useless |= {"accept", "accept_page", "edit", "flag", "flag_page", "skip", "skip_page", "reject"}
            useless |= {"reject_page", "copy", "history", "context", "expand", "next_word", "previous_word", "change"}
            return useless | {_TAKE}
        if sitting.word is None:
            useless.add("change")
        if sitting.suggestions() == ():
            useless.add(_TAKE)
        return useless | ({"next_word", "previous_word", "expand"} if not sitting.line.words else set())


def _lines(count: int) -> str:
    return f"{count} line" if count == 1 else f"{count} lines"
