"""KMS keys: who manages them, whether they are rotated, guarded and copied."""

from typing import Any

from providers.aws.excuses import API_ONLY, CERTIFICATES, PEOPLE, PROBED, SETTINGS
from providers.aws.policy import key_exposure
from providers.aws.terraform import shapes
from scanner.sdk import (
    OFF,
    ON,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    Deletion,
    Exposure,
    Get,
    Holder,
    Home,
    KeyCustody,
    KeyGuard,
    KeyRotation,
    List,
    LogPlaces,
    Logs,
    NotApplicable,
    Reason,
    Ref,
    Replicas,
    Resolve,
    TypeDecl,
    Unresolvable,
    arns,
    derive,
    derived_regions,
    fact,
    here,
    never,
    never_others,
    text,
    unread,
)

_OWN = "key[?KeyManager=='CUSTOMER']"
_ROTATABLE = "key[?KeyManager=='CUSTOMER' && KeySpec=='SYMMETRIC_DEFAULT' && Origin=='AWS_KMS' && KeyState!='PendingDeletion']"


def _holder(ref: Ref, origins: tuple[Any, ...], managers: tuple[Any, ...] = ()) -> Holder:
    """A key of AWS is the provider's for the customer; one in an external store is held outside. What a template makes is the customer's."""
    if ref.id.startswith("arn:") and not managers:
        raise ValueError("KeyManager is absent")
    if managers and managers[0] not in ("AWS", "CUSTOMER"):
        raise ValueError(f"KeyManager is {managers[0]!r}")
    if managers == ("AWS",):
        return Holder.PROVIDER_FOR_CUSTOMER
    return Holder.EXTERNAL if origins == ("EXTERNAL_KEY_STORE",) else Holder.CUSTOMER


def _rotation(_: Ref, specs: tuple[Any, ...], origins: tuple[Any, ...], on: tuple[Any, ...], days: tuple[Any, ...], states: tuple[Any, ...] = ()) -> KeyRotation:
    """KMS rotates symmetric keys with material of its own, every 365 days unless said otherwise; no others by itself."""
    if states == ("PendingDeletion",):
        raise NotApplicable("to be deleted")
    if any(spec != "SYMMETRIC_DEFAULT" for spec in specs):
        raise NotApplicable("KMS rotates no asymmetric or HMAC keys")
    if any(origin != "AWS_KMS" for origin in origins):
        return KeyRotation(OFF)
    if on and str(on[0]).lower() == "true":
        return KeyRotation(ON, int(float(days[0])) if days else 365)
    return KeyRotation(OFF)


def _guard(_: Ref, states: tuple[Any, ...] = (), dates: tuple[Any, ...] = ()) -> KeyGuard:
    """Every deletion waits 7 to 30 days (KMS Developer Guide, "Deleting keys"); one that is under way is the danger."""
    if states and states[0] in ("PendingDeletion", "PendingReplicaDeletion"):
        return KeyGuard(OFF, f"will be deleted on {str(dates[0])[:10]}" if dates else "deletion is pending")
    return KeyGuard(ON, "a deletion waits at least 7 days")


def _copies(ref: Ref, *found: tuple[Any, ...]) -> tuple[str, ...]:
    """Live: regions of the primary and of the replicas. Template: replicas are resources of their own, perhaps of another stack."""
    if not ref.id.startswith("arn:"):
        if any(str(value).lower() == "true" for values in found for value in values):
            raise Unresolvable(Reason.UNSUPPORTED, "a multi-Region key: its replicas are declared where they stand")
        return ()
    return tuple(dict.fromkeys(str(region) for regions in found for region in regions if region != ref.region))


KEY = TypeDecl(
    "AWS::KMS::Key",
    live=List("kms", "list_keys", each="Keys", id="KeyArn", name="KeyId"),
    details=(
        Get("describe_key", put="key", params={"KeyId": "KeyArn"}, take="KeyMetadata"),
        Get("get_key_rotation_status", put="rotation", params={"KeyId": "KeyArn"}, when=_ROTATABLE),
        Get("get_key_policy", put="policy", params={"KeyId": "KeyArn", "PolicyName": "=default"}, take="Policy", json=True, when=_OWN),
    ),
    resolve=Resolve("kms", "describe_key", {"KeyId": "{id}"}, take="KeyMetadata", put="key"),
    skip="key[?KeyManager=='AWS']",  # keys of AWS: not the customer's to rotate, guard or open; they answer who holds the key of other things
    terraform=shapes("AWS::KMS::Key"),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=derived_regions(_copies, live=("key.MultiRegionConfiguration.PrimaryKey.Region", "key.MultiRegionConfiguration.ReplicaKeys[].Region"), cfn="MultiRegion")),
        fact(KeyCustody, holder=derive(_holder, live=("key.Origin", "key.KeyManager"), cfn="Origin"), key=text(live="key.Arn", cfn=(), absent=None)),
        fact(KeyRotation, derive(_rotation, live=("key.KeySpec", "key.Origin", "rotation.KeyRotationEnabled", "rotation.RotationPeriodInDays", "key.KeyState"),
                                 cfn=("KeySpec", "Origin", "EnableKeyRotation", "RotationPeriodInDays"))),
        fact(KeyGuard, derive(_guard, live=("key.KeyState", "key.DeletionDate"), cfn=())),
        fact(Exposure, derive(key_exposure, live="policy", cfn="KeyPolicy")),
    ),
    never={
        **PROBED, **PEOPLE, **CERTIFICATES, **SETTINGS, **API_ONLY,
        **never(AtRest, BackupEncryption, why="key material never leaves the hardware modules of KMS unencrypted"),
        **never(Backups, BackupPlaces, why="KMS keeps key material durable by itself; a key cannot be backed up"),
        **never(Deletion, why="asked of keys as KeyGuard"),
        **never(LogPlaces, Logs, why="writes no log of its own; every use of a key is in CloudTrail"),
    },
)  # fmt: skip

REPLICA = TypeDecl(
    "AWS::KMS::ReplicaKey",
    live=None,  # the live cloud shows it as a key, with its primary
    terraform=shapes("AWS::KMS::ReplicaKey"),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=arns(cfn="PrimaryKeyArn")),
        fact(Exposure, derive(key_exposure, cfn="KeyPolicy")),
        fact(KeyRotation, unread("rotated as its primary is, which stands in another region")),
    ),
    never=never_others(Home, Replicas, Exposure, KeyRotation, why="a copy of a key that stands in another region: its primary is asked"),
)
