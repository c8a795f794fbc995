"""Judge what was seen by a guideline: the parameters that such checks share, and their answer."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.data.guidelines import DEFAULT, Guideline, Level, guideline
from scanner.model.record import dataclass
from scanner.model.said import Said, listed, say, term
from scanner.model.verdict import Outcome, Severity, fails, passes


@dataclass(frozen=True)
class Norm:
    """Parameters of the checks that judge by a guideline."""

    guideline: str = DEFAULT
    allow_phase_out: bool = True
    """False: what the guideline wants phased out fails as well."""

    def __post_init__(self) -> None:
        guideline(self.guideline)

    @property
    def rules(self) -> Guideline:
        return guideline(self.guideline)


def rate(what: str, kind: str, levels: Iterable[tuple[str, Level]], norm: Norm, severity: Severity | None = None) -> Outcome:
    """The worst level decides; every name at that level is named. Phase-out passes with a remark, unless the norm is strict."""
    found = dict(levels)
    by = f"{norm.rules.title}, {norm.rules.section(kind)}: {norm.rules.link(kind)}"
    bad = [name for name, level in found.items() if level is Level.INSUFFICIENT]
    late = [name for name, level in found.items() if level is Level.PHASE_OUT]
    if bad:
        return fails(say("{what} {names}: insufficient ({by})", what=what, names=several(bad), by=by), severity)
    if late and not norm.allow_phase_out:
        return fails(say("{what} {names}: to be phased out ({by})", what=what, names=several(late), by=by), severity)
    fine: list[str] = [
        say("{level}: {names}", level=term(level.value), names=several(names))
        for level in (Level.GOOD, Level.SUFFICIENT)
        if (names := [name for name, each in found.items() if each is level])
    ]
    if late:
        fine.append(say("to be phased out: {names}", names=several(late)))
    return passes(say("{what} nothing insufficient; {found} ({by})", what=what, found=listed(fine, "; "), by=by) if fine else say("{what} nothing ({by})", what=what, by=by))


def several(names: list[str], most: int = 6) -> Said:
    """The first names and how many more."""
    more, first = len(names) - most, listed(names[:most])
    return say("{names} and {more} more", names=first, more=more) if more > 0 else first
