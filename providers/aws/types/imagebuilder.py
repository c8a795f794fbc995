"""EC2 Image Builder: to which regions and accounts images are distributed."""

from providers.aws.clues import BUCKET, bucket
from providers.aws.referred import partner
from scanner.sdk import Get, Home, List, Replicas, TypeDecl, fact, here, never_others, regions, together, traced

_SHARED = ("userIds[]", "organizationArns[]", "organizationalUnitArns[]", "userGroups[]")

DISTRIBUTION_CONFIGURATION = TypeDecl(
    "AWS::ImageBuilder::DistributionConfiguration",
    live=List("imagebuilder", "list_distribution_configurations", each="distributionConfigurationSummaryList", id="arn", name="name"),
    details=(Get("get_distribution_configuration", put="config", params={"distributionConfigurationArn": "arn"}, take="distributionConfiguration"),),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=together(
            regions(live="config.distributions[].region", cfn="Distributions[].Region"),
            traced(bucket, BUCKET, live="config.distributions[].s3ExportConfiguration.s3Bucket", cfn=()),
            traced(partner, live=tuple(f"config.distributions[].amiDistributionConfiguration.launchPermission.{name}" for name in _SHARED), cfn=()),
        )),
    ),
    never=never_others(Home, Replicas, why="says where images are copied to; the images are resources of their own"),
)  # fmt: skip
