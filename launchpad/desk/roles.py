"""Which role may use which verb; rules that depend on more than the verb stand with the verb."""

from launchpad.model.definition import ROLES, Role

MINIMUM: dict[str, Role] = {
    "tick": "engineer",
    "untick": "engineer",
    "fail": "engineer",
    "skip": "engineer",  # a required item: director
    "assign": "engineer",
    "comment": "engineer",
    "evidence": "engineer",
    "check": "engineer",
    "note": "engineer",
    "ack": "engineer",
    "abort": "engineer",
    "hold": "engineer",
    "poll-answer": "engineer",  # for another team: operator
    "request": "operator",
    "confirm": "operator",  # with an override: director
    "approve": "operator",
    "reject": "operator",
    "retract": "operator",
    "resolve": "operator",
    "lock": "operator",
    "unlock": "operator",
    "phase": "director",
    "resume": "director",
    "slip": "director",
    "add": "engineer",  # a required item: director
    "break-glass": "director",
    "seat-take": "engineer",  # a deputy of the definition
    "seat-hand": "director",
    "poll-call": "director",
    "poll-close": "director",
    "open": "director",
    "close": "director",
    "redact": "director",
    "accept-loss": "director",
    "silence": "engineer",
    "unsilence": "engineer",
    "channel-test": "engineer",
    "report-note": "engineer",
    "criterion": "engineer",
    "amend": "director",
    "incident-declare": "engineer",
    "incident-update": "engineer",
    "incident-command": "engineer",  # from somebody else: director
    "incident-task": "engineer",
    "incident-done": "engineer",
    "incident-mitigate": "engineer",
    "incident-resolve": "engineer",  # its commander, or a director
    "incident-review": "engineer",  # the same
    "mentions-read": "engineer",
    "bump": "operator",
    "halt": "engineer",
    "rollout-resume": "operator",
    "rollout-complete": "operator",
    "veto": "engineer",
    "check-all": "engineer",
    "smoke": "engineer",
}


def allows(role: Role, minimum: Role) -> bool:
    """Whether `role` has at least the authority of `minimum`."""
    return ROLES.index(role) >= ROLES.index(minimum)


def a(role: Role) -> str:
    """The role with its article: `an engineer`, `a director`."""
    return f"{'an' if role[0] in 'eo' else 'a'} {role}"
