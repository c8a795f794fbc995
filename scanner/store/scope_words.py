"""The words of a scope, and the environments that stand for several of them."""

from __future__ import annotations

from collections.abc import Mapping

from scanner.model.later import pattern
from scanner.store.toml_file import TomlFile, Where, nearest

#: Words by the name of an environment.
Environments = Mapping[str, tuple[str, ...]]

_FORM = {
    "aws": pattern(r"[0-9]{12}(?:/[a-z0-9-]+)?\Z"),
    "azure": pattern(r"[^/\s]+(?:/[A-Za-z0-9-]+)?\Z"),
    "tls": pattern(r"\S+\Z"),
    "file": pattern(r".+\Z"),
    "tag": pattern(r"[^=\s](?:[^=]*[^=\s])?(?:=.*)?\Z"),
    "environment": pattern(r"[A-Za-z0-9][A-Za-z0-9_-]*\Z"),
}
_BARE = {"file": ("file names no pattern", 'write "file:*.yaml"'), "tag": ("tag names no tag", 'write "tag:Environment=prod", or "tag:Owner" for any value')}
SCOPES = "aws, aws:ACCOUNT, aws:ACCOUNT/REGION, azure, azure:SUBSCRIPTION, tls, tls:HOST, tls:HOST:PORT, tag:KEY, tag:KEY=VALUE, environment:NAME or file:PATTERN"
_WHY = {"aws": "an account is named by its 12 digits, not by a profile", "tag": 'write "tag:Environment=prod", or "tag:Owner" for any value'}


def scope_words(file: TomlFile, where: Where, words: tuple[str, ...], environments: Environments | None) -> tuple[str, ...]:
    """The words with environments unfolded. `environments` is None where none may be named. Raises InvalidFile at the word that is none."""
    found: dict[str, None] = {}
    for n, word in enumerate(words):
        at = (*where, n)
        kind, colon, rest = word.partition(":")
        if kind not in _FORM:
            file.wrong(at, f"{word!r} is no scope", nearest(kind, _FORM) or f"use {SCOPES}")
        if kind in _BARE and not rest:
            file.wrong(at, *_BARE[kind])
        if kind == "environment":
            found.update(dict.fromkeys(_environment(file, at, word, rest, environments)))
            continue
        if colon and not _FORM[kind].match(rest):
            file.wrong(at, f"{word!r} is no scope", _WHY.get(kind, f"use {SCOPES}"))
        found[word] = None
    return tuple(found)


def _environment(file: TomlFile, at: Where, word: str, name: str, environments: Environments | None) -> tuple[str, ...]:
    if environments is None:
        file.wrong(at, f"{word!r} stands in an environment", "an environment is made of accounts, subscriptions, hosts, tags and files")
    if name not in environments:
        known = f"there {'is' if len(environments) == 1 else 'are'} {', '.join(environments)}" if environments else 'add [environments] with prod = ["aws:111122223333"]'
        file.wrong(at, f"there is no environment {name!r}", nearest(name, environments) or known)
    return environments[name]


def environments_of(file: TomlFile) -> dict[str, tuple[str, ...]]:
    """The table `[environments]` of a promise file or a houvast.toml. Raises InvalidFile with line and remedy."""
    given = file.values.get("environments", {})
    example = 'write prod = ["aws:111122223333", "tag:Environment=prod"]'
    if not isinstance(given, dict):
        file.wrong(("environments",), "environments is no table", f"write [environments], and below it {example.removeprefix('write ')}")
    found: dict[str, tuple[str, ...]] = {}
    for name, words in given.items():
        where: Where = ("environments", name)
        if not _FORM["environment"].match(name):
            file.wrong(where, f"{name!r} cannot name an environment", "use letters, digits, - and _")
        if not isinstance(words, list) or not words or not all(isinstance(word, str) and word.strip() for word in words):
            file.wrong(where, f"the environment {name} is no list of scopes", example)
        found[name] = scope_words(file, where, tuple(words), None)
    return found
