"""Names of resources in templates, some of whose parts are open: those stand in braces."""

from __future__ import annotations


def segments(name: str) -> list[str]:
    """Parts of a name between slashes; slashes within braces belong to what is open."""
    if "{" not in name:
        return name.split("/")
    found, depth = [""], 0
    for letter in name:
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if letter == "/" and depth <= 0:
            found.append("")
        else:
            found[-1] += letter
    return found


__all__ = ["segments"]
