"""Values that stand for something else: a file beside the template, a resource of it, a loop of resources."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from providers.arm.values import Open, Pointer, Value


class Beside(Open):
    """The address of a file, relative to that of the template itself."""

    __slots__ = ("path",)

    def __init__(self, path: str = "") -> None:
        super().__init__("the address from which the template is deployed is known at deployment", f"{{template}}/{path}")
        self.path = path


class Handle(Open):
    """A resource of the template, of which some members are known before deployment."""

    __slots__ = ("inside", "resource")

    def __init__(self, resource: Any, inside: bool) -> None:
        super().__init__(f"what {resource.name_text} answers is known after deployment", f"{{{resource.name_text}}}")
        self.resource = resource
        self.inside = inside
        """Its members are the resource's properties, as `reference(…)` gives them."""

    def member(self, name: str) -> Value:
        found = self.resource.member(name, self.inside)
        return Pointer(self.resource.name_text, name) if found is None else found


class Loop(Open):
    """A resource that is made several times."""

    __slots__ = ("of",)

    def __init__(self, name: str, of: Callable[[int], Value]) -> None:
        super().__init__(f"{name} is a loop", f"{{{name}}}")
        self.of = of
