"""The command with all its imports done: each line of the input is a command to run in a fork; the answer is its exit code.

Started by tests/support/command.py. It has one thread, opens no file and no connection, and reads nothing of the environment: whatever
a command finds, it finds itself.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import pkgutil
import signal
import sys
import time
import traceback
from typing import Any

PACKAGES = ("scanner", "checks", "providers")
#: Servers of the demo, and what a user of the command does not load.
LEFT_OUT = ("scanner.demo",)


def load() -> None:
    """Every module of ours; and botocore, which the AWS provider imports when it is asked."""
    for package in PACKAGES:
        for found in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if not found.name.startswith(LEFT_OUT) and not found.name.endswith("__main__"):
                with contextlib.suppress(Exception):  # an extra that is not installed; what is broken breaks the command that needs it
                    importlib.import_module(found.name)
    importlib.import_module("botocore.session")
    gc.collect()
    gc.freeze()


def run(asked: dict[str, Any]) -> int:
    """The command, as `python -m scanner.cli.main` runs it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, asked["seconds"])  # its default action ends the process
    for number, path, mode in ((0, os.devnull, os.O_RDONLY), (1, asked["out"], os.O_WRONLY | os.O_CREAT), (2, asked["err"], os.O_WRONLY | os.O_CREAT)):
        opened = os.open(path, mode, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["env"])
    time.tzset()
    main = importlib.import_module("scanner.cli.main")
    sys.argv = [str(main.__file__), *asked["words"]]
    try:
        main.entry()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
        code = 1
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.flush()
        sys.stderr.flush()
    atexit._run_exitfuncs()
    return code


def serve() -> None:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    asked = os.fdopen(os.dup(0), "r", encoding="utf-8")
    for line in asked:
        child = os.fork()
        if child == 0:
            os.close(answers.fileno())
            os._exit(run(json.loads(line)))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), file=answers, flush=True)


if __name__ == "__main__":
    load()
    serve()
