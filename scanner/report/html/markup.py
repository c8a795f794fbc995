"""Small pieces of HTML. Everything that comes from outside goes through `text`, `attribute` or `link`."""

from __future__ import annotations

import html
from collections.abc import Iterable
from urllib.parse import urlsplit

from scanner.report.i18n import Words
from scanner.report.text import safe, shorten

#: Longest text in one place: a page stays usable whatever somebody called a bucket.
LONG = 600


def text(value: object, most: int = LONG) -> str:
    """Text that means itself: no markup, nothing invisible, not endless."""
    return html.escape(shorten(safe(value), most), quote=True)


def english(value: object, say: Words) -> str:
    """Text that is English, and said to be so where the page is in another language."""
    return text(value) if say.language == "en" else f'<span lang="en">{text(value)}</span>'


def spoken(value: str, say: Words) -> str:
    """What a check said: in the language of the page, or else marked as English."""
    return text(say.why(value)) if say.speaks(value) else english(value, say)


def link(url: str | None, label: str) -> str:
    """A link for http and https; for anything else the plain words."""
    if not url or not url.isprintable() or " " in url:
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        return ""
    return f'<a href="{html.escape(url, quote=True)}" rel="noopener noreferrer">{text(label)}</a>'


def section(name: str, title: str, body: str, note: str = "") -> str:
    """A part of the page with its heading."""
    about = f'<p class="about">{text(note)}</p>' if note else ""
    return f'<section id="{name}" aria-labelledby="h-{name}"><h2 id="h-{name}">{text(title)}</h2>{about}{body}</section>\n'


def table(caption: str, heads: Iterable[str], rows: Iterable[str], say: Words, kind: str = "") -> str:
    """A table that scrolls by itself where it is too wide. `heads` and `rows` are markup."""
    columns = "".join(f'<th scope="col">{head}</th>' for head in heads)
    label = text(f"{caption}: {say('page.scroll')}")
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{label}"><table class="{kind}"><caption class="hidden">{text(caption)}</caption>'
        f"<thead><tr>{columns}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def row(head: str, *cells: str) -> str:
    """A row: markup of its heading cell, then of the others. A cell may begin with `class=NAME|`."""
    return f'<tr><th scope="row">{head}</th>{"".join(map(_cell, cells))}</tr>'


def _cell(markup: str) -> str:
    if markup.startswith("class="):
        kind, _, rest = markup[6:].partition("|")
        return f'<td class="{kind}">{rest}</td>'
    return f"<td>{markup}</td>"


def rest(left: int, say: Words) -> str:
    """`and 12 more`, where not all could be shown."""
    return f'<p class="rest">{text(say("page.more", n=say.number(left)))}</p>' if left > 0 else ""


def day(moment: str) -> str:
    """Date and time to the minute for people and machines."""
    return f'<time datetime="{text(moment)}">{text(moment[:16].replace("T", " "))} UTC</time>'
