"""Two hosts on one PostgreSQL: cables are cut, the database goes away or hangs, engines and hosts die."""

import os
import signal

import pytest

from launchpad.errors import LaunchpadError
from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.session import Session
from launchpad.store.archive import verify_store
from tests.support.company import LAUNCH, Company, company
from tests.support.war_room import until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.needs("tmux", "ssh", "ssh-keygen", "ip", "iptables"),
    pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces are made by root alone"),
]


def test_cut_off_then_without_a_database_then_without_an_engine(tmp_path):
    with company(tmp_path) as people:
        _cut_off(people)
        _without_a_database(people)
        _without_an_engine(people)
        _nothing_lost_nothing_doubled(people, ticks=1)


def test_an_engine_that_is_cut_off_in_the_midst_of_a_run_goes_no_further(tmp_path):
    with company(tmp_path) as people:
        cut, other = people.first_and_other()
        seat, _ = people.both_are_here()
        run = people.runs("release")
        before = people.epoch()
        cut.host.silence()
        seat.shows("STORE AWAY", seconds=60)
        until(lambda: people.epoch() > before, seconds=90, what="the other host's engine to take over")
        # The command itself goes on where it is. Its successor has other files: a person has to say.
        until(lambda: people.recorded() == ["begins", "ends"], seconds=60)
        until(lambda: people.state().runs[run].status == "interrupted", seconds=60)
        cut.host.hear()
        seat.hides("STORE AWAY", seconds=90)
        seat.shows("interrupted|nobody", seconds=60)
        assert people.recorded() == ["begins", "ends"]
        interrupted = people.state().runs[run]
        people.does(cmd.ResolveRun(run=run, resolution="done", expect=interrupted.seq))
        until(lambda: people.state().runs[run].status == "succeeded", seconds=60)
        assert people.recorded() == ["begins", "ends", "migrates"]
        assert other.says("started an engine")
        _nothing_lost_nothing_doubled(people)


def test_a_host_dies_with_all_that_runs_on_it_and_comes_back(tmp_path):
    with company(tmp_path) as people:
        dead, other = people.first_and_other()
        _, there = people.both_are_here()
        run = people.runs("release")
        before = people.epoch()
        dead.dies()
        until(lambda: people.epoch() > before, seconds=90, what="the other host's engine to take over")
        # Who sat there is not here any more, and nobody waits for what they held open.
        there.shows("1 online", seconds=60)
        there.press("space")
        there.shows(r"Code is frozen.* ops +done", seconds=60)
        until(lambda: people.state().runs[run].status == "interrupted", seconds=60)
        dead.host.hear()
        people.servers[0] = people.serve(dead.host)
        seat = people.servers[0].seat("lead")
        seat.shows(r"Code is frozen.* ops +done", seconds=60)
        there.shows("2 online", seconds=60)
        assert people.recorded().count("begins") == 1
        assert "migrates" not in people.recorded()
        assert not people.servers[0].says("started an engine")
        assert other.says("started an engine")
        _nothing_lost_nothing_doubled(people, ticks=1)


def test_a_database_that_hangs_keeps_nobody_waiting(tmp_path):
    """Its machine goes on to acknowledge packets: no connection breaks, none can be made."""
    with company(tmp_path) as people:
        people.first_and_other()
        seats = people.both_are_here()
        people.runs("release")
        people.cluster.freeze()
        try:
            for seat in seats:
                seat.shows("STORE AWAY", seconds=60)
            # Far longer than a lease: nothing new begins, and what could not be asked is not made up for.
            signal.sigtimedwait([], 25)
            assert people.recorded() == ["begins", "ends"]
        finally:
            people.cluster.thaw()
        for seat in seats:
            seat.hides("STORE AWAY", seconds=90)
        until(lambda: people.state().runs["release-1"].status in ("succeeded", "interrupted"), seconds=120)
        assert people.recorded()[:2] == ["begins", "ends"]
        assert people.recorded().count("migrates") <= 1
        _nothing_lost_nothing_doubled(people)


def test_the_primary_dies_in_the_midst_of_a_run_and_its_standby_is_promoted(tmp_path):
    with company(tmp_path, standby=True) as people:
        people.first_and_other()
        seats = people.both_are_here()
        seats[1].press("space")
        seats[0].shows(r"Code is frozen.* ops +done", seconds=60)
        run = people.runs("deploy")
        known = people.store.head(LAUNCH)
        people.cluster.crash()
        for seat in seats:
            seat.shows("STORE AWAY", seconds=60)
        people.standby.promote()
        for seat in seats:
            seat.hides("STORE AWAY", seconds=90)
        until(lambda: people.state().runs[run].status in ("succeeded", "interrupted"), seconds=90)
        assert people.recorded() == ["begins", "ends"]
        assert verify_store(people.store, LAUNCH, known.hash).seq > known.seq
        _nothing_lost_nothing_doubled(people, ticks=1)


def _cut_off(people: Company):
    cut, other = people.first_and_other()
    here, there = people.both_are_here()
    before = people.epoch()
    cut.host.unplug()
    here.shows("STORE AWAY", seconds=40)
    until(lambda: people.epoch() > before, seconds=60, what="the other host's engine to take over")
    assert other.says("started an engine")
    there.press("space")
    there.shows(r"Code is frozen.* ops +done", seconds=30)
    assert "STORE AWAY" in here.screen()
    cut.host.plug()
    here.hides("STORE AWAY", seconds=60)
    here.shows(r"Code is frozen.* ops +done", seconds=30)


def _without_a_database(people: Company):
    run = people.runs("deploy")
    people.cluster.stop()
    for server in people.servers:
        server.terminal.shows("STORE AWAY", seconds=40)
    with pytest.raises(LaunchpadError):
        people.does(cmd.Tick(item="notes"))
    signal.sigtimedwait([], 30)
    people.cluster.start()
    for server in people.servers:
        server.terminal.hides("STORE AWAY", seconds=90)
    # Found again by an engine with the same files; any other leaves it to a person.
    until(lambda: people.state().runs[run].status in ("succeeded", "interrupted"), seconds=90)
    assert people.recorded().count("begins") == 1


def _without_an_engine(people: Company):
    before = people.epoch()
    lease = people.store.lease(LAUNCH)
    os.kill(int(lease.holder.split(":")[1]), signal.SIGKILL)
    until(lambda: people.epoch() > before, seconds=90, what="an engine to take over")
    assert people.recorded().count("begins") == 1


def _nothing_lost_nothing_doubled(people: Company, *, ticks=0):
    head = verify_store(people.store, LAUNCH)
    events = Session(people.store, LAUNCH).events
    assert len(events) == head.seq
    assert sum(isinstance(each.event, ev.ItemTicked) for each in events) == ticks
    assert sum(isinstance(each.event, ev.RunStarted) for each in events) == 1
    assert len({each.id for each in events}) == len(events)
    people.does(cmd.WriteNote(text="it goes on"))
    for server in people.servers:
        server.terminal.shows("it goes on", seconds=40)
