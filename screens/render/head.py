"""The three lines at the top: who and what this is, where one can go, and what is worst."""

from launchpad.model.definition import PHASES, Launch
from launchpad.model.values import format_countdown, format_duration
from launchpad.rules.ladder import trouble
from launchpad.rules.view import AlertView
from launchpad.rules.view.coming import watching
from launchpad.rules.view.health import Standing
from screens.render import criteria, incident, watch
from screens.render.row import Row, Span, cell_len, cut, line, size_of
from screens.render.scene import Scene
from screens.render.words import GATES, PHASE_NAMES, ROLES, SEVERITY, VERDICTS, glyph

BRIEF = 110
"""Below this width words are abbreviated."""
_ROOMY = 130
"""From this width on the freshness is spelled out."""
_RULE = 24
"""Fewest cells for an alert's rule and value."""
_REASON = 10
"""Fewest cells in which a reason is worth its place."""
_ANSWER = 16
"""Cells that the answer to "are we OK?" needs: ` OK since 09:02`."""


def first_line(scene: Scene, width: int) -> Row:
    """Identity, phase, clock, verdict with its blocker; freshness, who I am, who else is here."""
    view = scene.view
    launch = view.definition.launch
    brief = width < BRIEF
    clock = format_countdown(view.countdown) if view.countdown is not None else "no T-0"
    badge, *why = _verdict(scene)
    off = "HELD" if view.held is not None else "LATE" if view.late else ""
    phase = PHASE_NAMES[view.state.phase] if off and brief else view.state.phase
    left = [
        *_environment(scene, brief),
        Span(f" {_release(launch, width // 4)} ", "title"),
        Span(f" {phase.upper()} ", "accent"),
        Span(f" {clock} ", "title"),
        *([Span(f" {off} ", "badge-unknown")] if off else []),
        badge,
    ]
    name, role = _me(scene, brief)
    online = _online(scene, brief)
    # My own name gives way first, then who is on, then the words about the data; the verdict never does.
    ends = [
        [fresh, Span(" "), *mine, Span(" ")]
        for fresh in _freshness(scene, brief=width < _ROOMY)
        for mine in ([name, role, online], [role, online], [role], [])
    ]
    room, reason = width - size_of(left), size_of(why)
    answer = 0 if view.state.phase == "pre-launch" else min(_ANSWER, reason)
    fitting = [end for end in ends if size_of(end) < room]
    # Whether we are OK matters more than who I am, but not more than what I may do and how fresh it is.
    kept = (fitting or ends)[0][0], role
    roomy = (e for e in fitting if set(kept) <= set(e) and size_of(e) + answer < room)
    right = next(roomy, next(iter(fitting), ends[-1]))
    # A reason cut down to nothing is noise; the alert row has it in full.
    if room - size_of(right) - 1 >= min(_REASON, reason):
        left += why
    return line(width, left, right, back=ground(scene))


def ground(scene: Scene) -> str:
    """What lies under the first line: production and a rehearsal are told from afar."""
    return "rehearsal" if scene.rehearsal else "production" if scene.production else ""


def _release(launch: Launch, width: int) -> str:
    """Product and version; the product is cut before the version is."""
    version = cut(launch.version, width - 7)
    return f"{cut(launch.product, max(6, width - cell_len(version) - 1))} {version}"


def _environment(scene: Scene, brief: bool) -> list[Span]:
    environment = scene.view.definition.launch.environment
    if scene.rehearsal:
        return [Span(" REHEARSAL ", "badge-rehearsal")]
    if scene.production:
        return [Span(" PROD " if brief else " PRODUCTION ", "badge-production")]
    return [Span(f" {environment[:9] if brief else environment} ", "badge-environment")]


def _verdict(scene: Scene) -> list[Span]:
    view = scene.view
    if view.state.outcome is not None:
        return [Span(f" CLOSED: {view.state.outcome} ", "badge-idle")]
    if scene.loading:
        return [Span("reading …", "dim")]
    said = GATES[view.verdict]
    style = f"badge-{said.style}"
    if view.state.phase == "pre-launch" and view.gate is not None:
        count = f"{view.gate.met}/{len(view.gate.conditions)}"
        badge = Span(f" {said.word} {count} ", style)
        blockers = view.gate.blockers
        if not blockers:
            return [badge]
        blocked = GATES[blockers[0].verdict]
        return [badge, Span(f" {glyph(scene.glyphs, blocked)} {blockers[0].name}", blocked.style)]
    badge = Span(f" {said.word} ", style)
    told = _headline(view.standing) if tells_standing(scene) else view.standing.line
    return [badge, Span(f" {told}", said.style if view.health != "ok" else "dim")]


def _headline(standing: Standing) -> str:
    """The answer and since when, without all that stands under it."""
    said = standing.line.partition("; ")[0]
    return said.removesuffix(f": {standing.what}").partition(" (")[0] if standing.verdict == "ok" else said


def _freshness(scene: Scene, *, brief: bool) -> list[Span]:
    """How fresh the data is, in so many words and, where that matters, in fewer."""
    view = scene.view
    if scene.lost:
        return [Span(f" STORE AWAY {format_duration(scene.lost_for)} ", "badge-bad")]
    if scene.loading:
        return [Span("data …", "dim")]
    if view.state.outcome is not None:
        return [Span("data ended", "dim")]
    if not view.engine.watching:
        return [Span(f" NO ENGINE{mend} ", "badge-bad") for mend in (": launchpad engine", "")]
    if view.engine.lacking:
        return [Span(f" ENGINE LACKS {len(view.engine.lacking)} ", "badge-bad")]
    fresh = view.freshness
    if not fresh.total:
        return [Span("no signals", "unknown")]
    age = format_duration(fresh.oldest) if fresh.oldest is not None else ""
    if fresh.ok == fresh.total and brief:
        return [Span(f"{scene.glyphs.ok} data {format_duration(round(fresh.oldest or 0))}", "ok")]
    if fresh.ok == fresh.total:
        return [Span(f"feeds {scene.glyphs.ok} ok {age}".rstrip(), "ok")]
    if brief:
        what = f"{fresh.stale} stale {age}" if fresh.stale else f"{fresh.dead} silent"
        return [Span(f"data {scene.glyphs.unknown} {what}", "unknown")]
    parts = [f"{fresh.stale} stale {age}".rstrip()] if fresh.stale else []
    parts += [f"{fresh.dead} silent"] if fresh.dead else []
    return [Span(f"feeds {scene.glyphs.unknown} {fresh.ok}/{fresh.total}, {', '.join(parts)}", "unknown")]


def _me(scene: Scene, brief: bool) -> tuple[Span, Span]:
    """My name, and my role or that I can only watch."""
    role = Span(ROLES[scene.me.role] if brief else scene.me.role, "title")
    if scene.read_only:
        role = Span(" READ-ONLY ", "badge-idle")
    return Span(f"{scene.me.name} ", "dim"), role


def _online(scene: Scene, brief: bool) -> Span:
    """How many are here, as far as that is known."""
    count = max(1, len(scene.view.people))
    return Span((f" {count} on" if brief else f"  {count} online") if scene.in_touch else "")


TABS = (*PHASES, "rollouts", "timeline", "people")
"""Where one can go: a phase's checklist, or a page."""


def tabs(scene: Scene) -> list[str]:
    """Those that are offered."""
    return [tab for tab in TABS if tab != "rollouts" or scene.view.definition.rollouts]


def tab_line(scene: Scene, tab: str, width: int) -> Row:
    """The places to go to, with the progress of each phase, and the next thing due."""
    view = scene.view
    spans = [Span(f" @{scene.unread} ", "badge-unknown") if scene.unread else Span(" ")]
    for target in tabs(scene):
        name = target.capitalize()
        if target in PHASE_NAMES:
            phase = next(p for p in PHASES if p == target)
            done, total = scene.progress[phase]
            name, whole = PHASE_NAMES[phase], total and done == total
            # On a narrow screen the count of what is whole would push the last tab out.
            name += f" {done}/{total}" if total and not (whole and width < BRIEF) else ""
            name += f" {scene.glyphs.ok}" if whole else ""
            if phase == view.state.phase:
                name += f" {scene.glyphs.here}"
        key = scene.keys.get(f"tab.{target}", "")
        chosen = target == tab
        said = f" {f'{key} {name}'.lstrip()} "
        spans.append(Span(said, "tab-chosen" if chosen else "tab", f"app.tab('{target}')"))
        spans.append(Span(" "))
    held = view.state.seat
    if held is not None:
        said = f" {held.holder} holds the director's seat " if width >= BRIEF else f" SEAT: {held.holder} "
        return line(width, spans, [*criteria.badge(scene), Span(said, "badge-unknown")], gap=2)
    return line(width, spans, watch.at_hand(scene, width - size_of(spans) - 2), gap=2)


def alert_line(scene: Scene, width: int) -> Row:
    """The worst that must be known, in a place that never moves."""
    return _worst(scene, width) or standing_line(scene, width)


def tells_standing(scene: Scene) -> bool:
    """Whether nothing is worse than how the launch stands, so that the third line says it."""
    return _worst(scene, BRIEF) is None


def _worst(scene: Scene, width: int) -> Row | None:
    view = scene.view
    if scene.lost:
        return line(width, [Span(f" {scene.glyphs.bad} {scene.lost} ", "badge-bad"), *_last_known(scene)])
    unheard = bool(view.alerts) and view.alerts[0].unacknowledged and not view.alerts[0].muted
    if view.incident is not None and not unheard:
        return incident.row(scene, view.incident, width)
    if view.alerts:
        return _alert(scene, view.alerts[0], width)
    blind = not view.engine.watching and view.state.open
    if not blind and not scene.loading and (told := trouble(view.situation.rollouts)):
        broken = any(rollout.breached for rollout in view.rollouts)
        halts = broken and scene.allows("halt")
        key = scene.hint("rollout.halt", "halt") if halts else scene.hint("tab.rollouts", "rollouts")
        return line(width, [Span(f" {scene.glyphs.warn} {told}", "bad")], [Span(f"{key} ", "dim")])
    if view.state.unknown_kinds or view.state.outcome is not None:
        return line(width, [Span(f" {scene.read_only}", "dim")])
    if not scene.loading and (not view.engine.watching or view.engine.lacking):
        return line(width, [Span(f" {scene.glyphs.bad} {view.engine.sentence}", "bad")])
    if view.state.phase == "pre-launch" and view.gate is not None and view.gate.blockers:
        first = view.gate.blockers[0]
        said = GATES[first.verdict]
        more = f"  and {len(view.gate.blockers) - 1} more" if len(view.gate.blockers) > 1 else ""
        spans = [Span(f" {said.word} ", said.style), Span(f"{first.name}: {first.detail}{more}")]
        return line(width, spans, [Span(f"{scene.hint('gate.show', 'gate')} ", "dim")])
    if scene.loading:
        return line(width, [Span(" reading the samples", "dim")])
    return None


def standing_line(scene: Scene, width: int, *, alone: bool = False) -> Row:
    """How the launch stands: what the answer in the first line rests on, without what the line between them
    says; `alone`, where those are not shown, all of it."""
    view, standing = scene.view, scene.view.standing
    said = VERDICTS[view.health]
    style = "dim" if view.health == "ok" else said.style
    first, *rest = standing.line.split("; ")
    beside = watching(view.window) if view.state.seat is None else ""
    kept = [part for part in rest if not beside or part.removeprefix("next: ") != beside]
    told = "; ".join((standing.what if view.health == "ok" else first, *kept))
    sign = Span(f" {glyph(scene.glyphs, said)} ", said.style)
    return line(width, [sign, Span(standing.line if alone else told, style)])


def _last_known(scene: Scene) -> list[Span]:
    """The worst alert when it could last be read: it may fire still."""
    alerts = scene.view.alerts
    if not alerts:
        return []
    worst = alerts[0]
    word = SEVERITY[worst.severity].word if worst.state.status == "firing" else "PENDING"
    return [Span(f"  last known: {word} {worst.rule}, now {worst.shown}", "bad")]


def _alert(scene: Scene, alert: AlertView, width: int) -> Row:
    state = alert.state
    severity = SEVERITY[alert.severity].word
    others = len(scene.view.alerts) - 1
    more = f"  +{others} more" if others else ""
    more += "".join(f"  {note}" for note in alert.notes)
    value = f"{alert.rule}  now {alert.shown}"
    lasted = format_duration(alert.lasted)
    if state.status == "pending":
        left = f" {scene.glyphs.warn} PENDING {severity}  {value}  for {lasted}{more}"
        return line(width, [Span(left, "warn")])
    left = f" {scene.glyphs.bad} {severity}  {value}"
    if alert.unacknowledged:
        page = f"  {alert.page}" if alert.page else ""
        key = scene.hint("alert.acknowledge", "ack" if width < BRIEF else "acknowledge")
        key = f"{key} " if key and scene.allows("acknowledge") else ""
        key = f"{scene.view.incident.state.id}  {key}" if scene.view.incident else key
        waiting = f"  UNACKED {lasted}{page}"
        # How long it has waited, and who is woken next, matter more than the rule's last words.
        left = cut(left, max(_RULE, width - cell_len(waiting) - cell_len(key) - 1))
        return line(width, [Span(f"{left}{waiting}{more}", "alarm")], [Span(key, "alarm")], back="alarm")
    said = f": {state.acknowledgement}" if state.acknowledgement else ""
    acked = f"  acknowledged by {state.acknowledged_by}{said}"
    return line(width, [Span(left, "bad"), Span(f"  for {lasted}"), Span(acked + more, "dim")])
