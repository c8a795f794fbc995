"""What of the declarations a scan asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from providers.azure.found import below_of
from scanner.sdk import EVERY_TYPE, Below, Child, Directory, Options, TypeDecl

UNDECLARED = "*/*"
"""The declaration that stands for all types without one of their own."""


@dataclass
class Asked:
    """The chosen types, and what is looked for below them."""

    options: Options
    decls: Mapping[str, TypeDecl]
    types: dict[str, TypeDecl] = field(init=False)
    """Declared types of Resource Manager and Key Vault, by name in lower case."""
    directory: tuple[TypeDecl, ...] = field(init=False)
    """Types of the Entra tenant that are asked for."""
    holding: frozenset[str] = field(init=False)
    """Types (in lower case) below which items of others are kept: backup vaults."""
    _below: dict[str, tuple[TypeDecl, ...]] = field(init=False)

    def __post_init__(self) -> None:
        declared = [decl for decl in self.decls.values() if decl.provider == "azure" and decl.type != UNDECLARED]
        self.directory = tuple(decl for decl in declared if isinstance(decl.live, Directory) and self.is_asked(decl))
        self.types = {decl.type.lower(): decl for decl in declared if not isinstance(decl.live, Directory)}
        self.holding = frozenset(child.within.lower() for decl in self.types.values() if self.is_asked(decl) for child in self.children(decl) if child.within)
        below = [decl for decl in self.types.values() if isinstance(decl.live, Below) and self.is_asked(decl)]
        while above := [decl for decl in self.types.values() if isinstance(decl.live, Below) and decl not in below and any(below_of(d).parent == decl.type for d in below)]:
            below += above  # not asked for, but what is asked for lies below it
        parents = {below_of(decl).parent.lower() for decl in below}
        self._below = {parent: tuple(d for d in below if below_of(d).parent.lower() == parent) for parent in parents}

    def is_asked(self, decl: TypeDecl) -> bool:
        """Whether resources of the type are subjects of this scan."""
        return (not self.options.types or decl.type in self.options.types) and not (
            isinstance(decl.live, (Below, Directory)) and bool(self.options.facts) and not any(given.fact in self.options.facts for given in decl.facts)
        )

    def lower(self, parent: str) -> tuple[TypeDecl, ...]:
        """What is found below the resources of a type (of a subscription, for the empty name)."""
        return self._below.get(parent.lower(), ())

    def chain(self, decl: TypeDecl) -> tuple[TypeDecl, ...]:
        """A type and all that is found below it."""
        return (decl, *(one for lower in self.lower(decl.type) for one in self.chain(lower)))

    def children(self, decl: TypeDecl) -> tuple[Child, ...]:
        """The further reads that the asked facts need."""
        chosen = decl.details_for(self.options.facts) if self.options.facts else decl.details
        return tuple(detail for detail in chosen if isinstance(detail, Child))

    def wanted(self) -> tuple[str, ...]:
        """The chosen types that are Azure's; empty where all are asked for."""
        known = {decl.type for decl in self.types.values()} | {decl.type for decl in self.directory} | {UNDECLARED}
        return tuple(sorted(self.options.types & known))

    def resources(self) -> bool:
        """Whether anything of Resource Manager is asked for."""
        return not self.options.types or bool(set(self.wanted()) - {decl.type for decl in self.directory})

    def hidden(self) -> tuple[str, ...]:
        """What a listing of Resource Manager that fails may hide."""
        directory = {decl.type for decl in self.directory}
        return tuple(kind for kind in self.wanted() if kind not in directory) or (EVERY_TYPE,)
