"""CloudHSM: clusters, and their backups, which can be copied to other regions."""

from typing import Any

from providers.aws.excuses import API_ONLY
from scanner.sdk import ON, AtRest, Backups, Home, List, Ref, Replicas, TypeDecl, always, derive, fact, here, never_others, regions

_CITE = "CloudHSM User Guide, cluster backups: encrypted with keys that never leave the hardware"
_DEFAULT_DAYS = 90.0
"""How long backups are kept unless the cluster says otherwise (CloudHSM User Guide, "Configure backup retention")."""


def _kept(_: Ref, kinds: tuple[Any, ...], days: tuple[Any, ...]) -> Backups:
    """Backups are made at least once a day, and cannot be switched off (CloudHSM User Guide, "Working with cluster backups")."""
    if kinds and str(kinds[0]) != "DAYS":
        raise ValueError(f"unknown retention {kinds[0]!r}")
    return Backups(True, "snapshots", 24, float(days[0]) if days else _DEFAULT_DAYS)


CLUSTER = TypeDecl(
    "AWS::CloudHSM::Cluster",
    live=List("cloudhsmv2", "describe_clusters", each="Clusters", id="arn:{partition}:cloudhsm:{region}:{account}:cluster/{ClusterId}", tags="TagList[]"),
    skip="[?State=='DELETED'].ClusterId",
    facts=(
        fact(Home, place=here()),
        fact(AtRest, state=always(ON, cite="CloudHSM User Guide, data protection: keys are kept in hardware security modules (FIPS 140-2 level 3 or 140-3)")),
        fact(Backups, derive(_kept, same=("BackupRetentionPolicy.Type", "BackupRetentionPolicy.Value"))),
    ),
    never=never_others(Home, AtRest, Backups, why="modules that hold keys and are reached by their own client; copies of backups are resources of their own"),
)

BACKUP = TypeDecl(
    "AWS::CloudHSM::Backup",
    live=List("cloudhsmv2", "describe_backups", each="Backups", id="arn:{partition}:cloudhsm:{region}:{account}:backup/{BackupId}", tags="TagList[]"),
    cloudformation=False,
    skip="[?BackupState=='DELETED'].BackupId",
    facts=(
        fact(Home, place=here()),
        # A copy says where its original is.
        fact(Replicas, places=regions(live="SourceRegion")),
        fact(AtRest, state=always(ON, cite=_CITE)),
    ),
    never={**never_others(Home, Replicas, AtRest, why="is a backup: it accepts nothing and is restored to a cluster"), **API_ONLY},
)
