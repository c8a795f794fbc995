"""Storage Gateway: the buckets behind file shares."""

from providers.aws.clues import BUCKET, arn
from scanner.sdk import Clue, Get, Home, List, Ref, Replicas, TypeDecl, fact, here, never_others, place_of, traced


def _bucket_or_region(ref: Ref, value: str) -> Clue | None:
    """The ARN of a bucket or access point, or the region that is named beside it."""
    return arn(ref, value) if value.startswith("arn:") else Clue(region=value) if place_of("aws", value).country else Clue(why="no region is known by this name")


def _share(put: str, operation: str, kind: str, take: str) -> Get:
    return Get(operation, put=put, params={"FileShareARNList": "FileShareARN"}, lists=("FileShareARNList",), take=take, one=True, when=f"[?FileShareType=='{kind}'].FileShareARN")


FILE_SHARE = TypeDecl(
    "AWS::StorageGateway::FileShare",
    live=List("storagegateway", "list_file_shares", each="FileShareInfoList", id="FileShareARN", name="FileShareId"),
    cloudformation=False,
    details=(_share("nfs", "describe_nfs_file_shares", "NFS", "NFSFileShareInfoList"), _share("smb", "describe_smb_file_shares", "SMB", "SMBFileShareInfoList")),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=traced(_bucket_or_region, BUCKET, required=True, live=("nfs.LocationARN", "nfs.BucketRegion", "smb.LocationARN", "smb.BucketRegion"))),
    ),
    never=never_others(Home, Replicas, why="a way to the objects of a bucket, which is asked; the gateway keeps a cache on the customer's premises"),
)
