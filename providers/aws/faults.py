"""What an exception of botocore means: which Reason, which code, and whether asking again can help."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from scanner.sdk import Reason

#: Codes with which services say that this identity may not do this, or not with these credentials.
_DENIED = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AuthFailure",
        "AuthorizationError",
        "AuthorizationErrorException",
        "Forbidden",
        "ForbiddenException",
        "NotAuthorized",
        "OptInRequired",
        "SubscriptionRequiredException",
        "UnauthorizedAccess",
        "UnauthorizedOperation",
        "AllAccessDisabled",
        "AccountProblem",
        "NotSignedUp",
        "401",
        "403",
    }
)
#: Codes about the credentials themselves: no other call will fare better.
CREDENTIALS = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "TokenRefreshRequired",
        "InvalidToken",
        "InvalidClientTokenId",
        "InvalidAccessKeyId",
        "UnrecognizedClientException",
        "SignatureDoesNotMatch",
        "InvalidSignatureException",
        "IncompleteSignature",
        "MissingAuthenticationToken",
        "RequestExpired",
        "RequestTimeTooSkewed",
    }
)
_THROTTLED = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "Throttled",
        "RequestThrottled",
        "RequestThrottledException",
        "TooManyRequests",
        "TooManyRequestsException",
        "SlowDown",
        "RequestLimitExceeded",
        "ProvisionedThroughputExceededException",
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "PriorRequestNotComplete",
        "429",
    }
)
_GONE = re.compile(r"^(NoSuch|.*NotFound(Exception|Fault)?$|ResourceNotFound|404$)")
_OURS = re.compile(r"^(Validation(Error|Exception)$|InvalidParameter|InvalidRequest|MissingParameter|MalformedQueryString|SerializationException)")


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a call was not answered."""

    reason: Reason
    code: str
    detail: str
    again: int = 0
    """How many further attempts make sense at most."""
    bucket_region: str = ""
    """Where a bucket is: S3 says it in a header even when it refuses."""


class BadBody(Exception):
    """An answer whose body is no answer: cut, empty, or of another kind than the service speaks."""


_OFTEN = 99
NO_ENDPOINT = "NoSuchEndpoint"
"""Our code for an endpoint whose name DNS knows not to exist (which is more than a resolver that does not answer)."""
_NO_NAME = ("name or service not known", "nodename nor servname", "no address associated", "getaddrinfo failed")


def classify(error: Exception) -> Fault:
    """The fault behind an exception of botocore. Exceptions of other origin are a defect."""
    from botocore import exceptions as boto
    from botocore.parsers import ResponseParserError

    if isinstance(error, boto.ClientError):
        return _client_error(error)
    name = type(error).__name__
    if isinstance(error, (boto.ReadTimeoutError, boto.ConnectTimeoutError)):
        return Fault(Reason.TIMEOUT, name, "no answer came in time", 1)
    if isinstance(error, (boto.NoCredentialsError, boto.CredentialRetrievalError, boto.TokenRetrievalError, boto.SSOTokenLoadError, boto.UnauthorizedSSOTokenError)):
        return Fault(Reason.DENIED, name, "the credentials could not be renewed: sign in again")
    if isinstance(error, BadBody):
        return Fault(Reason.UNAVAILABLE, name, str(error), 1)
    if isinstance(error, ResponseParserError):
        return Fault(Reason.UNAVAILABLE, name, "the answer could not be parsed", 1)
    if isinstance(error, boto.SSLError):
        return Fault(Reason.UNAVAILABLE, name, "the TLS connection was not trusted or broke: check AWS_CA_BUNDLE and proxies")
    if isinstance(error, boto.EndpointConnectionError):
        words = str(error.kwargs.get("error", "")).lower()
        if any(no in words for no in _NO_NAME):
            return Fault(Reason.UNAVAILABLE, NO_ENDPOINT, "the endpoint's name does not exist: is the service in this region?")
        unknown_host = "resolve" in words
        return Fault(Reason.UNAVAILABLE, name, "the endpoint's name does not resolve: is DNS in order?" if unknown_host else "no connection", 0 if unknown_host else 2)
    if isinstance(error, boto.PaginationError):
        return Fault(Reason.UNAVAILABLE, name, "the pages repeat themselves: the same token came twice")
    if isinstance(error, boto.InvalidRegionError):
        return Fault(Reason.UNRESOLVED, name, f"{_named(error)} is no name of a region: check AWS_REGION, the profile and --regions")
    if isinstance(error, ValueError) and str(error).startswith("Invalid endpoint"):
        return Fault(Reason.UNRESOLVED, "InvalidEndpoint", f"{str(error).partition(': ')[2][:100]!r} is no URL: check AWS_ENDPOINT_URL, and endpoint_url of the profile")
    if isinstance(error, (boto.ParamValidationError, boto.UnknownServiceError, boto.UnknownRegionError)):
        return Fault(Reason.DEFECT, name, str(error)[:300])
    if isinstance(error, (boto.HTTPClientError, boto.BotoCoreError)):
        return Fault(Reason.UNAVAILABLE, name, "the connection broke, or the answer was cut short", 2)
    if _while_parsing(error):
        return Fault(Reason.UNPARSABLE, name, "the answer is not of the shape that the service documents")
    return Fault(Reason.DEFECT, name, str(error)[:300])


_PARSERS = ("/botocore/parsers.py", "/providers/aws/answers.py")


def _while_parsing(error: Exception) -> bool:
    """Whether it was raised while an answer was parsed: a number where a list belongs is the fault of who answered."""
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.replace("\\", "/").endswith(_PARSERS):
            return True
        trace = trace.tb_next
    return False


def _named(error: Exception) -> str:
    return repr(str(getattr(error, "kwargs", {}).get("region_name", ""))[:60])


def _client_error(error: object) -> Fault:
    answer = getattr(error, "response", {})
    headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    return replace(_by_code(answer), bucket_region=str(headers.get("x-amz-bucket-region", "")))


def _by_code(answer: Mapping[str, Any]) -> Fault:
    code, detail = _said(answer.get("Error", {}))
    status = int(answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) or 0)
    if code in CREDENTIALS:
        expired = " (they have expired: sign in again)" if "Expired" in code else ""
        return Fault(Reason.DENIED, code, f"the credentials were not accepted{expired}: {detail}")
    if code in _DENIED or code.startswith("AccessDenied"):
        return Fault(Reason.DENIED, code, detail)
    if code in _THROTTLED or status == 429:
        return Fault(Reason.THROTTLED, code, detail or "too many requests", _OFTEN)
    if status == 503 and code == "503":  # the answer to a HEAD has no body: S3's Slow Down looks like this
        return Fault(Reason.THROTTLED, code, detail or "too many requests", _OFTEN)
    if code.startswith("RequestTimeout"):
        return Fault(Reason.TIMEOUT, code, detail, 1)
    if status >= 500:
        return Fault(Reason.UNAVAILABLE, code, detail or f"the service answered {status}", _OFTEN)
    if _GONE.match(code):
        return Fault(Reason.UNRESOLVED, code, detail or "it is gone, or never was")
    if _OURS.match(code):
        return Fault(Reason.DEFECT, code, detail)
    if status in (401, 403):
        return Fault(Reason.DENIED, code, detail)
    return Fault(Reason.UNAVAILABLE, code, detail)


_XML = re.compile(r"<Code>\s*(?P<code>[A-Za-z][\w.]*)\s*</Code>(?:\s*<Message>(?P<message>[^<]*)</Message>)?")


def _said(error: Mapping[str, Any]) -> tuple[str, str]:
    """Code and message. What stands before a service that speaks JSON (a gateway, an endpoint's policy) may refuse in XML, of which
    botocore's parser of JSON tells the status only. Of codes that say nothing is there the service's own word is needed."""
    code, message = str(error.get("Code", "")), str(error.get("Message", ""))
    found = _XML.search(message) if code.isdigit() and message.lstrip().startswith("<") else None
    if found and (found["code"] in _DENIED | CREDENTIALS | _THROTTLED or found["code"].startswith("AccessDenied")):
        code, message = found["code"], found["message"] or ""
    return code, _plain(message)


_ENCODED = re.compile(r"(Encoded authorization failure message:)\s*\S+")


def _plain(message: str) -> str:
    """Short, and without the blob that EC2 adds to a refusal (it can be decoded to the caller's whole context)."""
    return _ENCODED.sub(r"\1 (left out)", message)[:300]
