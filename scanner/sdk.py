"""The whole surface for checks, types and providers, ours and those of others: import from here and nowhere else."""

from scanner.collect.beside import OutOfReach, file_text, local_file
from scanner.collect.plan import Answer, Failure, Job, Options, Part, Worker
from scanner.collect.trim import jsonable, trim
from scanner.data.algorithms import is_cipher
from scanner.data.guidelines import Guideline, Level, guideline, guideline_names, suite
from scanner.data.regions import azure_name, azure_pair, country_name, members, place_of
from scanner.data.tables import rows, table
from scanner.declare.decl import FactDecl, Join, TypeDecl, fact, never, never_others
from scanner.declare.live import Arm, Ask, Below, Child, Directory, Each, Get, List, Probe, Report, Resolve, Scope, meaning
from scanner.declare.logic import any_of, applying, first_proven, of_parent, per_dialect, together
from scanner.declare.path import REFERENCE, UNRESOLVED, ZONE_OF, compile_path, roots
from scanner.declare.places import Clue, arns, azure_ids, derived_regions, here, nowhere, placed, region_of, regions, traced
from scanner.declare.readers import NOT_SHOWN, NotApplicable, Unresolvable, always, boolean, by_dialect, choice, derive, flag, number, of, text, unread
from scanner.declare.terraform import ACTION, INNER, REGION, SHOWN, UNSET, VERSION, Since, Tf, attr, const, from_json, last_part, made, nothing, satellite, tf
from scanner.declare.through import through
from scanner.declare.view import Apart
from scanner.declare.x509 import certificate_of
from scanner.errors import HouvastError, InvalidFile, MissingCredentials, MissingExtra, UsageError
from scanner.judge.countries import Countries
from scanner.judge.estate import Estate
from scanner.judge.norm import Norm, rate, several
from scanner.judge.registry import Now, bad, check, estate_check, good, unsure_of
from scanner.model.facts import (
    OFF,
    ON,
    Access,
    AccessKey,
    AllowedRegions,
    AtRest,
    AtRestDefault,
    Attacks,
    BackupEncryption,
    BackupPlaces,
    Backups,
    Certificate,
    CertificateRequest,
    Chain,
    ClientAuth,
    Credential,
    Deletion,
    DnsSigning,
    Endpoint,
    Endpoints,
    Exposure,
    Handshake,
    Holder,
    Home,
    Hsts,
    HttpsRedirect,
    KeyCustody,
    KeyGuard,
    KeyRotation,
    LogPlaces,
    Logs,
    Outflow,
    PasswordLogin,
    Renewal,
    Replicas,
    Revocation,
    RootAccess,
    SecondCertificate,
    ServedNames,
    SignIn,
    State,
    TlsFloor,
    TlsPolicy,
    Transit,
    Transparency,
)  # fmt: skip
from scanner.model.known import Json, Known, Origin, Reason, Source, Unknown
from scanner.model.place import Confidence, Place
from scanner.model.record import dataclass
from scanner.model.resource import Ref, Resource
from scanner.model.said import Said, listed, say, term
from scanner.model.snapshot import EVERY_TYPE, FOUND, Call, Dialect, Document, Run, Snapshot
from scanner.model.verdict import Outcome, Severity, Status, fails, passes, unsure

__all__ = [
    "ACTION", "EVERY_TYPE", "FOUND", "INNER", "NOT_SHOWN", "OFF", "ON", "REFERENCE", "REGION", "SHOWN", "UNRESOLVED", "UNSET", "VERSION", "ZONE_OF",
    "Access", "AccessKey", "AllowedRegions", "Answer", "Apart", "Arm", "Ask", "AtRest", "AtRestDefault", "Attacks", "BackupEncryption", "BackupPlaces", "Backups", "Below",
    "Call", "Certificate", "CertificateRequest", "Chain", "Child", "ClientAuth", "Clue", "Confidence", "Countries", "Credential", "Deletion", "Dialect", "Directory", "DnsSigning", "Document", "Each", "Endpoint", "Endpoints", "Estate",
    "Exposure", "FactDecl", "Failure", "Get", "Guideline", "Handshake", "Holder", "Home", "HouvastError", "Hsts", "HttpsRedirect", "InvalidFile", "Job", "Join", "Json",
    "KeyCustody", "KeyGuard", "KeyRotation", "Known", "Level", "List", "LogPlaces", "Logs", "MissingCredentials", "MissingExtra", "Norm", "NotApplicable", "Now",
    "Options", "Origin", "OutOfReach", "Outcome", "Outflow", "Part", "PasswordLogin", "Place", "Probe", "Reason", "Ref", "Renewal", "Replicas", "Report",
    "Resolve", "Resource", "Revocation", "RootAccess", "Run", "Said", "Scope", "SecondCertificate", "ServedNames", "Severity", "SignIn", "Since", "Snapshot", "Source", "State", "Status",
    "Tf", "TlsFloor", "TlsPolicy", "Transit", "Transparency", "TypeDecl", "Unknown", "Unresolvable", "UsageError", "Worker",
    "always", "any_of", "applying", "arns", "attr", "azure_ids", "azure_name", "azure_pair", "bad", "boolean", "by_dialect", "certificate_of", "check", "choice", "compile_path", "const", "country_name",
    "dataclass", "derive", "derived_regions", "estate_check", "fact", "fails", "file_text", "first_proven", "flag", "from_json", "good", "guideline", "guideline_names", "here", "is_cipher", "jsonable", "last_part", "listed", "local_file", "made", "meaning", "members", "never", "never_others",
    "nothing", "nowhere", "number", "of", "of_parent", "passes", "per_dialect", "place_of", "placed", "rate", "region_of", "regions", "roots", "rows", "satellite", "say", "several", "suite", "table", "term", "text", "tf", "through", "together", "traced", "trim", "unread", "unsure",
    "unsure_of",
]  # fmt: skip
