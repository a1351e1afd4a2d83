"""How far each team has come."""

from launchpad.rules.view.teams import TeamProgress, by_team
from screens.render.row import Row, Span, cell_len, fit, line
from screens.render.scene import Scene

_BAR = 20
_ROOMY = 84
"""From this width on bars are long."""
_MOST = 24
"""Most cells of a team's name."""


def rows(scene: Scene, width: int) -> list[Row]:
    """A line for each team that owns items, the whole at the end."""
    teams = by_team(scene.view.items)
    if not teams:
        return [line(width, [Span(" there is no item", "dim")])]
    name = min(_MOST, max(cell_len(_name(team)) for team in teams)) + 1
    drawn = [_row(scene, team, name, width) for team in teams]
    done, total = sum(team.done for team in teams), sum(team.total for team in teams)
    return [*drawn, Row(), line(width, [Span(f" {fit('all', name)}", "dim"), Span(f"{done}/{total}")])]


def _name(team: TeamProgress) -> str:
    return team.team or "(no team)"


def _row(scene: Scene, team: TeamProgress, name: int, width: int) -> Row:
    style = "accent" if team.team in scene.me.teams else "text" if team.team else "dim"
    bar = _BAR if width >= _ROOMY else _BAR // 2
    full = bar * team.done // team.total
    counts = {
        "overdue": (team.overdue, "bad"),
        "failed": (team.failed, "bad"),
        "required": (team.required, "warn"),
        "blocked": (team.blocked, "dim"),
    }
    spans = [
        Span(f" {fit(_name(team), name)}", style),
        Span("#" * full, "ok"),
        Span("-" * (bar - full), "faint"),
        Span(f" {fit(f'{team.done}/{team.total}', 8)}", "ok" if not team.open else "text"),
    ]
    spans += [Span(f"{count} {what}  ", shade) for what, (count, shade) in counts.items() if count]
    return line(width, spans)
