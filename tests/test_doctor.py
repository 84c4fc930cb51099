"""`handread doctor`: the whole report, as a person and a script see it."""

import json
import os
import re
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests import warm
from tests.fake_service import FakeService, refused, reply
from tests.terminal import Terminal
from tests.test_program import HANDREAD, handread, home, profile
from tests.view.conftest import draw_page
from tui import doctor
from tui.doctor import Check, Found, examine
from tui.doctor.call import operation_path
from tui.doctor.report import mark_of, report_object, row
from tui.exits import DONE, SOME_FAILED, WRONG_USAGE

__all__ = ["home"]

KEY = "0123456789abcdef0123456789abcdef"
CLOUD = [
    "settings",
    "profile",
    "endpoint",
    "address",
    "connection",
    "certificate",
    "key",
    "key taken",
    "dialect",
    "tier",
]
HERE = ["terminal", "drawing", "locale", "queue", "disk", "file system", "cache"]


def asked(home: Mapping[str, str], *arguments: str) -> tuple[int, dict[str, dict[str, str]]]:
    """Return the exit code and the checks by name, in their order."""
    done = handread(home, "doctor", "--json", *arguments)
    assert done.stderr == ""
    report = json.loads(done.stdout)
    assert report["schema"] == 1
    return done.returncode, {check["name"]: check for check in report["checks"]}


@pytest.mark.xdist_group("program")
def test_without_settings_the_engine_is_tried(home: dict[str, str]) -> None:
    code, checks = asked(home)
    assert code == DONE
    assert list(checks) == ["settings", "profile", "engine", "reading", "memory", *HERE]
    assert checks["engine"]["state"] == "ok"
    assert re.search(r"read the word Handread in \d+\.\d s", checks["reading"]["says"])


def test_a_profile_that_works_is_well(home: dict[str, str]) -> None:
    with FakeService(key=KEY) as service:
        profile(home, service)
        code, checks = asked({**home, "CLOUD_KEY": KEY})
    assert code == DONE
    assert list(checks) == [*CLOUD, "retirement", *HERE]
    assert not [check for check in checks.values() if check["state"] == "wrong"]
    assert checks["key taken"]["state"] == checks["dialect"]["state"] == "ok"
    assert service.posts == []


def test_a_wrong_key_ends_the_command_with_1_and_is_not_shown(home: dict[str, str]) -> None:
    with FakeService(key=KEY) as service:
        profile(home, service)
        done = handread({**home, "CLOUD_KEY": "f" * 32}, "doctor")
    assert done.returncode == SOME_FAILED
    assert "✗   key taken    127.0.0.1 does not take the key (401" in done.stdout
    assert "f" * 32 not in done.stdout + done.stderr


def test_a_key_that_is_not_there_is_told_and_nothing_is_asked(home: dict[str, str]) -> None:
    with FakeService() as service:
        profile(home, service)
        code, checks = asked(home)
    assert code == SOME_FAILED
    assert "CLOUD_KEY, which is empty" in checks["key"]["says"]
    assert checks["key taken"]["says"] == "Not asked, for there is no key to ask with."
    assert service.requests == []


def test_a_tier_that_the_service_names_is_gone_by(home: dict[str, str]) -> None:
    body = {"error": {"code": "429", "message": "Rate limit of your ComputerVision F0 pricing tier exceeded."}}
    path = operation_path("/vision/v3.2/read/analyze")
    with FakeService(files={path: reply(body, 429, Retry_After="9")}) as service:
        profile(home, service)
        code, checks = asked({**home, "CLOUD_KEY": KEY})
    assert code == DONE
    assert "Ask again in 9 seconds" in checks["key taken"]["says"]
    assert "F0, as the service says: at most 20 calls a minute" in checks["tier"]["says"]


def test_a_retired_dialect_names_its_successor_before_anything_is_sent(home: dict[str, str]) -> None:
    gateway = {"error": {"code": "404", "message": "Resource not found"}}
    path = operation_path("/vision/v2.0/recognizeText")
    with FakeService([refused(gateway, 404)], files={path: reply(gateway, 404)}) as service:
        profile(home, service)
        config = Path(home["XDG_CONFIG_HOME"]) / "handread" / "config.toml"
        config.write_text(config.read_text().replace("read-3.2", "recognize-text-2.0"))
        code, checks = asked({**home, "CLOUD_KEY": KEY})
    assert code == SOME_FAILED
    assert "use the dialect read-3.2" in checks["dialect"]["says"]
    assert [post.body for post in service.posts] == [b""]


def test_a_port_where_nobody_listens_stops_the_questions(home: dict[str, str]) -> None:
    with FakeService() as service:
        profile(home, service)
    code, checks = asked({**home, "CLOUD_KEY": KEY})
    assert code == SOME_FAILED
    assert "cannot be reached" in checks["connection"]["says"]
    assert checks["dialect"]["says"] == "Not asked, for the way there is not open."
    assert checks["queue"]["state"] == "ok"


async def test_a_network_that_swallows_everything_does_not_hold_the_rest_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor.certificate, "TLS_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        file = tmp_path / "config.toml"
        file.write_text(
            f'service = "deaf"\ncache = "{tmp_path}"\n[services.deaf]\ndialect = "read-3.2"\n'
            f'endpoint = "https://127.0.0.1:{server.getsockname()[1]}"\n'
        )
        checks = {check.name: check async for check in examine(None, tmp_path / "queue.db", {}, file)}
    assert checks["certificate"].state is Found.WRONG
    assert checks["cache"].state is Found.OK


def test_all_limits_together_are_less_than_half_a_minute() -> None:
    network, certificate, call, key = doctor.network, doctor.certificate, doctor.call, doctor.key
    connecting = network.TRIED * (network.CONNECT_SECONDS + certificate.GRACE)
    way = network.NAME_SECONDS + connecting + certificate.TLS_SECONDS + certificate.GRACE
    before_the_call = max(way, key.KEY_SECONDS + key.TOKEN_SECONDS, doctor.DISK_SECONDS)
    assert before_the_call + call.CALL_SECONDS < 30
    assert doctor.carried.READ_SECONDS < 30


# -- settings, queue and cache


def test_settings_that_cannot_be_read_are_one_row_of_several(home: dict[str, str]) -> None:
    folder = Path(home["XDG_CONFIG_HOME"]) / "handread"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text("service =")
    code, checks = asked(home)
    assert code == SOME_FAILED
    assert list(checks) == ["settings", *HERE]
    assert "is not valid TOML" in checks["settings"]["says"]


def test_a_service_that_there_is_not_is_named(home: dict[str, str]) -> None:
    code, checks = asked(home, "--service", "cluod")
    assert code == SOME_FAILED
    assert "There is no service named 'cluod'" in checks["profile"]["says"]


def test_with_none_nothing_of_a_service_is_looked_at(home: dict[str, str]) -> None:
    code, checks = asked(home, "--service", "none")
    assert code == DONE
    assert list(checks) == ["settings", "profile", *HERE]


def test_a_queue_that_is_none_is_wrong_and_stays_as_it_is(home: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_bytes(b"nonsense" * 200)
    code, checks = asked(home, "--service", "none", "--queue", str(tmp_path / "notes.db"))
    assert code == SOME_FAILED
    assert "notes.db is not a Handread queue" in checks["queue"]["says"]
    assert (tmp_path / "notes.db").read_bytes() == b"nonsense" * 200


def test_the_images_sent_so_far_are_held_against_the_budget(home: dict[str, str], tmp_path: Path) -> None:
    draw_page(tmp_path / "a.png")
    with FakeService(key=KEY) as service:
        profile(home, service, "max_calls = 1")
        environment = {**home, "CLOUD_KEY": KEY}
        assert handread(environment, "run", str(tmp_path / "a.png")).returncode == DONE
        code, checks = asked(environment)
    assert code == SOME_FAILED
    assert "1 images were sent from this queue, of 1 that may be" in checks["budget"]["says"]
    assert checks["queue"]["says"].endswith(": 1 done.")


# -- how it looks


def test_a_row_is_a_mark_a_name_and_a_sentence(home: dict[str, str]) -> None:
    done = handread(home, "doctor", "--service", "none")
    assert "\x1b" not in done.stdout
    rows = done.stdout.splitlines()
    assert rows[1] == "ok  profile      none: images are looked at, and none is read."
    assert all(re.match(r"(ok |\?  |✗  ) [a-z ]{12} \S", row) for row in rows)


def test_without_utf_8_the_cross_has_an_ascii_twin(home: dict[str, str]) -> None:
    environment = {**home, "PYTHONIOENCODING": "ascii", "TERM_PROGRAM": "Käse"}
    done = handread(environment, "doctor", "--service", "cluod")
    assert "\nx   profile      There is no service" in done.stdout
    assert "TERM_PROGRAM=K?se" in done.stdout


def test_on_a_terminal_marks_have_colours_and_rows_are_folded(home: dict[str, str]) -> None:
    argv = (*HANDREAD, "doctor", "--service", "none")
    with Terminal(argv, size=(70, 40), env={**home, "TERM": "xterm-256color"}) as terminal:
        assert terminal.wait() == 0
        screen = terminal.text
        column = next(number for number, line in enumerate(terminal.rows) if line.startswith("ok  profile"))
        assert terminal.cell(0, column).foreground != terminal.cell(5, column).foreground
    assert "70 columns and 40 rows" in screen
    assert re.search(r"\n {17}\S", screen)
    assert not re.search(r"\n {1,16}\S", screen)


def test_the_report_is_an_object_with_a_version() -> None:
    assert report_object([Check("key", Found.UNKNOWN, "Who knows.")]) == {
        "schema": 1,
        "checks": [{"name": "key", "state": "unknown", "says": "Who knows."}],
    }


@pytest.mark.parametrize(("encoding", "mark"), [("utf-8", "✗"), ("ascii", "x"), ("iso-8859-1", "x"), ("cp437", "x")])
def test_a_mark_is_one_that_the_terminal_can_write(encoding: str, mark: str) -> None:
    check = Check("key", Found.WRONG, "Nö ✗")
    assert mark_of(check, encoding) == mark
    assert row(check, None, encoding).encode(encoding)


def test_the_help_says_that_nothing_is_paid_for(home: dict[str, str]) -> None:
    help_text = " ".join(handread(home, "doctor", "--help").stdout.split())
    assert "No image is sent, and nothing is paid for." in help_text
    assert handread(home, "doctor", "--nonsense").returncode == WRONG_USAGE


def test_ctrl_c_ends_it_at_once(home: dict[str, str]) -> None:
    path = operation_path("/vision/v3.2/read/analyze")
    with FakeService(files={path: reply(b"", delay=60)}) as service:
        profile(home, service)
        argv = (*HANDREAD, "doctor")
        with warm.begin(argv, {**os.environ, **home, "CLOUD_KEY": KEY}, stdout=subprocess.PIPE) as running:
            while not service.requests and running.poll() is None:
                time.sleep(0.02)
            running.send_signal(2)
            running.communicate(timeout=20)
    assert running.returncode == 130
