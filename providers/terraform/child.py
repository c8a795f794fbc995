"""Runs tfparse on a folder, in a process of its own: started by path, with bounds on time, memory and output, and no network.

Prints JSON: {"value": what tfparse gives} or {"error": why not}. It reads the folder that it is given and nothing else of ours.
"""

import contextlib
import ctypes
import json
import os
import sys

try:
    import resource
except ImportError:  # Windows has no such limits: there the deadline of the caller stands alone
    resource = None  # type: ignore[assignment]

MEMORY = 2 * 1024**3
"""Bytes of address space; the evaluator's runtime reserves more than it uses."""


def _bounds(seconds: int) -> None:
    for kind, limit in () if resource is None else ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (limit, limit))
    with contextlib.suppress(OSError, AttributeError):  # Linux: a network namespace of its own has no network; where that is refused, nothing asks for one either
        ctypes.CDLL(None).unshare(0x10000000 | 0x40000000)


def main() -> None:
    folder, workspace, seconds, *files = sys.argv[1:]
    _bounds(int(seconds))
    out = os.dup(1)
    os.dup2(2, 1)  # whatever the native code prints is no answer
    try:
        import tfparse  # type: ignore[import-untyped]

        found = {"value": tfparse.load_from_path(folder, stop_on_hcl_error=False, allow_downloads=False, workspace_name=workspace, vars_paths=files)}
    except ImportError:
        found = {"missing": "tfparse"}
    except Exception as error:
        found = {"error": str(error)}
    with os.fdopen(out, "w", encoding="utf-8") as file:
        json.dump(found, file)


if __name__ == "__main__":
    main()
