"""What a smoke test found."""

from typing import Literal

from launchpad.model.values import Value, format_duration

SmokeVerdict = Literal["ok", "bad", "unknown"]
"""`unknown`: our own network or machine failed, or a secret lacks, so that nothing can be said."""
StepVerdict = Literal["ok", "bad", "unknown", "not run"]


class SmokeStepFact(Value):
    """One step, taken or not."""

    title: str
    asks: str
    """The question, as the definition has it: no value is filled in."""
    verdict: StepVerdict
    reason: str
    """What was expected and what was seen, in a line."""
    seconds: float | None = None
    """How long its last try took."""
    tries: int = 1

    @property
    def sentence(self) -> str:
        """What it did, what came of it, how long that took."""
        took = f", {format_duration(self.seconds)}" if self.seconds is not None else ""
        tries = f", {self.tries} tries" if self.tries > 1 else ""
        return f"{self.title}: {self.reason}{took}{tries}"


class SmokeFact(Value):
    """One walk through all steps."""

    verdict: SmokeVerdict
    steps: tuple[SmokeStepFact, ...]
    seconds: float = 0.0
    """For all steps, tries and pauses included."""
    reason: str = ""
    """Why it could not even begin."""
    given: dict[str, str] = {}
    """What it was given in place of the test's own values. It then looked somewhere else, and says nothing
    of the test as it stands."""

    @property
    def passed(self) -> int:
        return sum(step.verdict == "ok" for step in self.steps)

    @property
    def sentence(self) -> str:
        """How it went, in a line: the first step that did not pass, or how many did."""
        if self.reason:
            return self.reason
        count = f"{self.passed} of {len(self.steps)} step{'s' * (len(self.steps) != 1)} passed"
        for number, step in enumerate(self.steps, start=1):
            if step.verdict != "ok":
                return f"step {number} ({step.title}): {step.reason}; {count}"
        return f"{count} in {format_duration(self.seconds)}"


def line_of(number: int, of: int, step: SmokeStepFact) -> str:
    """A step's result as a line of a log."""
    return f"{number}/{of} {step.verdict}: {step.sentence}"
