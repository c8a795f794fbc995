"""CodeBuild projects: where artifacts and logs go, and whether they are encrypted."""

from typing import Any

from providers.aws.clues import BUCKET, bucket
from providers.aws.custody import key_name
from providers.aws.excuses import API_ONLY, CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
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
    List,
    LogPlaces,
    Logs,
    Ref,
    Replicas,
    State,
    TypeDecl,
    boolean,
    derive,
    fact,
    here,
    never,
    of,
    traced,
    unread,
)


def _at_rest(_: Ref, *switched_off: tuple[Any, ...]) -> State:
    """What a project writes is encrypted unless that is switched off for one of the places (CodeBuild API, encryptionDisabled)."""
    words = {str(value).lower() for found in switched_off for value in found}
    if words - {"true", "false"}:
        raise ValueError(f"encryptionDisabled is {', '.join(sorted(words))}")
    return OFF if "true" in words else ON


def _holder(_: Ref, name: str) -> Holder | None:
    return Holder.PROVIDER_FOR_CUSTOMER if "alias/aws/" in name else None


_LIVE = ("artifacts", "secondaryArtifacts[]", "logsConfig.s3Logs")
_CFN = ("Artifacts", "SecondaryArtifacts[]", "LogsConfig.S3Logs")

PROJECT = TypeDecl(
    "AWS::CodeBuild::Project",
    live=List("codebuild", "list_projects", each="projects", id="arn:{partition}:codebuild:{region}:{account}:project/{Name}", name="Name"),
    details=(Get("batch_get_projects", put="project", params={"names": "Name"}, lists=("names",), take="projects", one=True, permission="codebuild:BatchGetProjects"),),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=traced(bucket, BUCKET, live=("project.artifacts.location", "project.secondaryArtifacts[].location"), cfn=("Artifacts.Location", "SecondaryArtifacts[].Location"))),
        fact(LogPlaces, places=traced(bucket, BUCKET, live="project.logsConfig.s3Logs.location", cfn="LogsConfig.S3Logs.Location")),
        fact(Logs, unread("whether builds are logged is not read yet")),
        fact(AtRest, state=derive(_at_rest, live=tuple(f"project.{path}.encryptionDisabled" for path in _LIVE), cfn=tuple(f"{path}.EncryptionDisabled" for path in _CFN))),
        # Without a key of its own a project uses the alias aws/s3 (CodeBuild API, encryptionKey).
        fact(KeyCustody, holder=of("AWS::KMS::Key", KeyCustody, "holder", live="project.encryptionKey", cfn="EncryptionKey", early=_holder, absent=Holder.PROVIDER_FOR_CUSTOMER),
             key=key_name("project.encryptionKey", "EncryptionKey")),
        fact(Exposure, public=boolean(live="project.projectVisibility", cfn="Visibility", true=("PUBLIC_READ",), false=("PRIVATE",), absent=False)),
    ),
    never={
        **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS, **API_ONLY,
        **never(Backups, BackupPlaces, BackupEncryption, Deletion, why="builds can be run again; what they made is where they put it"),
    },
)  # fmt: skip
