"""Which commands somebody may give over SSH."""

from contextlib import closing

import pytest

from launchpad.cli.command import modules
from launchpad.cli.errands import ALLOWED, errand, parsed, run
from launchpad.desk import LocalDesk, open_launch
from launchpad.errors import BadInput, Refused
from launchpad.model import commands as cmd
from launchpad.session import Session
from launchpad.store import open_store
from tests.support.histories import LAUNCH, PEOPLE, definition
from tests.support.losses import cut

LEAD = PEOPLE["lead"]


@pytest.mark.parametrize(
    ("text", "argv"),
    [
        ("status --json", ["status", "--json"]),
        ("status --brief -q", ["status", "--brief", "-q"]),
        ("items --phase 'pre-launch' --open", ["items", "--phase", "pre-launch", "--open"]),
        ("items --mine --overdue --team qa", ["items", "--mine", "--overdue", "--team", "qa"]),
        ("logs deploy-1 --follow", ["logs", "deploy-1", "--follow"]),
        ("gate launch", ["gate", "launch"]),
        ("watch --for 5m", ["watch", "--for", "5m"]),
        ("verify --head 'ab;id'", ["verify", "--head", "ab;id"]),
    ],
)
def test_what_only_looks_is_taken_word_by_word(text, argv):
    assert errand(text) == argv
    assert parsed(argv)[0].name == argv[0]


ELSE = """
id | sh -c id | launchpad status | /usr/bin/env | tick dns | note x | serve | engine | occupy --fd 3
export -o x | import x | report -o x | doctor | definition | amend x | init | -c x status
--store sqlite:x status | scp -t /tmp | sftp | help | --help | --version
"""
MORE = """
status --store sqlite:x | status -c x | status --config=x | status --as lead | status --launch x
verify /etc/passwd | poll call | poll answer go | criteria met x | handover --to lead | status; id
status $(id) | status `id` | status > x | status --help | status --bri | items 'x | status --json extra
"""


def each(table):
    return [text.strip() for line in table.strip().splitlines() for text in line.split(" | ")]


@pytest.mark.parametrize("text", ["", " ", *each(ELSE)])
def test_any_other_command_is_refused(text):
    with pytest.raises(Refused, match="over SSH there is no command"):
        errand(text)


@pytest.mark.parametrize("text", ["status | sh", "status \x1b[31m", "status \n id", "x " * 600, *each(MORE)])
def test_what_is_not_on_the_list_is_refused_in_a_line(text):
    with pytest.raises((BadInput, Refused)) as told:
        errand(text)
    assert "\n" not in str(told.value)
    assert "\x1b" not in str(told.value)


def test_who_gives_what_is_not_taken_is_told_what_is():
    with pytest.raises(BadInput, match="unrecognized arguments: --read") as told:
        errand("mentions --read")
    assert told.value.hint == "over SSH it takes --all, --json, --quiet"
    with pytest.raises(BadInput, match="required: RUN") as told:
        errand("logs")
    assert told.value.hint == "over SSH it takes RUN, --follow, --json, --quiet"


NEEDED = {"watch": ("--for", "1s"), "logs": ("x",)}
"""Command → arguments that it can't be given without."""


def test_every_allowed_command_and_argument_is_one():
    for name, own in ALLOWED.items():
        assert name in modules()
        declared, _ = parsed([name, *NEEDED.get(name, ())])
        assert set(own) <= {each for argument in declared.arguments for each in argument.names}


class Failing:
    """A store whose database has failed over, and whose director has accepted that, while nobody looked."""

    def __init__(self, store, kept):
        self._store = store
        self._kept = kept

    def __getattr__(self, name):
        return getattr(self._store, name)

    def wait(self, *given):
        if self._kept:
            lost = self._store.head(LAUNCH).hash
            cut(self._store.url, LAUNCH, self._kept)
            self._kept = 0
            desk = LocalDesk(self._store, Session(self._store, LAUNCH), LEAD)
            desk.perform(cmd.AcceptLoss(head=lost, text="db-1 died"))
        return self._store.wait(*given)


def test_who_follows_a_run_that_was_lost_is_told_so(tmp_path):
    with closing(open_store(f"sqlite:///{tmp_path}/journal.db")) as store:
        open_launch(store, LEAD, cmd.OpenLaunch(launch=LAUNCH, definition=definition()))
        session = Session(Failing(store, 1), LAUNCH)
        desk = LocalDesk(store, session, LEAD)
        desk.perform(cmd.RequestRun(action="deploy"))
        with pytest.raises(BadInput, match="there is no run deploy-1"):
            run(["logs", "deploy-1", "--follow"], session, desk, store)
