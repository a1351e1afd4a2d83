"""The checklist by shell: verbs, roles, expectations, two people at once."""

import os
import pty
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.cli import PROGRAM, event_of

pytestmark = pytest.mark.slow


def item(opened, name):
    return next(i for i in opened.json("items") if i["item"] == name)


def test_items_are_listed_for_people_and_for_programs(opened):
    shown = opened("items").stdout.splitlines()
    assert shown[0].split() == ["item", "mark", "title", "team", "assignee", "due", "by", "event"]
    assert len(shown) == 5
    assert {len(line) - len(line.lstrip()) for line in shown} == {0}
    assert "\x1b" not in "".join(shown)
    freeze = item(opened, "freeze")
    assert freeze["mark"] == "open"
    assert freeze["required"] is True
    assert freeze["seq"] == 0
    assert [i["item"] for i in opened.json("items", "--phase", "launch")] == ["dns"]
    assert item(opened, "dns")["blocked_by"] == ["freeze"]
    opened("tick", "freeze")
    assert {i["item"] for i in opened.json("items", "--open")} == {"legal", "macros", "dns"}


def test_a_tick_is_kept_with_the_name_and_told_with_its_event(opened):
    seq = event_of(opened("tick", "freeze").stdout)
    freeze = item(opened, "freeze")
    assert (freeze["mark"], freeze["seq"]) == ("done", seq)
    again = opened.json("--as", "ada", "tick", "freeze")
    assert again == {
        "message": "freeze was already ticked by lead",
        "subject": "item:freeze",
        "seq": seq,
        "already": True,
    }


def test_every_verb_on_items(opened):
    opened("assign", "freeze", "bob")
    assert item(opened, "freeze")["assignee"] == "bob"
    opened("assign", "freeze", "-")
    assert item(opened, "freeze")["assignee"] is None
    opened("fail", "freeze", "--reason", "a late commit")
    assert (item(opened, "freeze")["mark"], item(opened, "freeze")["reason"]) == ("failed", "a late commit")
    opened("untick", "freeze")
    opened("skip", "macros", "--reason", "none this time")
    assert item(opened, "macros")["mark"] == "skipped"
    assert "evidence" in opened.refusal("tick", "legal", status=3)
    assert "not with ftp://" in opened.refusal("evidence", "legal", "ftp://wiki/legal", status=2)
    opened("evidence", "legal", "by both: https://wiki.example/legal", "https://wiki.example/board")
    opened("comment", "legal", "signed by both")
    opened("tick", "legal")
    legal = item(opened, "legal")
    (proof,) = legal["evidence"]
    assert proof["links"] == ["https://wiki.example/legal", "https://wiki.example/board"]
    assert (proof["by"], legal["comments"][0]["text"]) == ("lead", "signed by both")
    opened("tick", "freeze", "--evidence", "tag v4.2.0", "--evidence", "https://ci.example/7")
    assert item(opened, "freeze")["evidence"][0]["text"] == "tag v4.2.0\nhttps://ci.example/7"
    assert "no automated check" in opened.refusal("check", "freeze", status=3)


def test_an_expectation_that_broke_refuses(opened):
    seq = event_of(opened("tick", "freeze").stdout)
    reopened = event_of(opened("untick", "freeze", "--expect", str(seq)).stdout)
    assert opened.refusal("fail", "freeze", "--reason", "x", "--expect", str(seq), status=3) == (
        f"item:freeze has changed since you saw it (now at event {reopened}); look again"
    )
    assert "invalid int value" in opened.refusal("tick", "freeze", "--expect", "soon", status=2)


def test_roles_are_held(opened):
    assert opened.refusal("--as", "eve", "tick", "freeze", status=3).startswith(
        "eve is viewer; `tick` takes "
    )
    assert "skipping the required item freeze takes a director" in opened.refusal(
        "--as", "bob", "skip", "freeze", "--reason", "x", status=3
    )
    assert opened.refusal("--as", "mallory", "tick", "freeze", status=2) == (
        "there is no operator 'mallory'; expected one of lead, ada, bob, eve"
    )


def test_two_people_who_tick_at_once_make_one_event(opened):
    def tick(name: str) -> subprocess.CompletedProcess[str]:
        return opened("--as", name, "tick", "freeze", "--json")

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(tick, ["lead", "ada", "bob", "lead"]))
    told = [a.stdout for a in answers]
    assert sum('"already":false' in line for line in told) == 1
    assert sum('"already":true' in line for line in told) == 3
    assert "holds: 2 events" in opened("verify").stdout


def test_a_gate_guards_the_phase_until_a_director_overrides(opened):
    refused = opened.refusal("phase", "launch", status=3)
    assert refused.startswith("gate launch is NO-GO: required items done: 0 of 2 done; open: freeze, legal")
    assert "takes a director" in opened.refusal("--as", "ada", "phase", "launch", status=3)
    opened("phase", "launch", "--override", "the board said so", "--expect", "0")
    assert opened.json("status", status=5)["phase"] == "launch"


def test_locks_notes_and_the_end(opened):
    opened("--as", "ada", "lock", "site", "--reason", "incident 42", "--for", "30m")
    assert opened.json("status", status=1)["locks"][0]["owner"] == "ada"
    assert "5 minutes" in opened.refusal("lock", "site", "--reason", "x", "--for", "5 minutes", status=2)
    assert "locked by ada" in opened.refusal("lock", "site", "--reason", "mine", status=3)
    opened("unlock", "site")
    opened("note", "press is out")
    assert "outcome" in opened.refusal("close", status=2)
    closed = opened("close", "--outcome", "partial", "--reason", "no press")
    assert "verify --head" in closed.stderr
    head = closed.stderr.split(" with ")[1].split(";")[0]
    assert head in opened("verify", "--head", head).stdout
    assert opened.refusal("tick", "freeze", status=3) == "the launch is closed (partial)"
    assert opened.json("launches")[0]["outcome"] == "partial"
    assert "is closed and needs no engine" in opened.refusal("engine", status=3)


def test_colour_is_for_terminals_that_want_it(opened):
    def shown(**env: str) -> bytes:
        ours, theirs = pty.openpty()
        environ = {**opened.environ, "TERM": "xterm", **env}
        with subprocess.Popen([PROGRAM, "items"], cwd=opened.home, env=environ, stdout=theirs) as process:
            os.close(theirs)
            seen = b""
            while True:
                try:
                    chunk = os.read(ours, 4096)
                except OSError:
                    break
                if not chunk:
                    break
                seen += chunk
            process.wait()
        os.close(ours)
        return seen

    assert b"\x1b[" in shown()
    assert b"\x1b[" not in shown(NO_COLOR="1")
    assert b"\x1b[" not in shown(TERM="dumb")


def test_an_item_is_added_in_the_night(opened):
    opened("add", "Call the bank", "--team", "payments", "--phase", "launch", "--due", "T+30m")
    [item] = [i for i in opened.json("items") if i["item"] == "call-the-bank"]
    assert (item["title"], item["phase"], item["mark"]) == ("Call the bank", "launch", "open")
    assert "expected a time relative to T-0" in opened.refusal("add", "x", "--due", "soon", status=2)
    assert "director" in opened.refusal("--as", "bob", "add", "x", "--required", status=3)
