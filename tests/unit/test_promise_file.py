"""Promise files: what they mean, and every mistake said with its line and remedy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from scanner.errors import Exit, InvalidFile
from scanner.judge.registry import Check, check
from scanner.model.facts import AtRest, Backups, Home, Replicas
from scanner.model.promise import Attestation, Bind, Promise
from scanner.model.resource import Resource
from scanner.model.verdict import Outcome, Severity, passes
from scanner.store.promise_file import load_promises
from scanner.store.toml_file import lines_of


@dataclass(frozen=True)
class Countries:
    countries: tuple[str, ...]

    def __post_init__(self) -> None:
        if "XX" in self.countries:
            raise ValueError("countries: 'XX' is no country")


@dataclass(frozen=True)
class Hours:
    max_hours: float = 24
    strict: bool = False


@check(id="residency", needs=(Home, Replicas), severity=Severity.HIGH, since="0.1", cites=(), params=Countries)
def residency(res: Resource, where: Home | Replicas, params: Countries) -> Outcome:
    """Where."""
    return passes("here")


@check(id="backup-frequency", needs=Backups, severity=Severity.HIGH, since="0.1", cites=(), params=Hours)
def backup_frequency(res: Resource, backups: Backups, params: Hours) -> Outcome:
    """How often."""
    return passes("often")


@check(id="encryption-at-rest", needs=AtRest, severity=Severity.HIGH, since="0.1", cites=())
def encryption_at_rest(res: Resource, rest: AtRest) -> Outcome:
    """Encrypted."""
    return passes("yes")


CHECKS: dict[str, Check[Any]] = {c.id: c for c in (residency, backup_frequency, encryption_at_rest)}

WHOLE = """\
# our word
language = "nl"
url = "https://example.org/security"

[[promise]]
id = "data-in-europe"
text = "Our data centres are in Germany and Ireland."
said = 2026-03-01
scope = ["aws:111122223333", "azure:prod", "tls:example.org:443", "file:*.yaml", "aws:111122223333/eu-west-1"]
binds = [
  { check = "residency", countries = ["DE", "IE"], facts = ["Home"], types = ["AWS::S3::*", "Microsoft.Storage/storageAccounts"] },
  { check = "backup-frequency", max_hours = 12 },
]

[[promise]]
id = "audited"
text = '''
An auditor comes
every year.'''
url = "https://example.org/audit"
language = "en-GB"

[promise.attested]
by = "the board"
document = "report"
on = 2026-01-01
until = 2027-01-01

[[promise]]
id = "later"
text = "Something that no check can answer."
needs = "a check that counts"
"""


def load(text: str | bytes, tmp_path: Path) -> tuple[Promise, ...]:
    path = tmp_path / "promises.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load_promises(path, CHECKS)


def test_a_whole_file(tmp_path: Path) -> None:
    first, second, third = load(WHOLE, tmp_path)
    assert first == Promise(
        "data-in-europe",
        "Our data centres are in Germany and Ireland.",
        "https://example.org/security",
        date(2026, 3, 1),
        ("aws:111122223333", "azure:prod", "tls:example.org:443", "file:*.yaml", "aws:111122223333/eu-west-1"),
        (Bind("residency", {"countries": ["DE", "IE"]}, ("AWS::S3::*", "Microsoft.Storage/storageAccounts"), ("Home",)), Bind("backup-frequency", {"max_hours": 12})),
        line=5,
        language="nl",
    )
    assert (second.url, second.language, second.line) == ("https://example.org/audit", "en-GB", 15)
    assert second.text == "An auditor comes\nevery year."
    assert second.attested == Attestation("the board", "report", date(2026, 1, 1), date(2027, 1, 1))
    assert (third.needs, third.line, third.said) == ("a check that counts", 29, None)


def test_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    found = load(b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode(), tmp_path)
    assert [p.line for p in found] == [5, 15, 29]


GOOD = '[[promise]]\nid = "a"\ntext = "b"\nbinds = [{ check = "encryption-at-rest" }]\n'
HEAD = '[[promise]]\nid = "a"\ntext = "b"\n'


@pytest.mark.parametrize(
    ("text", "line", "words", "remedy"),
    [
        ("", None, "holds no promises", "[[promise]]"),
        ("# words\n", None, "holds no promises", "[[promise]]"),
        ("promise = []\n", 1, "holds no promises", "[[promise]]"),
        ('promise = "x"\n', 1, "holds no promises", "[[promise]]"),
        ("promise = [1]\n", 1, "holds no promises", "[[promise]]"),
        ('[promise]\nid = "a"\n', 1, "holds no promises", "[[promise]]"),
        ("[[promise]\n", 1, "is not TOML", "correct the line"),
        (GOOD + "- yaml: true\n", 5, "is not TOML", "correct the line"),
        (GOOD + 'text = "twice"\n', 5, "is not TOML", "correct the line"),
        ('a = "', 1, "is not TOML", "correct the line"),
        ("a = " + "9" * 5000, None, "is not usable TOML", "promise file"),
        ("a = " + "[" * 5000, None, "is not usable TOML", "promise file"),
        (GOOD + "[[promises]]\n", 5, "no key 'promises'", "did you mean promise?"),
        (GOOD + '\n[promise.zzz]\nx = 1\n', 6, "no key 'zzz'", "it has attested, binds"),
        (HEAD + 'bind = [{ check = "residency" }]\n', 4, "no key 'bind'", "did you mean binds or id?"),
        ("[[promise]]\ntext = 'b'\n", 1, "has no id", "add id"),
        ("[[promise]]\nid = 'b'\n", 1, "has no text", "add text"),
        ("[[promise]]\nid = 'Not good'\ntext = 'b'\n", 2, "'Not good' cannot be an id", "lower-case"),
        ("[[promise]]\nid = 7\ntext = 'b'\n", 2, "id is no text", 'write id = "…"'),
        ("[[promise]]\nid = 'a'\ntext = '  '\n", 3, "text is empty", 'write text = "…"'),
        (GOOD + "\n" + GOOD, 7, "the id 'a' is used before, on line 2", "an id of its own"),
        (HEAD, 1, "nothing can answer the promise 'a'", "bind a check"),
        (HEAD + 'needs = ""\n', 4, "needs is empty", "leave it out"),
        (GOOD + 'said = "2026-01-01"\n', 5, "said is a date in quotes", "without quotes"),
        (GOOD + 'said = "yesterday"\n', 5, "said is no date", "without quotes"),
        (GOOD + "said = 2026-01-01T00:00:00Z\n", 5, "said is no date", "without quotes"),
        (GOOD + "said = 2026\n", 5, "said is no date", "without quotes"),
        (GOOD + "said = 2026-02-30\n", 5, "is not TOML", "correct the line"),
        (GOOD + 'language = "Nederlands!"\n', 5, "is no language", "BCP 47"),
        (GOOD + 'scope = "aws"\n', 5, "scope is no list", "write scope = ["),
        (GOOD + "scope = []\n", 5, "the scope is empty", "leave it out"),
        (GOOD + 'scope = [\n  "aws",\n  "asw",\n]\n', 7, "'asw' is no scope", "did you mean aws?"),
        (GOOD + 'scope = ["gcp:x"]\n', 5, "'gcp:x' is no scope", "use aws,"),
        (GOOD + 'scope = ["aws:prod"]\n', 5, "'aws:prod' is no scope", "12 digits"),
        (GOOD + 'scope = ["aws:"]\n', 5, "'aws:' is no scope", "12 digits"),
        (GOOD + 'scope = ["azure:"]\n', 5, "'azure:' is no scope", "use aws,"),
        (GOOD + 'scope = ["file"]\n', 5, "file names no pattern", "file:*.yaml"),
        (GOOD + "scope = [7]\n", 5, "scope holds 7", "write scope = ["),
        (GOOD + 'scope = [""]\n', 5, "an empty text", "write scope = ["),
        (HEAD + 'binds = "residency"\n', 4, "binds is no list", "write binds"),
        (HEAD + "binds = []\n", 4, "binds is no list", "write binds"),
        (HEAD + 'binds = ["residency"]\n', 4, "binds is no list", "write binds"),
        (HEAD + 'binds = [\n  { countries = ["DE"] },\n]\n', 5, "names no check", "houvast explain"),
        (HEAD + "binds = [{ check = 7 }]\n", 4, "names no check", "houvast explain"),
        (HEAD + 'binds = [\n  { check = "encryption-at-rest" },\n  { check = "recidency" },\n]\n', 6, "there is no check 'recidency'", "did you mean residency?"),
        (HEAD + 'binds = [{ check = "zzz" }]\n', 4, "there is no check 'zzz'", "houvast explain"),
        (HEAD + 'binds = [{ check = "residency" }]\n', 4, "residency needs countries", "houvast explain residency"),
        (HEAD + '[[promise.binds]]\ncheck = "residency"\ncountries = "DE"\n', 6, "countries = 'DE' is not a list", "houvast explain residency"),
        (HEAD + '[[promise.binds]]\ncheck = "residency"\ncountries = ["XX"]\n', 6, "'XX' is no country", "houvast explain residency"),
        (HEAD + '[[promise.binds]]\ncheck = "residency"\n\ncountry = ["DE"]\n', 7, "no parameter 'country'", "houvast explain residency"),
        (HEAD + '[[promise.binds]]\ncheck = "backup-frequency"\nmax_hours = "a day"\n', 6, "max_hours = 'a day' is not a number", "houvast explain"),
        (HEAD + '[[promise.binds]]\ncheck = "backup-frequency"\nmax_hours = nan\n', 6, "cannot be a parameter", "use text, a number"),
        (HEAD + '[[promise.binds]]\ncheck = "backup-frequency"\nstrict = 1\n', 6, "strict = 1 is not true or false", "houvast explain"),
        (HEAD + '[[promise.binds]]\ncheck = "backup-frequency"\nmax_hours = 2026-01-01\n', 6, "cannot be a parameter", "use text, a number"),
        (HEAD + 'binds = [{ check = "encryption-at-rest", level = 1 }]\n', 4, "takes no parameters", "houvast explain"),
        (HEAD + 'binds = [{ check = "residency", countries = ["DE"], facts = ["Homes"] }]\n', 4, "does not ask about 'Homes'", "did you mean Home?"),
        (HEAD + 'binds = [{ check = "residency", countries = ["DE"], facts = [] }]\n', 4, "facts is empty", "leave it out"),
        (HEAD + 'binds = [{ check = "encryption-at-rest", types = ["S3 bucket"] }]\n', 4, "'S3 bucket' is no resource type", "houvast coverage"),
        (HEAD + 'binds = [{ check = "encryption-at-rest", types = "AWS::S3::*" }]\n', 4, "types is no list", "write types = ["),
        (HEAD + 'binds = [\n  { check = "encryption-at-rest" },\n  { check = "encryption-at-rest" },\n]\n', 6, "bound twice", "leave one"),
        (HEAD + 'attested = "the board"\n', 4, "attested is no table", "write attested"),
        (HEAD + 'attested = { by = "me", on = 2026-01-01, until = 2026-12-31 }\n', 4, "has no document", "write attested"),
        (HEAD + '[promise.attested]\nby = "me"\nform = "x"\n', 6, "no key 'form'", "it has by"),
        (HEAD + '[promise.attested]\nby = "me"\ndocument = "d"\non = 2026-05-01\nuntil = 2026-04-01\n', 8, "before it begins", "last day"),
        (HEAD + '[promise.attested]\nby = "me"\ndocument = "d"\non = "2026-05-01"\nuntil = 2026-04-01\n', 7, "a date in quotes", "without quotes"),
        (GOOD + 'severity = "hihg"\n', 5, "there is no severity 'hihg'", "did you mean high?"),
        (GOOD + "severity = 1\n", 5, "severity is no text", "write severity"),
        (GOOD + 'scope = ["tag"]\n', 5, "tag names no tag", "tag:Environment=prod"),
        (GOOD + 'scope = ["tag:=prod"]\n', 5, "'tag:=prod' is no scope", "tag:Owner"),
        (GOOD + 'scope = ["environment:prod"]\n', 5, "there is no environment 'prod'", "add [environments]"),
        (GOOD + 'scope = ["environment:prd"]\n[environments]\nprod = ["aws"]\n', 5, "there is no environment 'prd'", "did you mean prod?"),
        (GOOD + "[environments]\nprod = 'aws'\n", 6, "prod is no list of scopes", "write prod = ["),
        (GOOD + "[environments]\nprod = []\n", 6, "prod is no list of scopes", "write prod = ["),
        (GOOD + '[environments]\nprod = [\n"aws",\n"asw"]\n', 8, "'asw' is no scope", "did you mean aws?"),
        (GOOD + '[environments]\nprod = ["environment:test"]\n', 6, "stands in an environment", "is made of"),
        (GOOD + '[environments]\n"a b" = ["aws"]\n', 6, "cannot name an environment", "use letters"),
        ("environments = 1\n" + GOOD, 1, "environments is no table", "[environments]"),
        (HEAD + '[promise.attested]\nby = "me"\ndocument = "d"\non = 2026-05-01\nuntil = 2027-04-01\nremind = 2027-05-01\n', 9, "after the attestation ends", "before its end"),
        (HEAD + '[promise.attested]\nby = "me"\ndocument = "d"\non = 2026-05-01\nuntil = 2027-04-01\nremind = "2027-03-01"\n', 9, "a date in quotes", "without quotes"),
        (HEAD + '[promise.attested]\nby = "me"\ndocument = "d"\non = 2026-05-01\nuntil = 2027-04-01\nremind_days = "30"\n', 9, "no number of days", "remind_days = 30"),
        (HEAD + '[promise.attested]\nby = "me"\ndocument = "d"\non = 2026-05-01\nuntil = 2027-04-01\nremind_days = 30\nremind = 2027-01-01\n', 9, "both remind and remind_days", "one of the two"),
        (HEAD + '[promise.attested]\nby = " "\ndocument = "d"\non = 2026-05-01\nuntil = 2026-06-01\n', 5, "by is empty", "write by"),
    ],
)  # fmt: skip
def test_every_mistake_names_line_and_remedy(tmp_path: Path, text: str, line: int | None, words: str, remedy: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        load(text, tmp_path)
    error = caught.value
    assert words in error.message
    assert remedy in error.advice
    assert error.line == line
    assert error.message.startswith(f"{tmp_path / 'promises.toml'}{f':{line}' if line else ''}: ")
    assert error.code is Exit.USAGE


def test_severity_tags_and_environments(tmp_path: Path) -> None:
    text = GOOD + 'severity = "high"\nscope = ["environment:prod", "tag:Cost Centre=a=b", "aws"]\n[environments]\nprod = ["aws", "tag:Environment=prod"]\n'
    (promise,) = load(text, tmp_path)
    assert (promise.severity, promise.scope) == (Severity.HIGH, ("aws", "tag:Environment=prod", "tag:Cost Centre=a=b"))


def test_environments_of_the_configuration_stand_behind_those_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "promises.toml"
    path.write_text(GOOD + 'scope = ["environment:prod", "environment:test"]\n[environments]\nprod = ["azure"]\n')
    (promise,) = load_promises(path, CHECKS, {"prod": ("aws",), "test": ("tls",)})
    assert promise.scope == ("azure", "tls")


@pytest.mark.parametrize(("given", "remind"), [("", date(2026, 12, 2)), ("remind = 2026-10-01\n", date(2026, 10, 1)), ("remind_days = 60\n", date(2026, 11, 2))])
def test_an_attestation_says_when_to_be_reminded(tmp_path: Path, given: str, remind: date) -> None:
    (promise,) = load(HEAD + '[promise.attested]\nby = "me"\ndocument = "d"\non = 2026-01-01\nuntil = 2027-01-01\n' + given, tmp_path)
    word = promise.attested
    assert word is not None
    assert word.remind_on == remind
    assert word.due(remind)
    assert word.due(date(2027, 6, 1))
    assert not word.due(remind - timedelta(days=1))


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (GOOD.encode("utf-16"), 1, "not UTF-8"),
        (GOOD.encode() + b"# caf\xe9\n", 5, "not UTF-8"),
        (GOOD.encode() + b"x = \x00\n", 5, "not TOML"),
        (GOOD.encode() + b"#" * 1_100_000, None, "larger than"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", 2, "not UTF-8"),
        (b"promises:\n  - id: a\n", 1, "not TOML"),
    ],
)
def test_files_of_another_kind(tmp_path: Path, data: bytes, line: int | None, words: str) -> None:
    with pytest.raises(InvalidFile, match=words) as caught:
        load(data, tmp_path)
    assert caught.value.line == line
    assert caught.value.advice


@pytest.mark.parametrize("name", ["nowhere.toml", "."])
def test_files_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidFile, match="cannot be read") as caught:
        load_promises(tmp_path / name, CHECKS)
    assert caught.value.advice


def test_lines_of_all_ways_to_write_a_key() -> None:
    text = '''\
a = 1 # [not] = a key
"b c".d = """
e = 2
[x]
"""
f = [ # list
  1,
  [2,
   3], "]",
  { g = 1, h.i = [
    4 ] },
]

[ j . "k" ]
l = \'\'\'x\'\'\'
[[m]]
n = 1
[[m.o]]
[[m]]
[m.p]
q = {}
[[m.o]]
r = "\\" ["
'''
    assert lines_of(text) == {
        ("a",): 1, ("b c", "d"): 2, ("f",): 6, ("f", 0): 7, ("f", 1): 8, ("f", 1, 0): 8, ("f", 1, 1): 9, ("f", 2): 9, ("f", 3): 10, ("f", 3, "g"): 10, ("f", 3, "h", "i"): 10,
        ("f", 3, "h", "i", 0): 11, ("j", "k"): 14, ("j", "k", "l"): 15, ("m", 0): 16, ("m", 0, "n"): 17, ("m", 0, "o", 0): 18, ("m", 1): 19, ("m", 1, "p"): 20,
        ("m", 1, "p", "q"): 21, ("m", 1, "o", 0): 22, ("m", 1, "o", 0, "r"): 23,
    }  # fmt: skip
