"""Whatever a provider says, no control sequence and no secret gets past."""

import pytest

from launchpad.config.secrets import MASK, Redactor
from launchpad.engine.provided import Provided
from launchpad.errors import Refused, Unreachable
from launchpad.model.definition import Launch
from launchpad.model.plan import PlannedStep
from launchpad.providers.capabilities import Ending, Found, Job

SAID = "\x1b]0;owned\x07 no [/x]\n\u202e hunter22 "
KEPT = f"no [/x] {MASK}"
JOB = Job(verb="deploy", nonce="n", launch=Launch(product="p", version="1"), run="deploy-1")


class Loud:
    """A third party's provider that passes on what its vendor says."""

    def __init__(self, error=None):
        self.error = error

    def plan(self, verb, launch, params):
        if self.error:
            raise self.error
        return PlannedStep(verb=verb, provider="loud", does=SAID, command=SAID, undo=SAID)

    async def start(self, job):
        if self.error:
            raise self.error
        return job.nonce

    async def follow(self, provider_id, job, emit):
        return Ending(state="failed", detail=SAID)

    async def find(self, job):
        return Found(state="unknown", detail=SAID)

    async def cancel(self, provider_id, job):
        raise self.error


def provided(error=None):
    return Provided(Loud(error), Redactor(["hunter22"]))


async def test_what_it_says_is_cleaned():
    step = provided().plan("deploy", JOB.launch, {})
    assert (step.does, step.undo) == (KEPT, KEPT)
    assert step.command == f" no [/x]\n {MASK} "
    assert (await provided().follow("1", JOB, None)).detail == KEPT
    assert (await provided().find(JOB)).detail == KEPT


@pytest.mark.parametrize("id_", [SAID, "d\x1b[2J1", "d" * 2000])
async def test_an_id_that_no_journal_may_hold_is_not_known(id_):
    """It is what leads back to the step: it can't be cleaned."""

    class Named(Loud):
        async def start(self, job):
            return id_

        async def find(self, job):
            return Found(state="at-work", provider_id=id_)

    named = Provided(Named(), Redactor(["hunter22"]))
    with pytest.raises(Unreachable, match="id of the step has characters that no id has"):
        await named.start(JOB)
    found = await named.find(JOB)
    assert (found.state, found.provider_id) == ("unknown", "")


@pytest.mark.parametrize("kind", [Refused, Unreachable])
async def test_so_are_its_errors(kind):
    loud = provided(kind(SAID, hint=SAID))
    for attempt in (loud.start(JOB), loud.cancel("1", JOB)):
        with pytest.raises(kind) as caught:
            await attempt
        assert (caught.value.message, caught.value.hint) == (KEPT, KEPT)
    with pytest.raises(kind, match="no "):
        loud.plan("deploy", JOB.launch, {})


async def test_an_adapter_at_fault_is_no_refusal_and_ends_nothing():
    loud = provided(KeyError(SAID))
    for attempt in (loud.start(JOB), loud.cancel("1", JOB)):
        with pytest.raises(Unreachable, match="the adapter failed: KeyError: ") as caught:
            await attempt
        assert "hunter22" not in str(caught.value)
    with pytest.raises(Unreachable, match="the adapter failed"):
        loud.plan("deploy", JOB.launch, {})
