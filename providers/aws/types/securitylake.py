"""Security Lake: logs of many sources in one region, and copied to others."""

from providers.aws.custody import holder_of, key_name
from scanner.sdk import ON, AtRest, Holder, Home, KeyCustody, List, LogPlaces, TypeDecl, always, fact, here, never_others, regions

DATA_LAKE = TypeDecl(
    "AWS::SecurityLake::DataLake",
    live=List("securitylake", "list_data_lakes", each="dataLakes", id="dataLakeArn", home_only="region"),  # each region shows those of all
    facts=(
        fact(Home, place=here(live="region")),
        # Rollup regions gather what this one has.
        fact(LogPlaces, places=regions(live="replicationConfiguration.regions[]", cfn="ReplicationConfiguration.Regions[]")),
        fact(AtRest, state=always(ON, cite="Security Lake User Guide, data protection: data at rest is always encrypted")),
        fact(KeyCustody, holder=holder_of("encryptionConfiguration.kmsKeyId", "EncryptionConfiguration.KmsKeyId", absent=Holder.PROVIDER),
             key=key_name("encryptionConfiguration.kmsKeyId", "EncryptionConfiguration.KmsKeyId")),
    ),
    never=never_others(Home, LogPlaces, AtRest, KeyCustody, why="logs of other things, as objects of its bucket, which is asked"),
)  # fmt: skip
