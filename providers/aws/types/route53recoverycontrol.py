"""Application Recovery Controller: clusters that stand in five regions at once."""

from scanner.sdk import List, Replicas, Scope, TypeDecl, fact, never_others, regions

CLUSTER = TypeDecl(
    "AWS::Route53RecoveryControl::Cluster",
    live=List(
        "route53-recovery-control-config", "list_clusters", each="Clusters", id="ClusterArn", name="Name", scope=Scope.GLOBAL,
        at="us-west-2",  # ARC Developer Guide: the one region of its configuration API
    ),
    cloudformation=False,  # in us-west-2 alone, and its template names no regions
    facts=(fact(Replicas, places=regions(live="ClusterEndpoints[].Region")),),
    never=never_others(Replicas, why="switches of traffic without a home of their own: the regions of its endpoints are asked"),
)  # fmt: skip
