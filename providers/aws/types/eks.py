"""EKS: clusters of Kubernetes."""

from providers.aws.excuses import CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
from providers.aws.terraform import shapes
from scanner.sdk import (
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
    always,
    fact,
    here,
    never,
    unread,
)

_LATER = "the description of the cluster (eks:DescribeCluster) says it, which is not read yet"

CLUSTER = TypeDecl(
    "AWS::EKS::Cluster",
    live=List("eks", "list_clusters", each="clusters", id="arn:{partition}:eks:{region}:{account}:cluster/{Name}", name="Name"),
    terraform=shapes("AWS::EKS::Cluster"),
    facts=(
        fact(Home, place=here()),
        fact(Transit, plaintext_allowed=always(False, cite="EKS User Guide, cluster API server endpoint: it speaks HTTPS only")),
        fact(AtRest, unread(_LATER)),
        fact(KeyCustody, unread(_LATER)),
        fact(Exposure, unread(_LATER)),
        fact(Deletion, unread(_LATER)),
        fact(Logs, unread(_LATER)),
    ),
    never={
        **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS,
        **never(TlsFloor, ClientAuth, why="the TLS of the API server is the service's own to configure"),
        **never(Replicas, Backups, BackupPlaces, BackupEncryption, why="the control plane is the service's to keep; data of workloads are volumes of their own"),
        **never(LogPlaces, why="its logs go to CloudWatch Logs of its own region"),
    },
)  # fmt: skip
