"""The words that definitions, events and commands share."""

from typing import Annotated, Literal

from msgspec import Meta

Name = Annotated[
    str,
    Meta(
        pattern=r"^[a-zA-Z0-9][a-zA-Z0-9._-]*$",
        max_length=64,
        description="A name: letters, digits, '.', '_' and '-', beginning with a letter or digit.",
    ),
]


Line = Annotated[str, Meta(min_length=1, max_length=500)]


Phase = Literal["pre-launch", "launch", "post-launch"]


PHASES: tuple[Phase, ...] = ("pre-launch", "launch", "post-launch")


Role = Literal["viewer", "engineer", "operator", "director"]


ROLES: tuple[Role, ...] = ("viewer", "engineer", "operator", "director")
"""From least to most authority."""


Severity = Literal["critical", "high", "medium", "low"]


SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low")
"""From worst to mildest."""


Verb = Literal[
    "backup", "migrate", "deploy", "smoke", "promote", "rollback", "restore", "purge", "run", "stage"
]
"""What a step may ask of a provider."""


RolloutVerb = Literal["bump", "halt", "resume", "complete"]


ROLLOUT_VERBS: tuple[RolloutVerb, ...] = ("bump", "halt", "resume", "complete")
"""What can be done to a rollout: actions that every definition has."""


AnyVerb = Literal[Verb, RolloutVerb]
"""What a provider may be asked for."""
