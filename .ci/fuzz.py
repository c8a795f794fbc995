"""Coverage-guided fuzzing of every parser that reads from the network (tests/support/parsers.py), one process each.

    python .ci/fuzz.py                  all of them, 20 seconds each
    python .ci/fuzz.py http ocsp -s 600

What makes a parser fail stays in the folder `fuzz/` (crash-…); give that file's bytes to the parser in a test.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
FOLDER = ROOT / "fuzz"
LONGEST = 4096
"""Bytes of an input."""


def main() -> int:
    """The number of parsers that failed; 0 with a word where atheris is not installed."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("parsers", nargs="*")
    options.add_argument("-s", "--seconds", type=int, default=20, help="for each parser (default: 20)")
    options.add_argument("--one", help=argparse.SUPPRESS)
    given = options.parse_args()
    try:
        import atheris
    except ImportError:
        print("skipped: atheris is not installed (pip install 'houvast[fuzz]'; it has wheels for Linux and CPython 3.11 to 3.13)")
        return 0
    if given.one:
        _fuzz(atheris, given.one, given.seconds)
        return 0
    from tests.support.parsers import PARSERS, seeds

    unknown = sorted(set(given.parsers) - set(PARSERS))
    if unknown:
        options.error(f"there is no parser {', '.join(unknown)}; there are {', '.join(PARSERS)}")
    failed = []
    for name in given.parsers or sorted(PARSERS):
        corpus = FOLDER / name
        corpus.mkdir(parents=True, exist_ok=True)
        if name in seeds():
            (corpus / "seed").write_bytes(seeds()[name])
        ended = subprocess.run(  # noqa: S603 - this very file
            [sys.executable, __file__, "--one", name, "-s", str(given.seconds)], cwd=ROOT, capture_output=True, text=True
        )
        runs = next((line for line in reversed(ended.stderr.splitlines()) if line.startswith("Done ")), "")
        print(f"{name:<24}{'ok      ' + runs if not ended.returncode else 'FAILED'}", flush=True)
        if ended.returncode:
            print((ended.stdout + ended.stderr)[-3000:])
            failed.append(name)
    return len(failed)


def _fuzz(atheris: object, name: str, seconds: int) -> None:
    with atheris.instrument_imports(include=["providers.tls"]):  # type: ignore[attr-defined]
        from tests.support.parsers import PARSERS
    corpus = FOLDER / name
    arguments = [sys.argv[0], f"-max_total_time={seconds}", f"-max_len={LONGEST}", "-timeout=10", f"-artifact_prefix={FOLDER}/", "-print_final_stats=0", str(corpus)]
    atheris.Setup(arguments, PARSERS[name])  # type: ignore[attr-defined]
    atheris.Fuzz()  # type: ignore[attr-defined]


if __name__ == "__main__":
    sys.exit(main())
