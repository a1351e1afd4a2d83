"""What is a secret by its form or by its name."""

import re

_CREDENTIAL = re.compile(
    r"://[^\s/:@]*:[^\s/@]+@"  # a URL with a password
    r"|-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|\b(?:gh[opsu]_|github_pat_|glpat-|xox[abprs]-|[rs]k_live_|sntrys_|nfp_|AKIA(?=[0-9A-Z]{16}))[\w-]{10,}",
    re.IGNORECASE,
)
_SECRET_WORDS = ("TOKEN", "SECRET", "PASSW", "PASSPHRASE", "CREDENTIAL", "AUTHORIZATION", "COOKIE", "APIKEY")


def looks_secret(text: str) -> bool:
    """Whether a text is, or holds, a password or token by its form."""
    return bool(_CREDENTIAL.search(text))


def sounds_secret(name: str) -> bool:
    """Whether a variable or header of this name holds a secret: API_KEY, X-Auth-Token, Cookie …"""
    upper = name.upper()
    words = re.split(r"[_\-.]", upper)
    if any(word in upper for word in _SECRET_WORDS):
        return True
    if "KEY" in words:
        return "PUBLIC" not in words and words[-1] not in ("ID", "NAME", "FILE", "PATH")
    return "PWD" in words[1:] or "PASS" in words
