"""Sentences that can be said again in another language: English text that keeps the template it was made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


class Said(str):
    """Text in English, to every program an ordinary `str`; reports for people say it in the reader's language."""

    __slots__ = ("separator", "template", "values")

    template: str
    """Key of the translation: the English template, or the id of a message; empty for a list."""
    values: Mapping[str, object]
    """What the fields of the template hold; sentences among them are translated too."""
    separator: str
    """Stands between the items of a list."""

    def __new__(cls, text: str, template: str, values: Mapping[str, object], separator: str = "") -> Said:
        made = super().__new__(cls, text)
        made.template, made.values, made.separator = template, values, separator
        return made

    def __reduce__(self) -> tuple[type[Said], tuple[str, str, Mapping[str, object], str]]:
        return Said, (str(self), self.template, self.values, self.separator)

    def translated(self, patterns: Mapping[str, str]) -> str | None:
        """The sentence in the language of `patterns`, by template; None where that has no word for it. What is no
        sentence stays as it is: names, values, and words of others."""
        if not self.template:
            return self.separator.join(_word(item, patterns) for item in self.values.values())
        pattern = patterns.get(self.template)
        if pattern is None:
            return None
        return pattern.format_map({name: _value(value, patterns) for name, value in self.values.items()}) if self.values else pattern


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
    return Said(template.format_map(values) if values else template, template, values)


def term(text: str, key: str = "") -> Said:
    """Fixed words, translated by their own text or by the id of a message: `term("Ireland", "country.IE")`."""
    return Said(text, key or text, {})


def listed(items: Iterable[str], separator: str = ", ") -> Said:
    """Several words or sentences, one after the other."""
    parts = list(items)
    return Said(separator.join(parts), "", {str(n): part for n, part in enumerate(parts)}, separator)
