"""Ways to buckets, and reports about them: access points, points over several regions, Storage Lens."""

from typing import Any

from providers.aws.clues import BUCKET, bucket
from providers.aws.referred import owner
from scanner.sdk import (
    Get,
    Home,
    List,
    LogPlaces,
    NotApplicable,
    Place,
    Ref,
    Replicas,
    Scope,
    TypeDecl,
    derive,
    fact,
    here,
    never_others,
    per_dialect,
    place_of,
    regions,
    together,
    traced,
)

ACCESS_POINT = TypeDecl(
    "AWS::S3::AccessPoint",
    live=List("s3control", "list_access_points", each="AccessPointList", id="AccessPointArn", name="Name", params={"AccountId": "{account}"}),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=together(traced(bucket, BUCKET, same="Bucket"), traced(owner, same="BucketAccountId"))),
    ),
    never=never_others(Home, Replicas, why="a way to a bucket; the bucket is asked itself"),
)

MULTI_REGION_ACCESS_POINT = TypeDecl(
    "AWS::S3::MultiRegionAccessPoint",
    live=List(
        "s3control", "list_multi_region_access_points", each="AccessPoints", id="arn:{partition}:s3::{account}:accesspoint/{Alias}", name="Name", params={"AccountId": "{account}"},
        scope=Scope.GLOBAL, at="us-west-2",  # the one region that answers (S3 User Guide, "Managing Multi-Region Access Points")
        left_out=True,
    ),
    facts=(
        # In a template a member is a bucket, whose home it is.
        fact(Replicas, places=together(regions(live="Regions[].Region", cfn=()), traced(bucket, BUCKET, live=(), cfn="Regions[].Bucket"))),
    ),
    never=never_others(Replicas, why="one name for buckets in several regions, which are asked themselves"),
)  # fmt: skip

_EXPORT = "StorageLensConfiguration.DataExport.S3BucketDestination.Arn"


def _own(ref: Ref, _: tuple[Any, ...]) -> Place:
    """Every account has one dashboard in Virginia that nobody asked for, and that cannot be deleted (S3 User Guide, "Default dashboard")."""
    if ref.name == "default-account-dashboard":
        raise NotApplicable("made by AWS in every account: figures about buckets, and nothing of what is in them")
    return place_of("aws", ref.region)


STORAGE_LENS = TypeDecl(
    "AWS::S3::StorageLens",
    live=List(
        "s3control", "list_storage_lens_configurations", each="StorageLensConfigurationList", id="StorageLensArn", name="Id", params={"AccountId": "{account}"}, home_only="HomeRegion",
        left_out=True,
    ),
    details=(Get("get_storage_lens_configuration", put="config", params={"ConfigId": "Id", "AccountId": "={account}"}),),
    facts=(
        fact(Home, place=per_dialect(derive(_own, live="Id"), here(cfn=()))),
        fact(LogPlaces, places=traced(bucket, BUCKET, live=f"config.{_EXPORT}", cfn=_EXPORT)),
    ),
    never=never_others(Home, LogPlaces, why="figures about buckets; where they are exported to is all that is asked"),
)  # fmt: skip
