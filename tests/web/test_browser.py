"""The page in a real browser: it opens, follows, says everything in words, and notices when it is left."""

import re

import pytest

from launchpad.desk import LocalDesk
from launchpad.model import commands as cmd
from launchpad.model.commands import Identity
from launchpad.session import Session
from launchpad.store import open_store
from tests.support.browser import Browser
from tests.support.cli import LAUNCH, Cli
from tests.support.war_room import until

pytestmark = [pytest.mark.slow, pytest.mark.needs("chromium"), pytest.mark.timeout(300)]

TOKEN = "a-token-that-nobody-guesses"
COLOURED = ["ok", "bad", "unknown", "good", "GO", "HOLD", "NO-GO"]


@pytest.fixture
def cli(tmp_path):
    made = Cli(tmp_path)
    made.define()
    (tmp_path / "token").write_text(TOKEN)
    (tmp_path / "token").chmod(0o600)
    yield made
    made.close()


@pytest.fixture
def served(cli):
    server = cli.start("serve", "--web", "0", "--web-token", "token", "--json")
    url = re.search(r'"web":"(http://127\.0\.0\.1:\d+)"', server.stdout.readline())[1]
    yield server, url
    server.kill()
    server.communicate()


@pytest.fixture
def browser(tmp_path):
    made = Browser(tmp_path / "profile")
    yield made
    made.close()


def write(cli, text):
    """Somebody writes a note elsewhere."""
    store = open_store(f"sqlite:///{cli.home}/state/launchpad/launchpad.db")
    try:
        desk = LocalDesk(store, Session(store, LAUNCH), Identity(name="lead", role="director"))
        desk.perform(cmd.WriteNote(text=text))
    finally:
        store.close()


def test_it_opens_with_the_token_alone_follows_and_notices_that_it_was_left(cli, served, browser):
    server, url = served
    browser.go(url)
    browser.shows("token")
    assert "Code is frozen" not in browser.text
    browser.go(f"{url}/enter?token=wrong-{TOKEN}")
    browser.shows("That is not the token.")
    browser.go(f"{url}/enter?token={TOKEN}")
    browser.shows("Code is frozen")
    # The link leads on, so that the token does not stay in the address, and no script can read the pass.
    until(lambda: browser.tells("location.pathname + location.search") == "/", what="the address without it")
    assert browser.tells("document.cookie") == ""

    browser.tells("window.sameAsBefore = true")
    write(cli, "the <b>cache</b> is warm")
    browser.shows("the <b>cache</b> is warm")
    assert browser.tells("window.sameAsBefore") is True, "what changed was put in, not loaded anew"

    selector = ", ".join(f".{name}" for name in COLOURED)
    coloured = browser.tells(
        f"[...document.querySelectorAll('main ' + {selector!r}.split(', ').join(', main '))]"
        ".map(each => each.innerText.trim())"
    )
    assert coloured
    assert all(re.search("[A-Za-z]{2}", words) for words in coloured), "no colour without a word"
    assert browser.tells("document.getElementById('verdict').innerText") in ("GO", "HOLD", "NO-GO")

    # A clock that is set back makes nothing young that is old.
    browser.tells("Date.now = () => 0")
    server.kill()
    browser.shows("NOT LIVE: what stands here is as of ")
    assert browser.tells("document.getElementById('as-of').innerText") in browser.text.partition("\n")[0]
    assert browser.tells("document.getElementById('lost').getAttribute('role')") == "alert"


def test_a_store_that_goes_away_is_said_without_losing_what_was_known(cli, served, browser):
    _, url = served
    browser.go(f"{url}/enter?token={TOKEN}")
    browser.shows("Code is frozen")
    journal = cli.home / "state/launchpad/launchpad.db"
    gone = journal.with_name("gone.db")
    journal.rename(gone)
    browser.shows("STORE AWAY for")
    browser.shows("What stands here was read at")
    assert "Code is frozen" in browser.text
    assert browser.tells("document.title").startswith("STORE AWAY")
    gone.rename(journal)
    until(lambda: "STORE AWAY" not in browser.text, seconds=60, what="the store to be back")
