"""What `launchpad init` writes: a small definition of the user's own, or the whole example."""

import json
import re
from importlib import resources
from string import Template
from typing import Any

from launchpad.config.faults import HOLE, Faults, Place, Unreadable
from launchpad.config.nodes import Scalar, compose
from launchpad.config.reader import Reader
from launchpad.errors import BadInput
from launchpad.model.definition import Line, Name
from launchpad.model.http import parse_url
from launchpad.model.values import Value, ZonedTime


class Answers(Value):
    """What `init` asks for."""

    product: str
    """Name of the product."""
    version: str
    """The version that is launched."""
    url: str
    """An address of it that should always answer."""
    operator: str
    """The launch director's name."""
    t0: str | None = None
    """The planned instant, such as `2026-12-01 09:00 Europe/Berlin`; None: not planned yet."""
    login: str | None = None
    """The director's user name on this machine, where it differs from `operator`."""


_TYPES: dict[str, Any] = {
    "product": Line,
    "version": Line,
    "url": Line,
    "operator": Name,
    "t0": ZonedTime,
    "login": Line,
}
"""What each answer is read as."""


def check_answer(field: str, text: str) -> None:
    """Raises BadInput, in one sentence, unless `text` can be the answer `field`."""
    faults = Faults(field)
    place = Place(field, 1, 1)
    answer = Reader(faults, {}).read(Scalar(place, text, plain=False), _TYPES[field])
    if field == "url" and answer is not HOLE:
        try:
            parse_url(text)
        except ValueError as error:
            faults.add(place, str(error))
    for what in faults.sentences():
        raise BadInput(f"{field}: {what}")


def starter(answers: Answers) -> str:
    """The text of a small definition that validates. Raises BadInput for an answer that won't do."""
    texts: dict[str, str] = {}
    for name in _TYPES:
        answer = getattr(answers, name)
        if answer is not None:
            check_answer(name, answer)
            texts[name] = _quoted(answer)
    t0 = f"t0: {answers.t0}" if answers.t0 else _NO_T0
    login = f"\n    login: {texts['login']}" if answers.login else ""
    return _STARTER.substitute(texts | {"t0": t0, "login": login})


def example() -> str:
    """The complete, commented definition."""
    return resources.files("launchpad.config").joinpath("example.yaml").read_text(encoding="utf-8")


def env_example(references: tuple[str, ...] = ()) -> str:
    """The text of a `.env.example` for the variables among `references`."""
    names = [reference.removeprefix("env:") for reference in references if reference.startswith("env:")]
    return _ENV_HEAD + "".join(f"{name}=\n" for name in names or ["# DEPLOY_TOKEN"])


def _quoted(text: str) -> str:
    """`text` as a YAML scalar that is read as it is."""
    if re.fullmatch(r"[A-Za-z0-9](?:[\w ./:+-]*[\w/.+-])?", text) and ": " not in text:
        faults = Faults("")
        try:
            node = compose(text, "", faults)
        except Unreadable:
            node = None
        if isinstance(node, Scalar) and node.text == text and not node.nothing:
            return text
    return json.dumps(text, ensure_ascii=False)


_NO_T0 = "# t0: 2026-12-01 09:00 Europe/Berlin    # the planned instant"
_ENV_HEAD = """\
# The variables that launchpad.yaml names with env:NAME.
# Copy this to .env, fill it in, keep it out of version control, and export it before the engine starts:
#   set -a; . ./.env; set +a
"""

_STARTER = Template("""\
# A launch, ready to run: `launchpad validate`, then `launchpad run`.
# Everything else that can stand here: `launchpad init --example`.

launch:
  product: $product
  version: $version
  environment: production
  $t0

operators:
  - name: $operator
    role: director               # viewer | engineer | operator | director$login
    teams: [engineering]
    # keys: [ssh-ed25519 AAAA…]  # for `launchpad serve --ssh`

checklists:
  - use: minimal                 # others: `launchpad checklist list`; or `file:` with one of your own

signals:
  homepage: {probe: http, url: $url, every: 10s, timeout: 5s}

objectives:
  availability: {signal: homepage, target: 99.9%, window: 1h}
  latency: {signal: homepage, percentile: 95, below: 2s, window: 10m}
  errors: {signal: homepage, error_rate: true, below: 1%, window: 5m}

alerts:
  down: {when: availability < 99%, for: 1m, severity: critical}
  slow: {when: latency > 3s, for: 10m, severity: high}

gates:
  launch:                        # what must hold to enter the phase `launch`
    - items: required
    - objective: availability
    - objective: latency
      advisory: true             # shown, does not block

# Your own programs as actions:
# providers:
#   site:
#     kind: command
#     operations:
#       deploy: {argv: [./deploy.sh, "{{ launch.version }}"], env: {DEPLOY_TOKEN: "env:DEPLOY_TOKEN"}}
# actions:
#   deploy: {key: d, approvals: 1, steps: [deploy: site]}
""")
