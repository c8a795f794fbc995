"""S3 buckets."""

from datetime import datetime
from typing import Any

from providers.aws.clues import bucket
from providers.aws.custody import holder_of
from providers.aws.excuses import CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
from providers.aws.policy import bucket_floor, bucket_transit, public_statement
from providers.aws.referred import owner
from providers.aws.terraform import shapes
from scanner.sdk import (
    OFF,
    ON,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    ClientAuth,
    Deletion,
    Exposure,
    Get,
    Holder,
    Home,
    Join,
    KeyCustody,
    List,
    LogPlaces,
    Logs,
    Reason,
    Ref,
    Replicas,
    Resolve,
    Scope,
    TlsFloor,
    Transit,
    TypeDecl,
    Unresolvable,
    always,
    arns,
    derive,
    derived_regions,
    fact,
    first_proven,
    here,
    never,
    per_dialect,
    region_of,
    text,
    together,
    traced,
)

_LIVE_RULE = "encryption.Rules[].ApplyServerSideEncryptionByDefault"
_CFN_RULE = "BucketEncryption.ServerSideEncryptionConfiguration[].ServerSideEncryptionByDefault"
_LIVE_RULES = "replication.Rules[?Status!='Disabled'].Destination"
_CFN_RULES = "ReplicationConfiguration.Rules[?Status!='Disabled'].Destination"
_EVERYBODY = ("http://acs.amazonaws.com/groups/global/AllUsers", "http://acs.amazonaws.com/groups/global/AuthenticatedUsers")
_BLOCKS = ("IgnorePublicAcls", "RestrictPublicBuckets")


def _accelerated(_: Ref, status: tuple[Any, ...]) -> tuple[str, ...]:
    """With transfer acceleration objects come and go through edge locations (S3 User Guide, "Transfer Acceleration")."""
    if status and str(status[0]) not in ("Enabled", "Suspended"):
        raise ValueError(f"unknown status {status[0]!r}")
    return ("every edge location (transfer acceleration)",) if status == ("Enabled",) else ()


def _versions(_: Ref, status: tuple[Any, ...]) -> Backups:
    """A bucket that never had versions says nothing."""
    if status and str(status[0]) not in ("Enabled", "Suspended"):
        raise ValueError(f"unknown status {status[0]!r}")
    return Backups(status == ("Enabled",), "versions", 0)


def _copied(_: Ref, last: tuple[Any, ...]) -> Backups:
    """By AWS Backup, whose plan says how often."""
    made = [datetime.fromisoformat(str(moment)) for moment in last]
    return Backups(bool(made), "snapshots", None, None, max(made, default=None))


def _enabled(backups: Backups) -> bool:
    return backups.enabled


def _logs(_: Ref, targets: tuple[Any, ...]) -> Logs:
    return Logs(bool(targets), detail="server access logs")


def _guard(_: Ref, lock: tuple[Any, ...], mfa: tuple[Any, ...] = ()) -> Deletion:
    """Object lock or MFA delete keep versions from being removed."""
    if any(value in (True, "true", "Enabled") for value in lock):
        return Deletion(ON, "object lock")
    return Deletion(ON, "MFA delete") if "Enabled" in mfa else Deletion(OFF, "neither object lock nor MFA delete")


def _exposure(_: Ref, account: tuple[Any, ...], bucket: tuple[Any, ...], status: tuple[Any, ...], grantees: tuple[Any, ...]) -> Exposure:
    """Public by ACL or policy, unless the block of the bucket or of the account takes the effect away."""
    ignores_acls, restricts_policy = ({bool(block.get(name)) for block in (*account, *bucket)} for name in _BLOCKS)
    by_acl = any(uri in _EVERYBODY for uri in grantees) and True not in ignores_acls
    by_policy = True in status and True not in restricts_policy
    via = " and ".join(word for word, found in (("its ACL", by_acl), ("its policy", by_policy)) if found)
    return Exposure(by_acl or by_policy, via)


def _planned_exposure(_: Ref, blocks: tuple[Any, ...], policies: tuple[Any, ...], acl: tuple[Any, ...]) -> Exposure:
    """In a template. New buckets block all public access since April 2023; a written block is off where it is silent."""
    if all(str(block.get(name, "false")).lower() == "true" for block in blocks for name in _BLOCKS):
        return Exposure(False, "public access is blocked")
    via = " and ".join(
        word for word, found in (("its ACL", any(a in ("PublicRead", "PublicReadWrite", "AuthenticatedRead") for a in acl)), ("its policy", public_statement(policies))) if found
    )
    return Exposure(bool(via), via)


def _declared_exposure(ref: Ref, blocks: tuple[Any, ...], policies: tuple[Any, ...], acl: tuple[Any, ...], planned: tuple[Any, ...]) -> Exposure:
    """In Terraform. A plan says which buckets are new, and so blocked by default; a configuration alone may be that of a bucket from before
    April 2023, which nothing then keeps from being opened."""
    if blocks or planned == ("create",):
        return _planned_exposure(ref, blocks, policies, acl)
    if planned:
        raise Unresolvable(Reason.UNRESOLVED, "the bucket is there already, and whether public access to it is blocked is not in this plan")
    return Exposure(True, "no block of public access, which buckets from before April 2023 lack")


BUCKET = TypeDecl(
    "AWS::S3::Bucket",
    live=List(
        "s3", "list_buckets", each="Buckets", id="arn:{partition}:s3:::{Name}", name="Name", region="BucketRegion", scope=Scope.GLOBAL,
        params={"MaxBuckets": 1000},  # S3 names the region of a bucket only in answers to a paged request
        permission="s3:ListAllMyBuckets",
    ),
    details=(
        Get("get_bucket_encryption", put="encryption", params={"Bucket": "Name"}, take="ServerSideEncryptionConfiguration", permission="s3:GetEncryptionConfiguration",
            on_error={"ServerSideEncryptionConfigurationNotFoundError": {}}),
        Get("get_bucket_replication", put="replication", params={"Bucket": "Name"}, take="ReplicationConfiguration", permission="s3:GetReplicationConfiguration",
            on_error={"ReplicationConfigurationNotFoundError": {}}),
        Get("get_bucket_versioning", put="versioning", params={"Bucket": "Name"}),
        Get("get_bucket_policy", put="policy", params={"Bucket": "Name"}, take="Policy", json=True, on_error={"NoSuchBucketPolicy": {}}),
        Get("get_bucket_policy_status", put="status", params={"Bucket": "Name"}, take="PolicyStatus", on_error={"NoSuchBucketPolicy": {}}),
        Get("get_bucket_logging", put="logging", params={"Bucket": "Name"}),
        Get("get_bucket_acl", put="acl", params={"Bucket": "Name"}, take="Grants"),
        Get("get_public_access_block", put="block", params={"Bucket": "Name"}, take="PublicAccessBlockConfiguration", permission="s3:GetBucketPublicAccessBlock",
            on_error={"NoSuchPublicAccessBlockConfiguration": {}}),
        Get("get_public_access_block", put="account_block", service="s3control", params={"AccountId": "={account}"}, take="PublicAccessBlockConfiguration",
            permission="s3:GetAccountPublicAccessBlock", on_error={"NoSuchPublicAccessBlockConfiguration": {}}),
        Get("list_bucket_inventory_configurations", put="inventory", params={"Bucket": "Name"}, take="InventoryConfigurationList", left_out=True, permission="s3:GetInventoryConfiguration"),
        # Regions without transfer acceleration refuse the question.
        Get("get_bucket_accelerate_configuration", put="accelerate", params={"Bucket": "Name"}, permission="s3:GetAccelerateConfiguration",
            on_error={"MethodNotAllowed": {}, "UnsupportedArgument": {}}),
        Get("list_protected_resources", put="protected", params={}, service="backup", take="Results", match=("ResourceArn", ""), regional=True),
        Get("get_object_lock_configuration", put="lock", params={"Bucket": "Name"}, take="ObjectLockConfiguration", permission="s3:GetBucketObjectLockConfiguration",
            on_error={"ObjectLockConfigurationNotFoundError": {}}),
    ),
    joins=(Join("AWS::S3::BucketPolicy", on="Bucket", put="policy"),),
    # HeadBucket names the region in a header even when it refuses: it places buckets of others as well.
    resolve=Resolve("s3", "head_bucket", {"Bucket": "{name}"}, permission="s3:ListBucket"),
    terraform=shapes("AWS::S3::Bucket"),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=together(
            region_of("AWS::S3::Bucket", live=f"{_LIVE_RULES}.Bucket", cfn=f"{_CFN_RULES}.Bucket"),
            arns(live=f"{_LIVE_RULES}.EncryptionConfiguration.ReplicaKmsKeyID", cfn=f"{_CFN_RULES}.EncryptionConfiguration.ReplicaKmsKeyID"),
            traced(owner, live=f"{_LIVE_RULES}.Account", cfn=f"{_CFN_RULES}.Account"),
            derived_regions(_accelerated, live="accelerate.Status", cfn="AccelerateConfiguration.AccelerationStatus"),
        )),
        # Server access logs, and inventories: lists of all that there is in the bucket.
        fact(LogPlaces, places=together(
            region_of("AWS::S3::Bucket", live="logging.LoggingEnabled.TargetBucket", cfn="LoggingConfiguration.DestinationBucketName"),
            traced(bucket, "AWS::S3::Bucket", live="inventory[?IsEnabled].Destination.S3BucketDestination.Bucket", cfn="InventoryConfigurations[?Enabled].Destination.BucketArn"),
        )),
        fact(AtRest, state=always(ON, cite="S3 User Guide, default encryption: every new object is encrypted with at least SSE-S3", since="2023-01-05"),
             algorithm=text(live=f"{_LIVE_RULE}.SSEAlgorithm", cfn=f"{_CFN_RULE}.SSEAlgorithm", absent="AES256")),
        # Without a rule S3 encrypts with keys of its own (SSE-S3); with `aws:kms` and no key it uses the alias aws/s3.
        fact(KeyCustody, holder=holder_of(f"{_LIVE_RULE}.KMSMasterKeyID || {_LIVE_RULE}.SSEAlgorithm", f"{_CFN_RULE}.KMSMasterKeyID || {_CFN_RULE}.SSEAlgorithm",
                                          absent=Holder.PROVIDER),
             key=text(live=f"{_LIVE_RULE}.KMSMasterKeyID", cfn=f"{_CFN_RULE}.KMSMasterKeyID", absent=None)),
        fact(Transit, derive(bucket_transit, live="policy", cfn="policy[].PolicyDocument")),
        fact(TlsFloor, derive(bucket_floor, live="policy", cfn="policy[].PolicyDocument")),
        fact(Backups, per_dialect(
            first_proven(_enabled, derive(_versions, live="versioning.Status"), derive(_copied, live="protected[].LastBackupTime")),
            derive(_versions, cfn="VersioningConfiguration.Status"),
        )),
        fact(Deletion, derive(_guard, live=("lock.ObjectLockEnabled", "versioning.MFADelete"), cfn="ObjectLockEnabled")),
        fact(Exposure, per_dialect(
            derive(_declared_exposure, tf=("PublicAccessBlockConfiguration", "policy[].PolicyDocument", "AccessControl", "Planned")),
            derive(_exposure, live=("account_block", "block", "status.IsPublic", "acl[].Grantee.URI")),
            derive(_planned_exposure, cfn=("PublicAccessBlockConfiguration", "policy[].PolicyDocument", "AccessControl")),
        )),
        fact(Logs, derive(_logs, live="logging.LoggingEnabled.TargetBucket", cfn="LoggingConfiguration")),
    ),
    never={
        **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS,
        **never(BackupPlaces, why="versions stay in the bucket; what AWS Backup copies elsewhere is asked of its plans"),
        **never(BackupEncryption, why="versions are objects of the bucket itself: encrypted as they are"),
        **never(ClientAuth, why="S3 knows no client certificates"),
    },
)  # fmt: skip
