"""Simulated service accounts of Google: their keys, and the endpoint that grants tokens for them."""

import base64
import json
import time
from collections.abc import Callable
from functools import cache
from urllib.parse import parse_qs

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from launchpad.testing.loopback import Request, Response

TOKEN_PATH = "/token"  # noqa: S105  # a path
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class GoogleAccounts:
    """Service accounts of one project. See `launchpad.testing.loopback.Simulator`."""

    def __init__(self, *, life: float = 3600.0, clock: Callable[[], float] = time.time) -> None:
        """`life`: seconds that a token is good for."""
        self.life = life
        self.granted = 0
        """How many tokens were."""
        self.disabled: set[str] = set()
        """Accounts that get none any more."""
        self._clock = clock
        self._generation = 1
        self._keys: dict[str, str] = {}
        self._tokens: dict[str, tuple[str, frozenset[str], float]] = {}

    def key(self, url: str, name: str = "launchpad") -> str:
        """The JSON key of an account, as the console gives it, for a server at `url`."""
        email = f"{name}@acme-shop.iam.gserviceaccount.com"
        self._keys.setdefault(email, _pem(name))
        return json.dumps(
            {
                "type": "service_account",
                "project_id": "acme-shop",
                "private_key_id": f"key-of-{name}",
                "private_key": self._keys[email],
                "client_email": email,
                "token_uri": url + TOKEN_PATH,
            }
        )

    def adopt(self, key: str) -> None:
        """Knows the account of a JSON key that `key` gave, in another process maybe."""
        held = json.loads(key)
        self._keys[held["client_email"]] = held["private_key"]

    def token(self, name: str = "launchpad") -> str:
        """The token that an account is granted; another one after each `expire`."""
        return f"ya29.{name}.{self._generation:04d}.hunter2-correct-horse"

    def expire(self) -> None:
        """Ends all tokens."""
        self._tokens.clear()
        self._generation += 1

    def who(self, request: Request, scope: str) -> str | None:
        """Whose token a request bears, if it is good for `scope`; None if it is not."""
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        email, scopes, until = self._tokens.get(token, ("", frozenset[str](), 0.0))
        return email if scope in scopes and self._clock() < until else None

    def __call__(self, request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        if form.get("grant_type") != _GRANT:
            return _refused("unsupported_grant_type", "Invalid grant_type")
        try:
            signed, _, signature = form["assertion"].rpartition(".")
            claims = json.loads(_decoded(signed.partition(".")[2]))
            email = claims["iss"]
            key = load_pem_private_key(self._keys[email].encode(), None)
            assert isinstance(key, rsa.RSAPrivateKey), "made below"
            key.public_key().verify(_decoded(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        except (KeyError, ValueError, InvalidSignature):
            return _refused("invalid_grant", "Invalid JWT Signature.")
        now = self._clock()
        if not claims["iat"] <= now + 60 or not now < claims["exp"] <= claims["iat"] + 3600:
            return _refused("invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes)")
        if not str(claims["aud"]).endswith(TOKEN_PATH):
            return _refused("invalid_grant", "Invalid JWT: Failed audience check.")
        if email in self.disabled:
            return _refused("invalid_grant", "Invalid grant: account not found")
        self.granted += 1
        token = self.token(email.partition("@")[0])
        self._tokens[token] = (email, frozenset(claims["scope"].split()), now + self.life)
        answer = {"access_token": token, "expires_in": int(self.life), "token_type": "Bearer"}
        return Response(200, json.dumps(answer).encode())


@cache
def _pem(name: str) -> str:  # noqa: ARG001  # one key for each
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _refused(error: str, why: str) -> Response:
    return Response(400, json.dumps({"error": error, "error_description": why}).encode())
