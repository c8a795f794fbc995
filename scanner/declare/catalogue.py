"""All declarations there are, each loaded when it is asked for: a template with three types needs three of some five hundred.

What is asked of all of them at once (who is read together with a type, what Terraform calls them, which facts they have)
is told by outlines, which are read from the declarations once and kept (scanner/outlines.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from scanner.declare.decl import TypeDecl
from scanner.declare.live import Child
from scanner.model.record import dataclass


@dataclass(frozen=True)
class Outline:
    """What is known of a declaration without loading it."""

    module: str
    """Where it stands; empty where it is loaded already."""
    facts: Sequence[str]
    """Names of the facts that it declares."""
    joins: Sequence[str]
    """Types of its satellites in templates."""
    children: Sequence[str]
    """Types that are read as parts of it."""
    terraform: Sequence[str]
    """What Terraform calls it."""
    satellites: Sequence[str]
    """Types of Terraform that say something about it."""

    @classmethod
    def of(cls, decl: TypeDecl, module: str = "") -> Outline:
        return cls(
            module,
            [f.fact.__name__ for f in decl.facts],
            sorted({join.type for join in decl.joins}),
            list(dict.fromkeys(detail.kind(decl.type) for detail in decl.details if isinstance(detail, Child))) if decl.provider == "azure" else [],
            list(decl.shapes),
            list(dict.fromkeys(one.name for one in decl.terraform if one.on)),
        )


class Catalogue(Mapping[str, TypeDecl]):
    """Declarations by name, in the order of their outlines."""

    def __init__(self, outlines: Mapping[str, Outline], load: Callable[[str, str], TypeDecl]) -> None:
        """`load` gives the declaration of a type, by its module and name."""
        self.outlines, self._load = outlines, load
        self._loaded: dict[str, TypeDecl] = {}

    def __getitem__(self, name: str) -> TypeDecl:
        found = self._loaded.get(name)
        if found is None:
            found = self._loaded[name] = self._load(self.outlines[name].module, name)
        return found

    def __contains__(self, name: object) -> bool:
        return name in self.outlines

    def __iter__(self) -> Iterator[str]:
        return iter(self.outlines)

    def __len__(self) -> int:
        return len(self.outlines)


def outlines(decls: Mapping[str, TypeDecl]) -> Mapping[str, Outline]:
    """The outline of each declaration; nothing is loaded for it."""
    return decls.outlines if isinstance(decls, Catalogue) else {name: Outline.of(decl) for name, decl in decls.items()}
