"""The countries that a promise names, as a parameter of checks."""

from __future__ import annotations

from functools import cached_property

from scanner.data.regions import members
from scanner.model.record import dataclass


@dataclass(frozen=True)
class Countries:
    """Which countries are allowed: ISO 3166-1 codes, or the groups `EU` (27 members) and `EEA`."""

    countries: tuple[str, ...] = ("EU",)

    def __post_init__(self) -> None:
        if not self.countries:
            raise ValueError("countries is empty: name at least one country, EU or EEA")
        _ = self.allowed

    @cached_property
    def allowed(self) -> frozenset[str]:
        """Country codes, groups unfolded. Raises ValueError for a word that is neither."""
        try:
            return frozenset(code for word in self.countries for code in members(word))
        except KeyError as error:
            raise ValueError(f"countries: {error.args[0]!r} is no ISO 3166-1 country code known here, nor EU or EEA") from None
