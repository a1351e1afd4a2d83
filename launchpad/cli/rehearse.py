"""rehearse: a launch day against a product of its own, on this machine alone."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from launchpad.cli.command import argument, command
from launchpad.cli.output import Output
from launchpad.cli.report import check_free, form_of, formless, write, written
from launchpad.cli.running import has_terminal, open_face
from launchpad.cli.seeing import print_status
from launchpad.cli.shell import Shell
from launchpad.errors import BadInput, Exit
from launchpad.model.values import format_duration
from launchpad.rehearsal import example as examples
from launchpad.wiring import load_face

if TYPE_CHECKING:
    from launchpad.cli.rehearsing import Rehearsal
    from launchpad.rehearsal.expectations import Outcome
    from launchpad.rehearsal.score import Took

_FASTEST = 60.0
_HEADLESS_SPEED = 10.0
"""Beyond it nothing gets faster: what is left is the engine's own time."""
_STYLES = {"ok": "good", "BROKEN": "bad", "not reached": "unknown", "met": "good", "MISSED": "bad"}


@command(
    "rehearse",
    "a launch day on a small product of its own; no account, nothing is kept",
    argument(
        "example", metavar="EXAMPLE", nargs="?", default=examples.FIRST, help="which (default: web-service)"
    ),
    argument("--list", action="store_true", help="the examples and the faults of each"),
    argument(
        "--headless",
        action="store_true",
        help="play the example's script instead of showing the face; exit 0 only if every expectation held",
    ),
    argument(
        "--speed",
        metavar="N",
        type=float,
        help="divide the durations of the example by N, 1 to 60 (default: 1; 10 with --headless)",
    ),
    argument(
        "--fault",
        metavar="NAME",
        action="append",
        default=[],
        help="disturb it; may be given several times",
    ),
    argument("-o", "--output", metavar="FILE", help="write the report: .html, .md or .json"),
    argument("--force", action="store_true", help="overwrite FILE"),
    example="launchpad rehearse web-service --headless --fault engine-killed -o report.html",
    details="Starts a web service on this machine, an engine that watches it, and the face: you are the"
    " director, and when you leave, your score is printed. With --headless a script plays the day through"
    " the desk, as named operators. Everything ends, and is removed, with it. Exit status with --headless: 1"
    " if an expectation was broken.",
    names=examples.names,
)
def rehearse(shell: Shell, options: argparse.Namespace) -> int:
    if options.list:
        _print_examples(shell.out)
        return Exit.DONE
    _check_own(options)
    speed = options.speed if options.speed is not None else _HEADLESS_SPEED if options.headless else 1.0
    if not 1 <= speed <= _FASTEST:
        raise BadInput(f"--speed {speed:g}", hint=f"expected a number from 1 to {_FASTEST:g}")
    example = examples.load(options.example, speed=speed).disturbed(options.fault)
    file = Path(options.output) if options.output else None
    if file is not None:
        if form_of(file) is None:
            raise formless(file)
        check_free(file, force=options.force)
    from launchpad.cli.rehearsing import rehearsing

    with rehearsing(example, shell.environ, json=shell.out.json) as rehearsal:
        if options.headless:
            status = _play(shell.out, rehearsal)
        elif has_terminal():
            status = _show(shell.out, rehearsal)
        else:
            status = _tell(shell.out, rehearsal)
        if file is not None:
            _write_report(shell.out, rehearsal, file)
    return status


def _check_own(options: argparse.Namespace) -> None:
    """Raises BadInput where a definition or a launch is named, as neither would be rehearsed."""
    named = {"-c": options.config, "--store": options.store, "--launch": options.launch}
    for option, given in (*named.items(), ("--as", options.claimed)):
        if given:
            raise BadInput(
                f"rehearse takes no {option}: it plays an example on a product of its own",
                hint="how to rehearse your own launch is told in docs/rehearsal.md",
            )


def _print_examples(out: Output) -> None:
    loaded = [examples.load(name) for name in examples.names()]
    lines = []
    for one in loaded:
        lines.append(f"{one.name}: {one.script.title}")
        lines += [f"  --fault {name}: {fault.title}" for name, fault in one.script.faults_.items()]
    data = [
        {
            "name": one.name,
            "title": one.script.title,
            "faults": {name: fault.title for name, fault in one.script.faults_.items()},
        }
        for one in loaded
    ]
    out.result(data, lines)


def _tell(out: Output, rehearsal: "Rehearsal") -> int:
    """What there is without a terminal: the status, and what one would see."""
    rehearsal.until_measured()
    print_status(rehearsal.shell)
    out.say(
        "There is no terminal here. In one, this rehearsal shows the launch live, with backup, deploy and "
        "rollback to try; `launchpad rehearse --headless` plays it by itself."
    )
    return Exit.DONE


def _show(out: Output, rehearsal: "Rehearsal") -> int:
    """The face, with a director who acts; the score when they leave."""
    load_face()  # while the engine starts
    rehearsal.until_watched()
    from launchpad.rehearsal.colleagues import Colleagues
    from launchpad.rehearsal.score import missed

    shell, example = rehearsal.shell, rehearsal.example
    others = Colleagues(
        shell.store, shell.launch, example.script, speed=example.speed, meanwhile=rehearsal.tend
    )
    with others.playing():
        status = open_face(shell, rehearsal=True)

    times, undone = _score(rehearsal), tuple(missed(rehearsal.view()))
    data = {"score": _times(times), "missed": undone}
    out.result(data, [*_score_lines(out, times), *(f"missed: {what}" for what in undone)])
    out.say("The rehearsal is over; nothing of it is kept.")
    return status


def _play(out: Output, rehearsal: "Rehearsal") -> int:
    """Plays the script and judges what it came to."""
    from launchpad.rehearsal.play import Cast, Play

    script = rehearsal.example.script
    rehearsal.until_watched()
    cast = Cast(rehearsal.shell.store, rehearsal.shell.launch)
    course = Play(cast, out.say, rehearsal.tend).perform(script.steps)
    record = rehearsal.record(stopped=course.stopped)
    outcomes = (*course.outcomes, *(expected.judged(record) for expected in script.expected))
    times = _score(rehearsal)
    data = {
        "example": rehearsal.example.name,
        "speed": rehearsal.example.speed,
        "faults": rehearsal.example.faults,
        "expectations": [
            {"sentence": one.sentence, "verdict": one.verdict, "detail": one.detail} for one in outcomes
        ],
        "coped": course.coped,
        "score": _times(times),
        "missed": course.missed,
    }
    out.result(
        data,
        [*_outcome_lines(out, outcomes, course.coped), *_score_lines(out, times), *_missed(course.missed)],
    )
    broken = [one.sentence for one in outcomes if one.verdict == "broken"]
    if broken or course.stopped:
        out.say(f"{len(broken)} of {len(outcomes)} expectations broken: {'; '.join(broken)}")
        return Exit.NO
    out.say(f"all {len(outcomes)} expectations held")
    return Exit.DONE


def _score(rehearsal: "Rehearsal") -> "tuple[Took, ...]":
    from launchpad.rehearsal.score import score
    from launchpad.report.sources import report_of

    session = rehearsal.shell.session
    definition = session.state.definition
    assert definition is not None, "a session holds an opened launch"
    began = rehearsal.stage.moments().get(rehearsal.example.script.trouble)
    return score(report_of(session), definition, session.events, began)


def _times(times: "Sequence[Took]") -> list[dict[str, Any]]:
    return [
        {"name": t.name, "what": t.what, "seconds": t.seconds, "target": t.target, "met": t.met}
        for t in times
    ]


def _outcome_lines(out: Output, outcomes: "Sequence[Outcome]", coped: Sequence[str]) -> Iterator[str]:
    yield ""
    for one in outcomes:
        verdict = "BROKEN" if one.verdict == "broken" else one.verdict
        detail = f": {one.detail}" if one.detail else ""
        yield f"{out.paint(_STYLES[verdict], f'{verdict:<11}')}  {one.sentence}{detail}"
    yield from (f"{'coped with':<11}  {what}" for what in coped)


def _missed(steps: Sequence[str]) -> Iterator[str]:
    if steps:
        yield ""
        yield f"{len(steps)} steps were not taken any more:"
        yield from (f"  {step}" for step in steps)


def _score_lines(out: Output, times: "Sequence[Took]") -> Iterator[str]:
    if not times:
        yield "no alert fired: there is nothing to score"
        return
    verdicts = {True: "met", False: "MISSED", None: ""}
    rows = [("score", "took", "target", "", "from when to when")]
    for took in times:
        target = "" if took.target is None else format_duration(took.target)
        rows.append((took.name, took.shown, target, verdicts[took.met], took.what))
    yield ""
    yield from out.table(rows, _STYLES)


def _write_report(out: Output, rehearsal: "Rehearsal", file: Path) -> None:
    from launchpad.report.sources import report_of

    write(file, written(report_of(rehearsal.shell.session), form_of(file) or "md"))
    out.say(f"the report of the rehearsal is in {file}")
