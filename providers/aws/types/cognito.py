"""Cognito user pools: the identities of customers."""

from typing import Any

from providers.aws.certificates import used_certificates
from providers.aws.excuses import API_ONLY, KEYS, PROBED, SETTINGS
from providers.aws.terraform import shapes
from scanner.sdk import (
    ON,
    Access,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    Deletion,
    Exposure,
    Get,
    Home,
    Join,
    KeyCustody,
    List,
    LogPlaces,
    Logs,
    PasswordLogin,
    Ref,
    Replicas,
    RootAccess,
    SignIn,
    State,
    TypeDecl,
    always,
    arns,
    choice,
    derived_regions,
    fact,
    here,
    never,
    regions,
    together,
    unread,
)


def _elsewhere(ref: Ref, found: tuple[Any, ...] = ()) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(region) for region in found if region != ref.region))


USER_POOL = TypeDecl(
    "AWS::Cognito::UserPool",
    live=List("cognito-idp", "list_user_pools", each="UserPools", id="arn:{partition}:cognito-idp:{region}:{account}:userpool/{Id}", name="Id", params={"MaxResults": 60}),
    details=(
        Get("describe_user_pool", put="pool", params={"UserPoolId": "Id"}, take="UserPool"),
        Get("describe_user_pool_domain", put="domain", params={"Domain": "pool.CustomDomain"}, take="DomainDescription", when="pool.CustomDomain"),
    ),
    joins=(Join("AWS::Cognito::UserPoolDomain", on="UserPoolId", put="domains"),),
    terraform=shapes("AWS::Cognito::UserPool"),
    facts=(
        fact(Home, place=here()),
        # Addresses and numbers of people are handed to the region that sends their mail and messages.
        fact(Replicas, places=together(
            derived_regions(_elsewhere, live="ReplicaRegions[]", cfn=()),
            arns(live="pool.EmailConfiguration.SourceArn", cfn="EmailConfiguration.SourceArn"),
            regions(live="pool.SmsConfiguration.SnsRegion", cfn="SmsConfiguration.SnsRegion"),
        )),
        fact(AtRest, state=always(ON, cite="Cognito Developer Guide, data protection: data at rest is always encrypted")),
        fact(KeyCustody, unread("the keys of user pools are not read yet")),
        *used_certificates(live="domain.CustomDomainConfig.CertificateArn", cfn="domains[].CustomDomainConfig.CertificateArn"),
        # CloudFormation reference, DeletionProtection: INACTIVE unless given.
        fact(Deletion, guard=choice({"ACTIVE": State.ON, "INACTIVE": State.OFF}, live="pool.DeletionProtection", cfn="DeletionProtection", absent=State.OFF)),
        fact(SignIn, unread("whether a second factor is asked of the customers in a pool is not read yet")),
    ),
    never={
        **PROBED, **KEYS, **SETTINGS, **API_ONLY,
        **never(Access, RootAccess, PasswordLogin, why="a directory of customers; none of them is a user of the account"),
        **never(Backups, BackupPlaces, BackupEncryption, why="Cognito makes no backups of user pools that could be restored"),
        **never(LogPlaces, Logs, why="its calls are in CloudTrail; exports of user activity are not read"),
        **never(Exposure, why="made to be reached by the customers in it"),
    },
)  # fmt: skip
