"""Where secrets lie, how they are fetched, and that they never show."""

import base64
import json
import os
import string
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchpad.config import BadInput, load
from launchpad.config.secrets import MASK, Redactor, SecretResolver, references_in
from tests.support.kinds import CHANNELS, PROVIDERS

EXAMPLE = Path(__file__).parents[2] / "config.example.yaml"


@pytest.fixture
def resolver(tmp_path) -> SecretResolver:
    return SecretResolver(tmp_path, {"TOKEN": "from-env", "EMPTY": "", "PATH": os.environ["PATH"]})


def test_each_scheme_finds_its_secret(resolver, tmp_path):
    secret = tmp_path / "token"
    secret.write_text("from-file\n")
    secret.chmod(0o600)
    assert resolver.resolve("env:TOKEN") == "from-env"
    assert resolver.resolve("file:token") == "from-file"
    assert resolver.resolve(f"file:{secret}") == "from-file"
    assert resolver.resolve("command:cat token") == "from-file"
    assert resolver.resolve("command:sh -c 'printf %s \"$TOKEN\"'") == "from-env"


def test_a_keyring_gives_its_entry(resolver):
    import keyring
    from keyring.backend import KeyringBackend

    class InMemory(KeyringBackend):
        priority = 1

        def get_password(self, service: str, username: str) -> str | None:
            return "from-keyring" if (service, username) == ("team/shop", "backup") else None

        def set_password(self, service: str, username: str, password: str) -> None:
            raise NotImplementedError

    before = keyring.get_keyring()
    keyring.set_keyring(InMemory())
    try:
        assert resolver.resolve("keyring:team/shop/backup") == "from-keyring"
        with pytest.raises(BadInput, match="keyring:shop/gone is not there; keyring set shop gone"):
            resolver.resolve("keyring:shop/gone")
    finally:
        keyring.set_keyring(before)


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("env:GONE", "env:GONE is not set; export GONE"),
        ("env:EMPTY", "env:EMPTY is empty"),
        ("keyring:shop", "names no entry; expected keyring:SERVICE/NAME"),
        ("file:gone", "can't be read: No such file or directory"),
        ("file:.", "can't be read: Is a directory"),
        ("file:a\0b", "can't be read"),
        ("file:pipe", "is no file"),
        ("file:open", "is open to every user of this machine; chmod 600"),
        ("file:large", "is longer than 64 KiB"),
        ("file:binary", "is not UTF-8"),
        ("command:gone-program", "can't be run: No such file or directory"),
        ("command:'", "can't be run: not a command line"),
        ("command:sh -c 'echo hunter22 >&2; echo hunter22; exit 3'", "exited with 3"),
        ("command:true", "is empty"),
        ("command:yes", "is longer than 64 KiB"),
        ("hunter22", "a secret is not a reference"),
    ],
)
def test_what_can_not_be_had_is_named_without_its_value(resolver, tmp_path, reference, expected):
    os.mkfifo(tmp_path / "pipe")
    for name, content, mode in (
        ("open", b"hunter22", 0o644),
        ("large", b"x" * 70_000, 0o600),
        ("binary", b"hunter22\xff", 0o600),
    ):
        (tmp_path / name).write_bytes(content)
        (tmp_path / name).chmod(mode)
    with pytest.raises(BadInput) as caught:
        resolver.resolve(reference)
    assert expected in str(caught.value)
    if "hunter22" not in reference:
        assert "hunter22" not in str(caught.value)


def test_a_command_that_leaves_something_behind_is_not_waited_for(resolver):
    assert resolver.resolve("command:sh -c 'sleep 60 & echo token'") == "token"


@pytest.mark.slow
def test_a_command_that_hangs_is_ended(resolver, tmp_path):
    with pytest.raises(BadInput, match="took longer than 10 s"):
        resolver.resolve("command:sh -c 'echo $$ > pid; exec sleep 60'")
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_every_reference_of_a_definition_is_listed():
    definition = load(EXAMPLE, PROVIDERS, channels=CHANNELS).definition
    expected = (
        "env:SHOP_PROBE_AUTHORIZATION",
        "env:SHOP_QUEUE_TOKEN",
        "env:SHOP_DATABASE",
        "env:SHOP_REDIS",
        "file:~/.launchpad/play-reader.json",
        "env:BACKUP_PASSPHRASE",
        "env:SHOP_SMOKE_PASSWORD",
        "env:SHOP_DEPLOY_TOKEN",
        "keyring:shop/database",
        "env:DATABASE_URL",
        "env:SCRATCH_URL",
        "env:AWS_ACCESS_KEY_ID",
        "env:AWS_SECRET_ACCESS_KEY",
        "env:NETLIFY_AUTH_TOKEN",
        "file:~/.launchpad/play.json",
        "env:SLACK_TOKEN",
        "env:SMTP_URL",
        "env:DISCORD_WEBHOOK",
        "env:PAGERDUTY_KEY",
        "env:PAGER_URL",
        "env:PAGER_SECRET",
    )
    assert references_in(definition, PROVIDERS, CHANNELS) == expected
    assert references_in(definition, {}) == expected


def test_only_where_a_secret_may_stand_is_it_a_reference(tmp_path):
    path = tmp_path / "launchpad.yaml"
    path.write_text(
        "launch: {product: 'env:A', version: 1}\n"
        "providers: {p: {kind: command, operations: "
        "{deploy: {argv: [x], undo: 'file:B', env: {C: 'env:C'}}}}}\n"
    )
    assert references_in(load(path, PROVIDERS).definition, PROVIDERS) == ("env:C",)


secrets = st.text(string.printable + "äß€𝄞", min_size=4, max_size=40).filter(
    lambda text: len(text.strip()) >= 4 and "•" not in text
)


@given(secrets, st.binary(max_size=5), st.binary(max_size=5))
def test_no_form_of_a_secret_survives(secret, before, after):
    clean = Redactor([secret]).clean
    encoded = [
        secret,
        quote(secret, safe=""),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        base64.b64encode(secret.encode()).decode(),
        base64.urlsafe_b64encode(secret.encode()).decode(),
    ]
    for form in encoded:
        assert form not in clean(f"-- {form} --")
    inside = base64.b64encode(before + secret.encode() + after).decode()
    assert MASK in clean(inside)


def test_what_is_no_secret_stays():
    clean = Redactor(["hunter22", "abc", ""]).clean
    assert clean("abc hunter2 hunter23 hunter22!") == f"abc hunter2 hunter23 {MASK}!"
    assert Redactor([]).clean("text") == "text"


def test_a_basic_authorization_header_is_covered():
    header = base64.b64encode(b"launch:hunter22:and more").decode()
    assert base64.b64encode(b"hunter22").decode()[4:8] not in Redactor(["hunter22"]).clean(header)


def test_the_longer_of_two_secrets_goes_whole():
    assert Redactor(["hunter22", "hunter22-and-more"]).clean("x hunter22-and-more y") == f"x {MASK} y"


def test_each_line_of_a_key_is_secret():
    key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----\n"
    clean = Redactor([key]).clean
    assert clean("log: hkiG9w0BAQEFAASC") == f"log: {MASK}"


@given(
    st.integers(1, len("hunter2-correct-horse") - 1),
    st.sampled_from(["\x1b[31m", "\x1b]0;x\x07", "\x00", "\u200b"]),
)
def test_a_secret_torn_by_what_is_stripped_is_hidden(place, control):
    secret = "hunter2-correct-horse"
    torn = f"  token {secret[:place]}{control}{secret[place:]}"
    assert Redactor([secret]).line(torn) == f"token {MASK}"
    assert Redactor([secret]).block(torn) == f"  token {MASK}"


@pytest.mark.parametrize(
    ("secret", "said", "kept"),
    [
        (
            "https://hooks.example/services/T0/B0/abcdefgh",
            "404 at /services/T0/B0/abcdefgh",
            "404 at /•••/T0/B0/•••",
        ),
        ("https://hooks.example/x?key=12345678", "no key 12345678", "no key •••"),
        ("postgresql://app:p4ssw%20rd@db/orders", "wrong p4ssw rd for orders", "wrong ••• for orders"),
        ("smtp://me:hunter22@mail.example:587", "535 hunter22 is wrong", "535 ••• is wrong"),
    ],
)
def test_what_is_secret_in_an_address_is_masked_without_the_rest(secret, said, kept):
    assert Redactor([secret]).clean(said) == kept
