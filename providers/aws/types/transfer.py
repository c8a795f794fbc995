"""Transfer Family: servers for SFTP, FTPS, FTP and AS2."""

from typing import Any

from providers.aws.certificates import used_certificates
from providers.aws.excuses import KEYS, PEOPLE, PROBED, SETTINGS
from providers.aws.terraform import shapes
from scanner.sdk import (
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    ClientAuth,
    Deletion,
    Exposure,
    Get,
    Home,
    KeyCustody,
    List,
    LogPlaces,
    Logs,
    NotApplicable,
    Reason,
    Ref,
    Replicas,
    TlsFloor,
    Transit,
    TypeDecl,
    Unresolvable,
    arns,
    derive,
    fact,
    here,
    never,
)

_DEFAULT_PROTOCOLS = ("SFTP",)
"""What a server speaks that names none (CloudFormation reference, Protocols)."""
_DEFAULT_POLICY = "TransferSecurityPolicy-2018-11"
"""What CloudFormation gives a server that names none (Transfer Family User Guide, "Security policies")."""
#: Policies whose lists for SSH still hold SHA-1 (the same page).
_OLD = (_DEFAULT_POLICY,)


def _spoken(ref: Ref, protocols: tuple[Any, ...], policies: tuple[Any, ...]) -> tuple[set[str], str]:
    if ref.id.startswith("arn:") and not (protocols and policies):
        raise ValueError("Protocols or SecurityPolicyName is absent")
    return {str(name).upper() for name in protocols or _DEFAULT_PROTOCOLS}, str(policies[0]) if policies else _DEFAULT_POLICY


def _transit(ref: Ref, protocols: tuple[Any, ...], policies: tuple[Any, ...]) -> Transit:
    spoken, policy = _spoken(ref, protocols, policies)
    unknown = spoken - {"SFTP", "FTPS", "FTP", "AS2"}
    if unknown:
        raise ValueError(f"nothing is known of {', '.join(sorted(unknown))}")
    if "FTP" in spoken:
        return Transit(True, "plain FTP")
    if "AS2" in spoken:
        raise Unresolvable(Reason.UNRESOLVED, "AS2 travels over plain HTTP: whether its messages are encrypted is agreed with each partner")
    return Transit(False, f"{', '.join(sorted(spoken))} by {policy}{', which still allows SHA-1' if policy in _OLD else ''}")


def _floor(ref: Ref, protocols: tuple[Any, ...], policies: tuple[Any, ...]) -> TlsFloor:
    """TLS 1.2 and later, whatever the policy (Transfer Family User Guide, "Security policies")."""
    spoken, policy = _spoken(ref, protocols, policies)
    if "FTPS" not in spoken:
        raise NotApplicable("speaks no TLS")
    return TlsFloor("TLSv1.2", policy)


def _written(_: Ref, roles: tuple[Any, ...], groups: tuple[Any, ...]) -> Logs:
    return Logs(bool(roles or groups), detail="in CloudWatch Logs" if roles or groups else "no log is written")


def _reached(_: Ref, kinds: tuple[Any, ...]) -> Exposure:
    """A public endpoint unless it stands in a network of the account (CloudFormation reference, EndpointType)."""
    kind = str(kinds[0]).upper() if kinds else "PUBLIC"
    if kind == "VPC":
        raise Unresolvable(Reason.UNSUPPORTED, "whether its network interfaces have public addresses is not read yet")
    return Exposure(kind == "PUBLIC", "a public endpoint" if kind == "PUBLIC" else "")


_SPOKEN = {"live": ("server.Protocols[]", "server.SecurityPolicyName"), "cfn": ("Protocols[]", "SecurityPolicyName")}

SERVER = TypeDecl(
    "AWS::Transfer::Server",
    live=List("transfer", "list_servers", each="Servers", id="Arn", name="ServerId"),
    details=(Get("describe_server", put="server", params={"ServerId": "ServerId"}, take="Server"),),
    terraform=shapes("AWS::Transfer::Server"),
    facts=(
        fact(Home, place=here()),
        fact(Transit, derive(_transit, live=_SPOKEN["live"], cfn=_SPOKEN["cfn"])),
        fact(TlsFloor, derive(_floor, live=_SPOKEN["live"], cfn=_SPOKEN["cfn"])),
        *used_certificates(live="server.Certificate", cfn="Certificate"),
        fact(LogPlaces, places=arns(live="server.StructuredLogDestinations[]", cfn="StructuredLogDestinations[]")),
        fact(Logs, derive(_written, live=("server.LoggingRole", "server.StructuredLogDestinations[]"), cfn=("LoggingRole", "StructuredLogDestinations[]"))),
        fact(Exposure, derive(_reached, live="server.EndpointType", cfn="EndpointType")),
    ),
    never={
        **PROBED, **PEOPLE, **KEYS, **SETTINGS,
        **never(ClientAuth, why="FTPS asks clients for user and password"),
        **never(AtRest, KeyCustody, Replicas, Backups, BackupPlaces, BackupEncryption, why="passes files on to buckets and file systems, which are asked"),
        **never(Deletion, why="has no deletion protection"),
    },
)  # fmt: skip
