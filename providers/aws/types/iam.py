"""IAM users and the root user, as the credential report shows them."""

from datetime import datetime
from typing import Any

from scanner.sdk import (
    NOT_SHOWN,
    Access,
    AccessKey,
    NotApplicable,
    Reason,
    Ref,
    Report,
    RootAccess,
    SignIn,
    TypeDecl,
    Unresolvable,
    derive,
    fact,
    never_others,
)

_ROOT = "<root_account>"
_KEY_COLUMNS = tuple(f"access_key_{n}_{what}" for n in (1, 2) for what in ("active", "last_rotated", "last_used_date"))


def _yes(value: Any) -> bool:
    if str(value).lower() not in ("true", "false"):
        raise ValueError(f"{value!r} is neither true nor false")
    return str(value).lower() == "true"


def _moment(value: Any) -> datetime | None:
    """A date, or one of the report's words for "none"."""
    if str(value) in ("N/A", "no_information", "not_supported", ""):
        return None
    return datetime.fromisoformat(str(value))


def _one(found: tuple[Any, ...]) -> Any:
    if not found:
        raise ValueError("a column of the credential report is absent")
    return found[0]


def _sign_in(ref: Ref, *found: tuple[Any, ...]) -> SignIn:
    """Live: password and second factor. In a template only that there is no password is certain: a device is registered later."""
    if ref.id.startswith("arn:"):
        password, mfa = (_one(value) for value in found)
        # Older reports do not say it of the root user, who always could.
        return SignIn(True if password == "not_supported" else _yes(password), _yes(mfa))
    if found[0]:
        raise Unresolvable(Reason.UNSUPPORTED, "a second factor is registered after deployment")
    return SignIn(False, False)


def _access(_: Ref, created: tuple[Any, ...], enabled: tuple[Any, ...], used: tuple[Any, ...], *columns: tuple[Any, ...]) -> Access:
    keys = []
    for n in (0, 1):
        active, rotated, last = (_one(column) for column in columns[n * 3 : n * 3 + 3])
        made = _moment(rotated)
        if made is not None:
            keys.append(AccessKey(f"key {n + 1}", _yes(active), made, _moment(last)))
    made = _moment(_one(created))
    if made is None:
        raise ValueError("the report does not say when the user was made")
    has = None if _one(enabled) == "not_supported" else _yes(enabled[0])
    return Access(made, _moment(_one(used)), tuple(keys), has)


def _root(_: Ref, user: tuple[Any, ...] = ("",), mfa: tuple[Any, ...] = (), *active: tuple[Any, ...]) -> RootAccess:
    if _one(user) != _ROOT:
        raise NotApplicable("an ordinary user")
    return RootAccess(_yes(_one(mfa)), sum(_yes(_one(value)) for value in active))


USER = TypeDecl(
    "AWS::IAM::User",
    live=Report("iam", "generate_credential_report", "get_credential_report", "Content", id="arn", name="user"),
    facts=(
        fact(SignIn, derive(_sign_in, live=("password_enabled", "mfa_active"), cfn="LoginProfile")),
        fact(Access, derive(_access, live=("user_creation_time", "password_enabled", "password_last_used", *_KEY_COLUMNS),
                            cfn=NOT_SHOWN("nobody has used it before it is deployed"))),
        fact(RootAccess, derive(_root, live=("user", "mfa_active", "access_key_1_active", "access_key_2_active"),
                                cfn=())),
    ),
    never=never_others(SignIn, Access, RootAccess, why="an identity of the account's own staff and programs, in every region of the partition: it holds no customer data"),
)  # fmt: skip
