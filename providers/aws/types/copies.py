"""Copies that somebody asks for once: jobs over the objects of buckets, exports of tables, volumes that are made of snapshots."""

from providers.aws.clues import BUCKET, bucket
from providers.aws.referred import owner
from scanner.sdk import ON, AtRest, Get, Home, List, Replicas, TypeDecl, always, arns, fact, here, never_others, region_of, together, traced

S3_JOB = TypeDecl(
    "AWS::S3::BatchJob",
    # Jobs are shown for 90 days after they end. Those that replicate follow the rules of the bucket, where they are asked.
    live=List("s3control", "list_jobs", each="Jobs", id="arn:{partition}:s3:{region}:{account}:job/{JobId}", name="JobId", params={"AccountId": "{account}"}, left_out=True),
    details=(Get("describe_job", put="job", params={"JobId": "JobId", "AccountId": "={account}"}, take="Job"),),
    cloudformation=False,
    skip="[?Operation!='S3PutObjectCopy'].JobId",
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=traced(bucket, BUCKET, required=True, live="job.Operation.S3PutObjectCopy.TargetResource")),
    ),
    never=never_others(Home, Replicas, why="copies objects once; the buckets are asked themselves"),
)

TABLE_EXPORT = TypeDecl(
    "AWS::DynamoDB::Export",
    live=List("dynamodb", "list_exports", each="ExportSummaries", id="ExportArn"),
    details=(Get("describe_export", put="export", params={"ExportArn": "ExportArn"}, take="ExportDescription"),),
    cloudformation=False,
    skip="[?ExportStatus=='FAILED'].ExportArn",
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=together(region_of(BUCKET, live="export.S3Bucket"), traced(owner, live="export.S3BucketOwner"))),
    ),
    never=never_others(Home, Replicas, why="a copy of a table in a bucket; both are asked themselves"),
)

VOLUME = TypeDecl(
    "AWS::FSx::Volume",
    live=List("fsx", "describe_volumes", each="Volumes", id="ResourceARN", name="Name", tags="Tags[]"),
    facts=(
        fact(Home, place=here()),
        # A volume that is made of, or kept like, a snapshot names it: the original may stand elsewhere.
        fact(Replicas, places=arns(
            live=("OpenZFSConfiguration.OriginSnapshot.SnapshotARN", "OpenZFSConfiguration.SourceSnapshotARN"), cfn="OpenZFSConfiguration.OriginSnapshot.SnapshotARN",
        )),
        fact(AtRest, state=always(ON, cite="FSx User Guides, encryption at rest: file systems and their backups are encrypted, and this cannot be switched off"), algorithm="AES256"),
    ),
    never=never_others(Home, Replicas, AtRest, why="a part of a file system, which is asked itself"),
)  # fmt: skip
