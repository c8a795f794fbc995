"""Builds the hellos of an enumeration: everything beside what is asked for, or as much as the server can stand."""

from __future__ import annotations

from dataclasses import dataclass

from providers.tls.ask import Session
from providers.tls.groups import COMMON_GROUPS, COMMON_SIGNATURES, groups_of, signatures
from providers.tls.hello import Offer
from providers.tls.suites import COMMON, Version, legacy_suites, tls13_suites


@dataclass(slots=True)
class Offers:
    """Hellos for one endpoint."""

    session: Session
    shares: bool = False
    """TLS 1.3 hellos carry key shares: the server fails without."""

    def full(self, version: Version, suites: tuple[int, ...], groups: tuple[int, ...] | None = None) -> Offer:
        """A hello with these suites and groups, and with everything else."""
        small = self.session.small
        if groups is None:
            groups = COMMON_GROUPS if small else groups_of(version)
        shares = version == Version.TLSv1_3 and self.shares
        return Offer(version, suites, groups, COMMON_SIGNATURES if small else signatures(), shares=shares, extensions=not self.session.bare)

    def opening(self, alpn: tuple[str, ...]) -> Offer:
        """Every version, suite and group at once."""
        groups = tuple(dict.fromkeys(groups_of(Version.TLSv1_3) + groups_of(Version.TLSv1_2)))
        return Offer(
            Version.TLSv1_3, legacy_suites() + tls13_suites(), groups, signatures(),
            any_version=True, features=True, compression=True, alpn=alpn, exchange=True,
        )  # fmt: skip

    def small(self, version: Version) -> Offer:
        """What nearly every server of the version accepts, in less than 256 bytes before TLS 1.3."""
        suites = tls13_suites() if version == Version.TLSv1_3 else COMMON
        return Offer(version, suites, COMMON_GROUPS, COMMON_SIGNATURES, exchange=True)

    def bare(self, version: Version) -> Offer:
        """The same without any extension."""
        return Offer(version, COMMON, extensions=False, exchange=True)
