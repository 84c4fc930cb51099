"""Work that may block for as long as it likes holds up neither the loop nor the end of the program."""

import threading

import pytest

from tui.aside import aside


async def test_what_hangs_is_given_up_and_does_not_hold_up_the_end() -> None:
    release = threading.Event()
    with pytest.raises(TimeoutError):
        await aside(release.wait, 0.05)
    (left,) = (thread for thread in threading.enumerate() if thread.name == "handread-aside")
    assert left.daemon
    release.set()
    left.join()


async def test_what_goes_wrong_aside_is_raised_here() -> None:
    def fail() -> None:
        raise KeyError("aside")

    with pytest.raises(KeyError, match="aside"):
        await aside(fail, 5)


async def test_what_comes_of_it_is_returned() -> None:
    assert await aside(lambda: threading.current_thread().daemon) is True
