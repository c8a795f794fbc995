"""DAX: caches of DynamoDB."""

from providers.aws.excuses import CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
from providers.aws.terraform import shapes
from scanner.sdk import (
    OFF,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    ClientAuth,
    Deletion,
    Exposure,
    Home,
    KeyCustody,
    List,
    LogPlaces,
    Logs,
    Replicas,
    TlsFloor,
    Transit,
    TypeDecl,
    boolean,
    by_dialect,
    fact,
    flag,
    here,
    never,
)

CLUSTER = TypeDecl(
    "AWS::DAX::Cluster",
    live=List("dax", "describe_clusters", each="Clusters", id="ClusterArn", name="ClusterName"),
    terraform=shapes("AWS::DAX::Cluster"),
    facts=(
        fact(Home, place=here()),
        # CloudFormation reference: a cluster is not encrypted, and its endpoint speaks no TLS, unless that is asked for.
        fact(AtRest, state=flag(live="SSEDescription.Status", cfn="SSESpecification.SSEEnabled", on=("ENABLED", "DISABLING"), off=("DISABLED", "ENABLING"), absent=by_dialect(cfn=OFF))),
        fact(Transit, plaintext_allowed=boolean(live="ClusterEndpointEncryptionType", cfn="ClusterEndpointEncryptionType", true=("NONE",), false=("TLS",), absent=by_dialect(cfn=True))),
    ),
    never={
        **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS,
        **never(KeyCustody, why="encrypted with a key of the service; there is nothing to choose"),
        **never(TlsFloor, ClientAuth, why="the version of TLS is the service's own to configure"),
        **never(Exposure, why="stands in a VPC and has no public address"),
        **never(Replicas, Backups, BackupPlaces, BackupEncryption, Deletion, why="a cache: what it holds is in the table"),
        **never(LogPlaces, Logs, why="writes no log of its own; its API calls are in CloudTrail"),
    },
)  # fmt: skip
