"""Files made by accident or malice: one clear line each, quickly, and never anything but BadInput."""

import contextlib
import os
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from launchpad.config import BadInput, load, loads
from launchpad.model.command import CommandSettings

PROVIDERS = {"command": CommandSettings}
EXAMPLE = Path(__file__).parents[2] / "config.example.yaml"
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join(['*' + old] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)

HOSTILE = {
    "an alias bomb": (BOMB, "too much: expected at most 20,000 values"),
    "an alias of itself": ("launch: &a [*a]", "1:13: alias '*a' stands inside of what it stands for"),
    "an alias of nothing": ("launch: *a", "1:9: alias '*a' stands for nothing"),
    "a chain of aliases": (
        "- &a0 x\n" + "".join(f"- &a{i + 1} [*a{i}]\n" for i in range(60)),
        "nested too deeply",
    ),
    "an object's tag": (
        "launch: !!python/object/apply:os.system [id]",
        "1:9: tag '!!python/object/apply:os.system'",
    ),
    "a merge key": ("launch: {<<: {product: a}, version: 1}", "1:10: merge key '<<'"),
    "a list as a key": ("launch: {[a]: b}", "1:10: a list or mapping where a key belongs"),
    "a tab": ("launch:\n\tproduct: a", "2:1: a tab in the indentation, expected blanks"),
    "a NUL": ("launch: a\0b", "1:10: control character U+0000"),
    "an escape": ("launch:\n  product: \x1b[31mred", "2:12: control character U+001B"),
    "text that runs backwards": ("launch: \u202egnp", "1:9: control character U+202E"),
    "Latin-1": ("launch:\n  product: Zürich".encode("latin-1"), "2:13: byte 20 (0xfc) is not UTF-8"),
    "UTF-16": ("launch: {}".encode("utf-16"), "1:1: byte 0 (0xff) is not UTF-8"),
    "two documents": ("launch: {}\n---\nlaunch: {}", "2:1: a second document begins"),
    "nothing": ("", "1:1: the file is empty"),
    "only comments": ("# launch:\n", "1:1: the file is empty"),
    "only a start": ("---\n", "found a mapping"),
    "duplicate keys": ("launch: {}\nstore: a\nlaunch: {}", "3:1: key 'launch' is already on line 1"),
    "50,000 brackets": ("[" * 50_000, "1:41: nested too deeply, expected at most 40 levels"),
    "50,000 braces": ("{" * 50_000, "nested too deeply"),
    "50,000 dashes": ("- " * 50_000, "nested too deeply"),
    "an open quote": ('launch: "a\n', "not YAML: found unexpected end of stream"),
    "an open bracket": ("launch: [a\nb: c", "not YAML: did not find expected ',' or ']'"),
    "a million keys": ("".join(f"k{i}: 1\n" for i in range(90_000)), "too much"),
    "a thousand wrong names": (
        "launch: {product: a, version: 1}\nchecklists:\n- name: x\n  items:\n"
        + "".join(f"  - {{id: item-{i}, title: t, needs: [itme-{i}, itme_{i}]}}\n" for i in range(1800)),
        "did you mean 'item-",
    ),
    "a circle of a thousand": (
        "launch: {product: a, version: 1}\nchecklists:\n- name: x\n  items:\n"
        + "".join(f"  - {{id: i{i}, title: t, needs: [i{(i + 1) % 2000}, i{i}]}}\n" for i in range(2000)),
        "these items wait for each other",
    ),
    "a long key": ("k" * 500 + ": 1", "unknown key"),
    "a long value": (f"launch: {'v' * 900_000}", "found 'vvv"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_gets_a_clear_line_and_no_time(name):
    content, expected = HOSTILE[name]
    if name == "only a start":
        expected = "1:"
    began = time.process_time()
    with pytest.raises(BadInput) as caught:
        loads(content if isinstance(content, bytes) else content.encode(), Path("f.yaml"), PROVIDERS)
    assert time.process_time() - began < 5
    assert any(expected in line for line in caught.value.faults), caught.value.faults
    assert all(
        line.startswith("f.yaml:") and len(line) < 450 and line.isprintable() for line in caught.value.faults
    )


def test_what_is_no_readable_file_says_so(tmp_path):
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    sparse = tmp_path / "sparse"
    with sparse.open("wb") as file:
        file.truncate(100 << 20)
    (tmp_path / "loop").symlink_to("loop")
    expected = {
        "gone": "no such file",
        "folder": "this is a directory, expected a file",
        "pipe": "this is a device or pipe, expected a file",
        "sparse": "this is too large, expected at most 1024 KiB",
        "loop": "this can't be read: Too many levels of symbolic links",
        "gone/deeper": "no such file",
        "n" * 300: "this can't be read: File name too long",
        "a\0b": "this can't be read: embedded null byte",
    }
    for name, what in expected.items():
        with pytest.raises(BadInput) as caught:
            load(tmp_path / name, PROVIDERS)
        (line,) = caught.value.faults
        assert line.endswith(f":1:1: {what}")


def test_a_file_that_may_not_be_read_says_so(tmp_path):
    path = tmp_path / "launchpad.yaml"
    path.touch(mode=0)
    me = os.geteuid()
    if me == 0:  # root reads everything
        os.seteuid(65534)
    try:
        with pytest.raises(BadInput, match="has 1 fault") as caught:
            load(path, PROVIDERS)
    finally:
        os.seteuid(me)
    assert caught.value.faults == (f"{path}:1:1: this can't be read: Permission denied",)


def test_simple_anchors_are_welcome():
    text = "launch: {product: &p Acme, version: *p}"
    assert loads(text.encode(), Path("f.yaml"), PROVIDERS).definition.launch.version == "Acme"


def test_scalars_are_what_their_type_says_not_what_yaml_guesses():
    text = """
launch: {product: no, version: 1e3}
operators: [{name: on, role: director, teams: [0x10, 1_000]}]
checklists: [{name: 'null', items: [{id: 010, title: 2026-12-01}]}]
"""
    definition = loads(text.encode(), Path("f.yaml"), PROVIDERS).definition
    assert (definition.launch.product, definition.launch.version) == ("no", "1e3")
    assert (definition.operators[0].name, definition.operators[0].teams) == ("on", ("0x10", "1_000"))
    assert (definition.items[0].id, definition.items[0].title) == ("010", "2026-12-01")


def read(data: bytes) -> None:
    with contextlib.suppress(BadInput):
        loads(data, Path("f.yaml"), PROVIDERS)


@settings(deadline=2000)
@given(st.binary(max_size=400))
def test_no_bytes_raise_anything_else(data):
    read(data)


@settings(deadline=2000)
@given(st.text("{}[]:-,&*!|>'\"#%@` \n\tab1~<", max_size=120))
def test_no_yaml_like_text_raises_anything_else(text):
    read(text.encode())


KEYS = sorted({word.strip(" -") for line in EXAMPLE.read_text().splitlines() for word in line.split(":")[:1]})
VALUES = [
    "",
    "~",
    "[]",
    "{}",
    "[~]",
    "{a: b}",
    "5m",
    "-1",
    "99%",
    "T-1d",
    "x > 1%",
    "env:A",
    "1e9999",
    "9" * 99,
]


@settings(deadline=4000, max_examples=60)
@given(st.data())
def test_no_mutation_of_a_valid_file_raises_anything_else(data):
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.sampled_from(["drop", "double", "swap", "value", "key", "indent", "noise"])):
            case "drop":
                del lines[at]
            case "double":
                lines.insert(at, lines[at])
            case "swap":
                other = data.draw(st.integers(0, len(lines) - 1))
                lines[at], lines[other] = lines[other], lines[at]
            case "value":
                lines[at] = lines[at].partition(":")[0] + ": " + data.draw(st.sampled_from(VALUES))
            case "key":
                lines[at] = data.draw(st.sampled_from(KEYS)) + ":" + lines[at].partition(":")[2]
            case "indent":
                lines[at] = "  " + lines[at]
            case "noise":
                cut = data.draw(st.integers(0, len(lines[at])))
                lines[at] = lines[at][:cut] + data.draw(st.text(max_size=4)) + lines[at][cut:]
        lines = lines or [""]
    read("\n".join(lines).encode("utf-8", "surrogatepass"))
