"""What all probes have in common, whatever they ask."""

from typing import Annotated, ClassVar

from msgspec import Meta

from launchpad.model.values import Duration, Value

Port = Annotated[int, Meta(ge=1, le=65535)]


class Probe(Value, tag_field="probe"):
    """One question to something outside, and what its answer must be."""

    timeout: Duration = 10.0
    """Seconds for everything together, from the name's resolution to the end of the answer."""

    @property
    def asks(self) -> str:
        """The question in a line, for people: `GET https://acme.com/`."""
        raise NotImplementedError


class Derived(Value, tag_field="probe"):
    """A question that the launch answers by itself; in YAML told by its first key."""

    timeout: ClassVar[float] = 0.0
    """Seconds that it may take by itself."""
    oftenest: ClassVar[float] = 1.0
    """Fewest seconds between two looks."""


def address(host: str, port: int) -> str:
    """`host:port`, an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
