"""Whether an HTTP answer is what is expected; and if not, in one clean line, what it is instead."""

from launchpad.model.http import HttpExpect, HttpUrl, parse_url
from launchpad.model.text import clean
from launchpad.probes.answer import Answer
from launchpad.probes.exchange import REDIRECTS, SHOWN, joined
from launchpad.probes.result import Blame, ProbeFailure, Saying


class Judge:
    """Holds answers to `expect`. `url` is what was asked; `follows`: where redirects led."""

    def __init__(self, expect: HttpExpect, url: HttpUrl, *, follows: bool, saying: Saying) -> None:
        self._expect = expect
        self._follows = follows
        self._saying = saying
        self._needle = None if expect.contains is None else expect.contains.encode()
        wanted = expect.redirect
        self._redirect = None if wanted is None else joined(url, wanted)
        anywhere = wanted is not None and not follows
        by_default = expect.status == HttpExpect().status
        self._statuses = REDIRECTS if anywhere and by_default else expect.status

    @property
    def reads(self) -> bool:
        """Whether it must have the body."""
        return self._needle is not None

    def judge(self, url: HttpUrl, answer: Answer) -> None:
        """Raises ProbeFailure where the answer of `url` is not what is expected."""
        if answer.status not in self._statuses:
            expected = " or ".join(str(status) for status in self._statuses)
            if self._statuses is REDIRECTS:
                expected = "a redirect"
            raise ProbeFailure(Blame.TARGET, f"status {answer.status}, expected {expected}")
        if self._redirect is not None:
            self._judge_redirect(url, answer, self._redirect)
        for name, part in self._expect.header.items():
            value = answer.header(name)
            if value is None:
                raise ProbeFailure(Blame.TARGET, clean(f"header {name} is missing"))
            if part not in value:
                found, wanted = self._saying(value, SHOWN), self._saying(part, SHOWN)
                reason = f"header {name} is '{found}', expected '{wanted}' in it"
                raise ProbeFailure(Blame.TARGET, clean(reason))
        if self._needle is not None and self._needle not in answer.body:
            raise ProbeFailure(Blame.TARGET, self._lacks(answer))

    def _judge_redirect(self, url: HttpUrl, answer: Answer, wanted: str) -> None:
        if self._follows:
            there = url.origin + url.target
        else:
            location = answer.header("location")
            if location is None:
                raise ProbeFailure(Blame.TARGET, f"status {answer.status} without a Location")
            there = joined(url, location)
        if _normal(there) != _normal(wanted):
            reason = f"redirects to {self._saying(there, SHOWN)}, expected {self._saying(wanted, SHOWN)}"
            raise ProbeFailure(Blame.TARGET, reason)

    def _lacks(self, answer: Answer) -> str:
        text = f"'{self._saying(self._expect.contains or '', SHOWN)}'"
        if encoding := compressed(answer):
            return clean(
                f"the body is compressed ({self._saying(encoding, 20)}) unasked, {text} can't be looked for"
            )
        size = len(answer.body)
        if not answer.complete:
            return f"the first {size} bytes of the body do not contain {text}"
        return f"the body ({size} bytes) does not contain {text}"


def compressed(answer: Answer) -> str:
    """How the body is encoded, which nobody asked for; empty: it is not."""
    encoding = answer.header("content-encoding") or "identity"
    return "" if encoding.lower() == "identity" else encoding


def _normal(url: str) -> str:
    """One spelling for URLs that mean the same; what is no URL stays as it is."""
    try:
        parsed = parse_url(url)
    except ValueError:
        return url
    return parsed.origin + parsed.target
