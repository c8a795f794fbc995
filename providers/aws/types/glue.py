"""Glue: the data catalog, connections, security configurations and transforms."""

from typing import Any

from scanner.sdk import (
    OFF,
    ON,
    AtRest,
    AtRestDefault,
    Get,
    Home,
    List,
    NotApplicable,
    Place,
    Reason,
    Ref,
    State,
    Transit,
    TypeDecl,
    Unresolvable,
    by_dialect,
    derive,
    fact,
    flag,
    here,
    never_others,
    per_dialect,
    place_of,
)

_CATALOG = "DataCatalogEncryptionSettings"
_KMS = ("SSE-KMS", "SSE-KMS-WITH-SERVICE-ROLE")


def _in_use(ref: Ref, databases: tuple[Any, ...], *set_up: tuple[Any, ...]) -> Place:
    """Every account has a catalog in every region: it stands where something is in it, or where somebody set it up."""
    if not databases and not any(str(value) not in ("DISABLED", "False") for values in set_up for value in values):
        raise NotApplicable("an empty catalog, which AWS has for every account in every region")
    return place_of("aws", ref.region)


_MODE, _PASSWORDS = f"{_CATALOG}.EncryptionAtRest.CatalogEncryptionMode", f"{_CATALOG}.ConnectionPasswordEncryption.ReturnConnectionPasswordEncrypted"
DATA_CATALOG = TypeDecl(
    "AWS::Glue::DataCatalogEncryptionSettings",
    live=List("glue", "get_data_catalog_encryption_settings", each="", id="arn:{partition}:glue:{region}:{account}:catalog"),
    details=(Get("get_databases", put="databases", params={}, take="DatabaseList"),),
    facts=(
        fact(Home, place=per_dialect(derive(_in_use, live=("databases[].Name", _MODE, _PASSWORDS)), here(cfn=()))),
        # Metadata. Neither setting is on until it is asked for (Glue Developer Guide, "Encrypting your Data Catalog").
        fact(AtRest, state=flag(same=_MODE, on=_KMS, off=("DISABLED",), absent=OFF)),
        # Passwords of connections that are made from now on.
        fact(AtRestDefault, state=flag(same=_PASSWORDS, absent=OFF)),
    ),
    never=never_others(Home, AtRest, AtRestDefault, why="settings of the catalog, which holds descriptions of data and passwords of connections, no data"),
)


def _connection(_: Ref, kinds: tuple[Any, ...], jdbc: tuple[Any, ...], kafka: tuple[Any, ...]) -> Transit:
    """JDBC connections use TLS only where it is enforced, Kafka ones unless it is switched off (Glue API, ConnectionProperties)."""
    kind = str(kinds[0]).upper() if kinds else "JDBC" if jdbc else "KAFKA" if kafka else ""
    if kind in ("JDBC", "MONGODB"):
        on = bool(jdbc) and str(jdbc[0]).lower() == "true"
        return Transit(not on, "TLS is enforced" if on else "TLS is not enforced (JDBC_ENFORCE_SSL)")
    if kind == "KAFKA":
        on = not kafka or str(kafka[0]).lower() == "true"
        return Transit(not on, "TLS is used" if on else "TLS is switched off (KAFKA_SSL_ENABLED)")
    if kind == "NETWORK":
        raise NotApplicable("a way into a network: it carries no protocol of its own")
    raise Unresolvable(Reason.UNSUPPORTED, f"whether a connection of kind {kind or '(none)'} uses TLS is up to its connector")


def _properties(body: str) -> tuple[str, ...]:
    return (f"{body}ConnectionType", f"{body}ConnectionProperties.JDBC_ENFORCE_SSL", f"{body}ConnectionProperties.KAFKA_SSL_ENABLED")


CONNECTION = TypeDecl(
    "AWS::Glue::Connection",
    live=List("glue", "get_connections", each="ConnectionList", id="arn:{partition}:glue:{region}:{account}:connection/{Name}", name="Name", params={"HidePassword": True}),
    facts=(fact(Home, place=here()), fact(Transit, derive(_connection, live=_properties(""), cfn=_properties("ConnectionInput.")))),
    never=never_others(Home, Transit, why="a way to a data store, which is asked itself; its password is a matter of the catalog's settings"),
)


def _everything(_: Ref, stores: tuple[Any, ...], logs: tuple[Any, ...], bookmarks: tuple[Any, ...]) -> State:
    """On when all three are: what is written to S3, to CloudWatch Logs and into bookmarks. A part that is absent is off."""
    return ON if all(found and all(str(mode).upper() != "DISABLED" for mode in found) for found in (stores, logs, bookmarks)) else OFF


_PARTS = ("CloudWatchEncryption.CloudWatchEncryptionMode", "JobBookmarksEncryption.JobBookmarksEncryptionMode")

SECURITY_CONFIGURATION = TypeDecl(
    "AWS::Glue::SecurityConfiguration",
    live=List("glue", "get_security_configurations", each="SecurityConfigurations", id="arn:{partition}:glue:{region}:{account}:securityConfiguration/{Name}", name="Name"),
    facts=(
        fact(Home, place=here()),
        fact(AtRest, state=derive(_everything, live=("EncryptionConfiguration.S3Encryption[].S3EncryptionMode", *(f"EncryptionConfiguration.{part}" for part in _PARTS)),
                                  cfn=("EncryptionConfiguration.S3Encryptions[].S3EncryptionMode", *(f"EncryptionConfiguration.{part}" for part in _PARTS)))),
    ),
    never=never_others(Home, AtRest, why="settings for jobs; what they write is asked where it is written"),
)  # fmt: skip

ML_TRANSFORM = TypeDecl(
    "AWS::Glue::MLTransform",
    live=List("glue", "get_ml_transforms", each="Transforms", id="arn:{partition}:glue:{region}:{account}:mlTransform/{TransformId}", name="Name"),
    facts=(
        fact(Home, place=here()),
        # Without TransformEncryption user data is not encrypted by the transform (Glue API, TransformEncryption).
        fact(AtRest, state=flag(live="TransformEncryption.MlUserDataEncryption.MlUserDataEncryptionMode", cfn="TransformEncryption.MLUserDataEncryption.MLUserDataEncryptionMode",
                                on=("SSE-KMS",), off=("DISABLED",), absent=by_dialect(live=OFF, cfn=OFF))),
    ),
    never=never_others(Home, AtRest, why="a trained transform: the data it works on is asked where it is kept"),
)  # fmt: skip
