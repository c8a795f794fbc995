"""The `houvast` command. Only this package prints, and only here a program ends."""

from __future__ import annotations

import contextlib
import errno
import gc
import importlib
import os
import sys
from collections.abc import Callable, Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; gives its exit code. Every error is one clear message with the next step."""
    gc.set_threshold(50_000, 20, 20)  # judging makes many small things that stay, and hardly any garbage: looking for it often takes a third of the time
    from scanner.cli.arguments import parser

    words = sys.argv[1:] if argv is None else list(argv)
    arguments = parser(words[0] if words else "").parse_args(words)
    try:
        command = importlib.import_module(f"scanner.cli.{arguments.command}")
        code: int = command.run(arguments)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        print("houvast: stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:  # `houvast … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        return _explain(error)


def _explain(error: Exception) -> int:
    from scanner.errors import Exit, HouvastError
    from scanner.report.text import safe

    if isinstance(error, HouvastError):
        print(f"houvast: {safe(error.message)}", file=sys.stderr)
        if error.advice:
            print(f"  → {safe(error.advice)}", file=sys.stderr)
        return int(error.code)
    if os.environ.get("HOUVAST_DEBUG"):
        raise error
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left in the buffer has nowhere to go
        print(f"houvast: the output cannot be written: {error.strerror}\n  → make room where it goes, or send it elsewhere", file=sys.stderr)
        return int(Exit.TOOL_ERROR)
    print(f"houvast: this is a defect: {type(error).__name__}: {safe(error)}", file=sys.stderr)
    print("  → please report it; HOUVAST_DEBUG=1 shows where it happened", file=sys.stderr)
    return int(Exit.TOOL_ERROR)


def entry() -> None:
    """The console script."""
    code = main()
    if _nothing_waits():
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError):  # a reader that went: said above, where there was anything to say
                stream.flush()
        os._exit(code)  # to free what was read piece by piece takes a thirtieth of a template's time
    sys.exit(code)


def _nothing_waits() -> bool:
    """Whether the process may end at once: no other thread works, and nobody asked to be called at the end."""
    import atexit
    import threading

    asked: Callable[[], int] = getattr(atexit, "_ncallbacks", lambda: 1)
    return threading.active_count() == 1 and not asked()


if __name__ == "__main__":
    entry()
