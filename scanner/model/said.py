"""Sentences that can be said again in another language: English text that keeps the template it was made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

_NAMES: dict[tuple[str, ...], tuple[str, ...]] = {}
"""Names of fields: few, and the same for tens of thousands of sentences."""


class Said(str):
    """Text in English, to every program an ordinary `str`; reports for people say it in the reader's language."""

    __slots__ = ("_held", "_names", "separator", "template")

    template: str
    """Key of the translation: the English template, or the id of a message; empty for a list."""
    separator: str
    """Stands between the items of a list."""
    _names: tuple[str, ...]
    _held: tuple[object, ...]

    def __new__(cls, text: str, template: str, values: Mapping[str, object], separator: str = "") -> Said:
        made = str.__new__(cls, text)
        made.template, made.separator = template, separator
        names = tuple(values)
        made._names, made._held = _NAMES.setdefault(names, names), tuple(values.values())
        return made

    @property
    def values(self) -> Mapping[str, object]:
        """What the fields of the template hold; sentences among them are translated too."""
        return dict(zip(self._names, self._held, strict=True))

    def __reduce__(self) -> tuple[type[Said], tuple[str, str, Mapping[str, object], str]]:
        return Said, (str(self), self.template, self.values, self.separator)

    def translated(self, patterns: Mapping[str, str]) -> str | None:
        """The sentence in the language of `patterns`, by template; None where that has no word for it. What is no
        sentence stays as it is: names, values, and words of others."""
        if not self.template:
            return self.separator.join(_word(item, patterns) for item in self._held)
        pattern = patterns.get(self.template)
        if pattern is None:
            return None
        return pattern.format_map({name: _value(value, patterns) for name, value in zip(self._names, self._held, strict=True)}) if self._held else pattern


def _word(item: object, patterns: Mapping[str, str]) -> str:
    return str(_value(item, patterns))


def _value(value: object, patterns: Mapping[str, str]) -> object:
    if not isinstance(value, Said):
        return value
    told = value.translated(patterns)
    return str(value) if told is None else told


def say(template: str, /, **values: object) -> Said:
    """A sentence of which the catalogues translate the template: `say("{name} stores data unencrypted", name=res.ref.name)`.

    The fields are named, and format their values as in an f-string: `{days:g}`. A value may be a sentence itself."""
    made = str.__new__(Said, template.format_map(values) if values else template)
    names = tuple(values)
    made.template, made.separator, made._names, made._held = template, "", _NAMES.setdefault(names, names), tuple(values.values())
    return made


def term(text: str, key: str = "") -> Said:
    """Fixed words, translated by their own text or by the id of a message: `term("Ireland", "country.IE")`."""
    return Said(text, key or text, {})


def listed(items: Iterable[str], separator: str = ", ") -> Said:
    """Several words or sentences, one after the other."""
    parts = tuple(items)
    return Said(separator.join(parts), "", dict(zip(map(str, range(len(parts))), parts, strict=True)), separator)


def blank_form(text: str, blank: str) -> Callable[[str], Said] | None:
    """A sentence said of `blank` as one that can be said of any name, in a fifth of the time that saying it anew takes. None
    where the blank stands elsewhere than as a value of its own: as part of another text, cut or formatted."""
    if not isinstance(text, Said):
        return None
    inner: list[tuple[int, Callable[[str], Said] | None]] = []
    for at, (field, value) in enumerate(zip(text._names, text._held, strict=True)):
        if blank not in str(value):
            continue
        form = blank_form(value, blank) if isinstance(value, Said) else None
        if (form is None and value != blank) or any(f"{{{field}{spec}" in text.template for spec in ":!.["):
            return None
        inner.append((at, form))
    if not inner:
        return None
    parts, held, template, separator, names = text.split(blank), text._held, text.template, text.separator, text._names
    at, form = inner[0]
    before, behind = held[:at], held[at + 1 :]

    def said_of(name: str) -> Said:
        made = str.__new__(Said, name.join(parts))
        made.template, made.separator, made._names = template, separator, names
        if len(inner) == 1:
            made._held = (*before, name if form is None else form(name), *behind)
        else:
            filled = dict(inner)
            made._held = tuple([value if n not in filled else name if (one := filled[n]) is None else one(name) for n, value in enumerate(held)])
        return made

    return said_of
