"""What is asked of an app's vitals on Google Play, and what they must be."""

from typing import Annotated, Literal

from msgspec import Meta

from launchpad.model.probe import Probe
from launchpad.model.values import Duration, Fraction, SecretRef

Vital = Literal["crash_rate", "anr_rate", "user_perceived_crash_rate", "user_perceived_anr_rate"]


class PlayVitalsCheck(Probe, tag="play_vitals", kw_only=True):
    """The share of an app's users who met a crash, or an app that did not respond (ANR), in the newest hour
    that Google Play tells of."""

    package: Annotated[
        str,
        Meta(pattern=r"^[A-Za-z]\w*(\.[A-Za-z]\w*)+$", description="A package name such as com.acme.shop."),
    ]
    """The app's package name."""
    credentials: SecretRef
    """The JSON key of a service account that may view the app."""
    vital: Vital
    """Which share of the users."""
    below: Fraction
    """What it must be below; at or above, it is bad."""
    version_code: Annotated[int, Meta(ge=1)] | None = None
    """Of the release alone. Absent: all versions that are in use."""
    at_least: Annotated[int, Meta(ge=1)] = 100
    """Fewest users in that hour that allow a verdict; with fewer it is unknown."""
    max_age: Duration = 21600.0
    """How long ago that hour may have ended; after that nothing is known."""
    api: str = "https://playdeveloperreporting.googleapis.com"
    """Address of the API."""

    @property
    def asks(self) -> str:
        which = f" of version {self.version_code}" if self.version_code else ""
        return f"{self.vital.replace('_', ' ')} of {self.package}{which} on Google Play"
