"""Examples: folders of `launchpad.yaml`, the definition, and `script.yaml`, the day; both are templates."""

from collections.abc import Mapping, Sequence
from importlib import resources
from importlib.resources.abc import Traversable

from msgspec.structs import replace

from launchpad.config.faults import HOLE, Faults, Unreadable, nearest
from launchpad.config.nodes import compose
from launchpad.config.reader import Reader
from launchpad.errors import BadInput
from launchpad.model.text import clean
from launchpad.model.values import Value
from launchpad.rehearsal.scaling import fill
from launchpad.rehearsal.script import Disturbance, Script

FIRST = "web-service"
"""The one that is shown to whoever names none."""


class Example(Value):
    """An example at a speed, with faults."""

    name: str
    script: Script
    template: str
    """The definition, with its marks."""
    speed: float
    faults: tuple[str, ...] = ()
    """Those that it is played with."""

    def definition(self, names: Mapping[str, str]) -> str:
        """The definition, as a file has it, with `names` filled in."""
        return fill(self.template, names, self.speed)

    @property
    def disturbances(self) -> tuple[Disturbance, ...]:
        """What its faults are."""
        return tuple(self.script.faults_[name] for name in self.faults)

    def disturbed(self, faults: Sequence[str]) -> "Example":
        """This example, to be played with these faults. Raises `BadInput` for one that it does not know."""
        product, known = self.script.product, self.script.faults_
        for name in faults:
            if name not in known:
                raise BadInput(
                    f"{self.name} has no fault '{clean(name, 40)}'{nearest(name, known)}",
                    hint=f"there is {', '.join(known)}",
                )
            product = known[name].product.applied(product)
        script = replace(self.script, product=product)
        return replace(self, script=script, faults=tuple(dict.fromkeys(faults)))


def names() -> tuple[str, ...]:
    """Every shipped example."""
    return tuple(sorted(folder.name for folder in _folder().iterdir() if folder.is_dir()))


def load(name: str, *, speed: float = 1.0) -> Example:
    """A shipped example. Raises `BadInput` for a name that none has, and for a script with faults."""
    if name not in names():
        raise BadInput(
            f"there is no example '{clean(name, 40)}'{nearest(name, names())}",
            hint=f"there is {', '.join(names())}",
        )
    folder = _folder() / name
    script = read_script(
        folder.joinpath("script.yaml").read_text(encoding="utf-8"), f"{name}/script.yaml", speed
    )
    template = folder.joinpath("launchpad.yaml").read_text(encoding="utf-8")
    return Example(name=name, script=script, template=template, speed=speed)


def read_script(text: str, label: str, speed: float = 1.0) -> Script:
    """The script in a text that is called `label` in faults. Raises `BadInput` with all of them."""
    faults = Faults(label)
    try:
        root = compose(fill(text, {}, speed), label, faults)
        script = HOLE if root is None else Reader(faults, {}).read(root, Script)
    except ValueError as error:
        raise BadInput(f"{label}: {error}") from None
    except Unreadable:
        script = HOLE
    faults.raise_any()
    assert isinstance(script, Script)
    return script


def _folder() -> Traversable:
    return resources.files("launchpad.rehearsal") / "examples"
