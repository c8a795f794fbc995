"""A commented starter file of promises, from the catalogue in `scanner/data/promise_catalogue/`. Pure."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date

from scanner.data.tables import rows, table

LANGUAGES = ("en", "nl", "fr", "de")


def topics(language: str) -> dict[str, str]:
    """The topics of the catalogue and their headings."""
    found: dict[str, str] = table(f"promise_catalogue/{language}")["topics"]
    return found


def starter(language: str, today: date, checks: Collection[str], only: Collection[str] = ()) -> str:
    """The text of a promise file that can be used as it is. A promise whose checks this installation does not have is
    written as a comment: it would be an error otherwise."""
    words, texts = table(f"promise_catalogue/{language}")["words"], rows(f"promise_catalogue/{language}")
    lines = [f"# {line}".rstrip() for line in words["header"]]
    lines += ["", f"title = {json.dumps(words['title'], ensure_ascii=False)}", f'language = "{language}"']
    topic = ""
    for name, row in rows("promise_catalogue/promises").items():
        if only and row["topic"] not in only:
            continue
        if row["topic"] != topic:
            topic = row["topic"]
            lines += ["", f"# -- {topics(language)[topic]} ".ljust(110, "-")]
        text, comment = texts[name]
        entry = ["[[promise]]", f'id = "{name}"', f"text = {json.dumps(text, ensure_ascii=False)}", *(_filled(line, words, today) for line in row["lines"])]
        usable = all(f'check = "{check}"' not in line or check in checks for line in row["lines"] for check in _checks(line))
        lines += ["", *([f"# {comment}"] if comment else []), *(entry if usable else [f"# {line}" for line in entry])]
    return "\n".join(lines) + "\n"


def _checks(line: str) -> list[str]:
    return [part.split('"')[0] for part in line.split('check = "')[1:]]


def _filled(line: str, words: dict[str, str], today: date) -> str:
    year = date(today.year + 1, today.month, min(today.day, 28))
    values = {"@by": words["by"], "@document": words["document"], "@needs": words["needs"], "@sign": words["sign"], "@on": today.isoformat(), "@until": year.isoformat()}
    for mark, value in values.items():
        line = line.replace(mark, value)
    return line
