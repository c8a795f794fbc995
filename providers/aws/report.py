"""Reports that are ordered, waited for, and fetched: the credential report of IAM."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import replace

from providers.aws.calls import Calls
from providers.aws.documents import Site
from scanner.sdk import Answer, Call, Dialect, Document, Failure, Reason, Ref, Report, TypeDecl, trim

_NOT_YET = ("ReportInProgress", "ReportNotPresent", "ReportExpired", "CredentialReportNotReadyException", "CredentialReportNotPresentException", "CredentialReportExpiredException")


def read(calls: Calls, site: Site, decl: TypeDecl, how: Report, call: Call, start: Call) -> Answer:
    """One document a row. Raises Failure; the order for the report is a look of its own in the ledger."""
    try:
        _order(calls, site, how)
    except Failure as error:
        failed = replace(start, outcome=error.reason, code=error.code, detail=error.detail)
        error.read = Answer(call, more_calls=(failed,))
        raise
    done = replace(start, pages=1)
    try:
        rows = _rows(_content(calls, site, how), how)
    except Failure as error:
        error.read = Answer(call, more_calls=(done,))
        raise
    documents = tuple(_document(decl, how, row, site, call) for row in rows)
    return Answer(replace(call, pages=1, items=len(rows)), documents, more_calls=(done,))


def _order(calls: Calls, site: Site, how: Report) -> None:
    """Ask for the report until it is there: short pauses first, never more often than its limit."""
    pause = min(0.2, how.pause)
    for _ in range(how.limit):
        if calls.once(how.service, site.region, how.start, {}).get("State") == "COMPLETE":
            return
        if not calls.wait(pause):
            break
        pause = min(how.pause, pause * 2)
    raise Failure(Reason.TIMEOUT, "ReportInProgress", f"the report was not ready after {how.limit} questions")


def _content(calls: Calls, site: Site, how: Report) -> str:
    answer = calls.once(how.service, site.region, how.fetch, {})
    content = answer.get(how.content)
    if not isinstance(content, bytes):
        raise Failure(Reason.UNPARSABLE, "", f"the answer holds no {how.content}")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Failure(Reason.UNPARSABLE, "", "the report is not UTF-8 text") from error


def _rows(text: str, how: Report) -> list[Mapping[str, str]]:
    reader = csv.DictReader(io.StringIO(text))
    if how.id not in (reader.fieldnames or ()):
        raise Failure(Reason.UNPARSABLE, "", f"the report has no column {how.id}")
    rows = list(reader)
    # Every account has a root user, whose row stands in every report; a row that is cut has empty columns.
    if not rows or any(value is None or key is None for row in rows for key, value in row.items()):
        raise Failure(Reason.UNPARSABLE, "", "the report was cut short")
    return list(rows)


def _document(decl: TypeDecl, how: Report, row: Mapping[str, str], site: Site, call: Call) -> Document:
    ref = Ref("aws", decl.type, site.account.id, "", row[how.id], row[how.name])
    return Document(ref, Dialect.LIVE, trim(dict(row), decl.keep(Dialect.LIVE)), {"": call.id})
