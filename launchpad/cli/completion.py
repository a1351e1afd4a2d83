"""completion: scripts that complete commands and options in a shell, made from the declarations."""

import argparse
import sys

from launchpad.cli.command import TABLE, Command, argument, command, find
from launchpad.cli.parser import parser_of
from launchpad.cli.shell import Shell
from launchpad.errors import Exit


@command(
    "completion",
    "print the completion script of a shell",
    argument("shell", choices=("bash", "zsh", "fish"), help="which shell"),
    example="launchpad completion bash > ~/.local/share/bash-completion/completions/launchpad",
    details="For zsh put it as _launchpad into a folder of $fpath; for fish into ~/.config/fish/completions.",
)
def completion(_shell: Shell, options: argparse.Namespace) -> int:
    commands = [find(name) for _, _, names in TABLE for name in names]
    sys.stdout.write({"bash": bash, "zsh": zsh, "fish": fish}[options.shell](commands))
    return Exit.DONE


def _words(of: Command) -> list[tuple[str, str]]:
    """What may follow the command, with its help: its options, the choices of its arguments, and names."""
    words: list[tuple[str, str]] = []
    for action in parser_of(of)._actions:  # noqa: SLF001  # argparse has no public way to list them
        if action.help == argparse.SUPPRESS:
            continue
        words += [(option, action.help or "") for option in action.option_strings if option.startswith("--")]
        words += [(str(choice), "") for choice in action.choices or ()]
    return words + [(name, "") for name in of.names()]


def bash(commands: list[Command]) -> str:
    """Words by command; file names where nothing fits."""
    cases = "\n".join(f'    {c.name}) words="{" ".join(w for w, _ in _words(c))}" ;;' for c in commands)
    names = " ".join(c.name for c in commands)
    return f"""\
# bash completion of launchpad
_launchpad() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" name="" word words
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case "$word" in -*) ;; *) name="$word"; break ;; esac
  done
  case "$name" in
{cases}
    *) words="{names} --help --version" ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}}
complete -o default -F _launchpad launchpad
"""


def zsh(commands: list[Command]) -> str:
    """The commands with their summaries, then words by command."""
    names = "\n".join(f"    {_quoted(f'{c.name}:{c.summary}')}" for c in commands)
    cases = "\n".join(
        f"    {c.name}) compadd -- {' '.join(w for w, _ in _words(c))}; _files ;;" for c in commands
    )
    return f"""\
#compdef launchpad
_launchpad() {{
  local -a commands=(
{names}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  case "$words[2]" in
{cases}
    *) _files ;;
  esac
}}
_launchpad "$@"
"""


def fish(commands: list[Command]) -> str:
    """A line for each command, option and choice."""
    lines = ["# fish completion of launchpad"]
    for each in commands:
        lines.append(
            f"complete -c launchpad -n __fish_use_subcommand -a {each.name} -d {_quoted(each.summary)}"
        )
        seen = f"'__fish_seen_subcommand_from {each.name}'"
        for word, help_ in _words(each):
            what = f"-l {word[2:]}" if word.startswith("--") else f"-a {word}"
            lines.append(f"complete -c launchpad -n {seen} {what} -d {_quoted(help_)}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """As one word for a shell."""
    return "'" + text.replace("'", r"'\''") + "'"
