"""The command line itself: finding commands, common options, help, errors, what is imported when."""

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import launchpad
from launchpad.cli.command import HIDDEN, TABLE, find, modules
from launchpad.cli.overview import overview
from launchpad.cli.parser import parser_of, split
from launchpad.cli.reference import reference
from launchpad.errors import BadInput
from tests.support.cli import PROGRAM, eventually

TOP = Path(__file__).parents[2]
NAMES = [name for _, _, names in TABLE for name in names]


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_a_summary_and_an_example_that_parses(name):
    command = find(name)
    assert command.name == name
    assert command.summary[0].islower() or command.summary.startswith("JSON")
    assert not command.summary.endswith(".")
    help_ = parser_of(command).format_help()
    assert command.example in help_
    first = command.example.split(" && ")[0].split(" > ")[0]
    given, rest = split(shlex.split(first)[1:])
    assert given == name
    parser_of(command).parse(rest)


def test_the_table_holds_every_declared_command_once():
    assert len(NAMES) == len(set(NAMES))
    assert set(modules()) == set(NAMES) | set(HIDDEN)


def test_the_overview_and_the_reference_tell_of_every_command():
    shown = overview()
    for name in NAMES:
        assert f"\n  {name} " in shown
    assert reference() == (TOP / "docs" / "cli.md").read_text(encoding="utf-8"), (
        "run: python -m launchpad.cli.reference > docs/cli.md"
    )


def test_the_overview_is_as_wide_as_the_terminal(monkeypatch):
    for width in (50, 60, 80, 200):
        monkeypatch.setenv("COLUMNS", str(width))
        lines = overview().splitlines()
        assert max(map(len, lines)) <= width
        assert any(line.startswith("  serve       give a seat over SSH") for line in lines)


def test_version_and_help_go_to_stdout(cli, monkeypatch):
    assert cli("--version").stdout == f"launchpad {launchpad.__version__}\n"
    monkeypatch.setenv("COLUMNS", "80")
    assert cli("--help", env={"COLUMNS": "80"}).stdout == overview()
    for words in (["tick", "--help"], ["--json", "tick", "-h"], ["help", "tick"]):
        done = cli(*words)
        assert "launchpad tick restore-tested" in done.stdout
        assert done.stderr == ""


def test_answering_the_version_imports_nothing_heavy():
    code = "import sys; from launchpad.cli.main import main; main(['--version']); print(*sys.modules)"
    shown = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True
    ).stdout
    imported = set(shown.split("\n")[1].split())
    assert (
        not {"msgspec", "argparse", "asyncio", "yaml", "sqlite3", "psycopg", "asyncssh", "textual"} & imported
    )


def test_a_verb_imports_neither_face_nor_server_nor_other_stores(opened):
    code = (
        "import sys; from launchpad.cli.main import main; main(['tick', 'freeze']); "
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=opened.home,
        env=opened.environ,
        capture_output=True,
        text=True,
        check=True,
    )
    imported = set(done.stderr.split())
    assert "launchpad.desk" in imported
    assert not {"psycopg", "asyncssh", "textual", "rich", "sentry_sdk", "httptools", "keyring"} & imported


@pytest.mark.slow
def test_an_unknown_command_names_the_nearest(cli):
    assert cli.refusal("stauts", status=2) == (
        "there is no command 'stauts'; did you mean 'status'?; see `launchpad --help`"
    )
    assert cli.refusal("rollback", "--yes", status=2) == (
        "there is no command 'rollback'; an action is asked for with `launchpad request rollback`"
    )
    assert "expected one of" in cli.refusal("phase", "lunch", status=2)
    assert "did you mean 'launch'?" in cli.refusal("phase", "lunch", status=2)
    assert "--evidnce" in cli.refusal("tick", "x", "--evidnce", "y", status=2)
    assert cli.refusal("tick", status=2) == (
        "the following arguments are required: ID; see `launchpad tick --help`"
    )


@pytest.mark.slow
def test_common_options_stand_before_or_after_the_command(opened):
    elsewhere = opened.home / "elsewhere"
    elsewhere.mkdir()
    (opened.home / "launchpad.yaml").rename(elsewhere / "it.yaml")
    for args in (
        ("-c", "elsewhere/it.yaml", "--json", "items"),
        ("items", "--json", "--config=elsewhere/it.yaml"),
        ("--json", "items", "-c", "elsewhere/it.yaml"),
    ):
        assert len(json.loads(opened(*args).stdout)) == 4
    shown = opened("items", "--json", env={"LAUNCHPAD_CONFIG": str(elsewhere / "it.yaml")}).stdout
    assert len(json.loads(shown)) == 4


def test_errors_are_json_where_results_are(opened):
    done = opened("--json", "tick", "nothing", status=2)
    assert done.stdout == ""
    assert json.loads(done.stderr) == {
        "error": {
            "message": "there is no item nothing",
            "hint": "see `launchpad items`",
            "exit_code": 2,
        }
    }
    faults = json.loads(opened("validate", "--json", "nowhere.yaml", status=2).stderr)["error"]["faults"]
    assert faults == ["nowhere.yaml:1:1: no such file"]


@pytest.mark.slow
def test_quiet_leaves_results_and_errors(opened):
    opened.define("launch: {product: Acme, version: 4.2.0, environment: staging}\n")
    assert "differs from what" in opened("items").stderr
    assert opened("items", "--quiet").stderr == ""
    assert opened("items", "--quiet").stdout == opened("items").stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    "word",
    [
        "\x1b]0;owned\x07\x1b[31mred",
        "[/bold]",
        "",
        "a" * 5000,
        "../../etc/passwd",
        "{{ launch.version }}",
        "%s%n",
        b"\xff\xfe not utf-8",
        "\u202egnp.exe",
        "line\nbreak",
    ],
)
def test_hostile_words_get_one_calm_line(opened, word):
    for args in (
        ("tick", word),
        (word,),
        ("--launch", word, "status"),
        ("-c", word, "items"),
        ("approve", word),
    ):
        done = opened(*args, status=None)
        assert done.returncode in (2, 3)
        assert done.stderr.count("\n") == 1
        assert not set("\x1b\x07\u202e") & set(done.stderr)


def test_an_empty_word_is_no_command(opened):
    # As a script's unset variable would have it: `launchpad "$VERB"` must not open a launch.
    assert opened.refusal("", status=2) == "there is no command ''; see `launchpad --help`"


def test_behind_two_dashes_everything_is_a_word(opened):
    for text in ("--version", "--json", "-x", "--help"):
        opened("note", "--", text)
    assert [note["text"] for note in opened.json("notes")] == ["--version", "--json", "-x", "--help"]
    assert opened("tick", "--", "--json", status=2).stderr.startswith("launchpad: there is no item --json")


def test_options_stand_anywhere_between_the_words_and_a_dash_with_a_digit_is_a_word():
    for words, text in (
        (["declare", "--severity", "high", "cards fail"], "cards fail"),
        (["--severity", "high", "declare", "cards fail"], "cards fail"),
        (["declare", "cards fail", "--severity", "high"], "cards fail"),
        (["declare", "--severity", "high", "--", "--cards"], "--cards"),
        (["declare", "--severity", "high"], ""),
    ):
        options = parser_of(find("incident")).parse(words)
        assert (options.verb, options.severity, options.text) == ("declare", "high", text)
    assert parser_of(find("countdown")).parse(["slip", "-10m"]).by == "-10m"
    with pytest.raises(BadInput, match="unrecognized arguments: fail"):
        parser_of(find("incident")).parse(["declare", "--severity", "high", "cards", "fail"])


@pytest.mark.slow
def test_hostile_words_are_kept_harmless(opened):
    opened("note", "\x1b[31mred\x1b]0;owned\x07 [/x] \u202egnp")
    opened("comment", "freeze", "[link=file:///etc/passwd]look[/link]\x1b[2J")
    items = {item["item"]: item for item in opened.json("items")}
    assert items["freeze"]["comments"][0]["text"] == "[link=file:///etc/passwd]look[/link]"
    opened("comment", "freeze", "x" * 100_000, status=2)


@pytest.mark.slow
def test_without_a_definition_reading_works_on_the_one_open_launch(opened):
    (opened.home / "launchpad.yaml").unlink()
    assert "Acme 4.2.0" in opened("status", status=None).stdout
    assert opened("tick", "freeze").stdout.startswith("ticked freeze")
    store = f"sqlite:///{opened.home}/state/launchpad/launchpad.db"
    assert "Acme" in opened("launches", "--store", store, env={"XDG_STATE_HOME": "/nowhere"}).stdout


@pytest.mark.slow
def test_a_reader_that_goes_away_is_no_crash(opened):
    for command in ("schema", "items", "--help"):
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run(
            [PROGRAM, command], cwd=opened.home, env=opened.environ, stdout=writer, stderr=subprocess.PIPE
        )
        os.close(writer)
        assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_full_disk_is_no_crash(opened):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [PROGRAM, "items"], cwd=opened.home, env=opened.environ, stdout=full, stderr=subprocess.PIPE
        )
    assert (done.returncode, done.stderr) == (4, b"launchpad: a disk is full; make room, then look again\n")


@pytest.mark.slow
def test_closed_streams_are_no_crash(opened):
    for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
        line = f"{shlex.quote(str(PROGRAM))} tick freeze {closed}"
        done = subprocess.run(["sh", "-c", line], cwd=opened.home, env=opened.environ, capture_output=True)
        assert (done.returncode, done.stderr) == (0, b"")
    assert "holds: 2 events" in opened("verify").stdout


def test_an_unforeseen_fault_keeps_its_traceback_in_a_file(cli):
    code = (
        "import sys, launchpad.cli.command as c\n"
        "c.find = lambda name: 1 / 0\n"
        "from launchpad.cli.main import main\n"
        "sys.exit(main(['items']))"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], env=cli.environ, capture_output=True, text=True)
    log = cli.home / "state" / "launchpad" / "crash.log"
    assert done.returncode == 70
    assert done.stderr.count("\n") == 1
    assert "ZeroDivisionError" in done.stderr
    assert str(log) in done.stderr
    assert "Traceback" in log.read_text(encoding="utf-8")
    assert log.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("module", "words"), [("launchpad.cli.main", ["--version"]), ("launchpad.engine.lease", ["engine"])]
)
def test_an_interrupt_while_it_starts_ends_it_without_a_word(opened, module, words):
    """Even one that comes while a module is imported."""
    code = (
        "import os, runpy, signal, sys\n"
        "class Interrupts:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == {module!r}:\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Interrupts())\n"
        "runpy.run_module('launchpad', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, *words],
        cwd=opened.home,
        env=opened.environ,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_every_command_and_is_understood_by_its_shell(cli, shell):
    script = cli("completion", shell).stdout
    for name in NAMES:
        assert name in script
    assert "--until-closed" not in script
    if program := shutil.which(shell):
        subprocess.run([program, "-n"], input=script, text=True, check=True)


def test_bash_completes(cli):
    if not shutil.which("bash"):
        pytest.skip("bash is not here: install bash")
    script = cli("completion", "bash").stdout
    ask = "COMP_WORDS=(launchpad {0}); COMP_CWORD={1}; _launchpad; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    for typed, position, expected in (
        ("st", 1, "status"),
        ("--json ph", 2, "phase"),
        ("tick --ev", 2, "--evidence"),
    ):
        shown = subprocess.run(
            ["bash"], input=script + ask.format(typed, position), capture_output=True, text=True, check=True
        )
        assert shown.stdout.split() == [expected]


@pytest.mark.slow
def test_an_interrupt_ends_with_130(opened):
    watching = opened.start("status", "--watch")
    try:
        assert watching.stdout is not None
        assert watching.stdout.readline().startswith("NO-GO")
        watching.send_signal(2)
        assert eventually(watching.poll) == 130
        assert watching.stderr is not None
        assert watching.stderr.read() == ""
    finally:
        watching.kill()
        watching.communicate()
