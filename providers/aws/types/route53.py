"""Route 53: hosted zones, where their queries are logged, and where their records lead."""

import re
from typing import Any

from providers.aws.clues import BUCKET, destination
from scanner.sdk import (
    NOT_SHOWN,
    OFF,
    ON,
    Clue,
    Confidence,
    DnsSigning,
    Endpoint,
    Endpoints,
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
    arns,
    derive,
    fact,
    never_others,
    place_of,
    traced,
)

_EDGE = Place("", None, Confidence.UNDETERMINED, detail="undetermined: answered by name servers in many countries")
_OF_AWS = re.compile(r"(amazonaws\.com(\.cn)?|on\.aws|api\.aws|cloudfront\.net|awsglobalaccelerator\.com|elasticbeanstalk\.com)\.?$")


def _home(_: Ref, private: tuple[Any, ...]) -> Home:
    """A public zone is answered from everywhere; a private one wherever its VPCs are, and kept by one control plane."""
    if private and private[0] is True:
        raise NotApplicable("a private zone: its records are the names of things that are asked themselves")
    return Home(_EDGE)


def _leads(ref: Ref, value: str) -> Clue | None:
    """Region of a latency or geoproximity record, or the AWS resource behind an alias; other aliases stay in the zone."""
    if place_of("aws", value).country is not None:
        return Clue(region=value)
    if not _OF_AWS.search(value):
        return None
    found = re.search(r"\.(?P<region>[a-z]{2,4}(?:-[a-z]+)+-\d+)\.elasticbeanstalk\.com\.?$", value)
    return Clue(region=found["region"]) if found else destination(ref, value)


def _signed(_: Ref, private: tuple[Any, ...], status: tuple[Any, ...]) -> DnsSigning:
    """SIGNING is the one state in which answers are signed and no key needs attention (Route 53 API, DNSSECStatus)."""
    if private and private[0] is True:
        raise NotApplicable("a private zone cannot be signed")
    if not status:
        raise ValueError("ServeSignature is absent")
    return DnsSigning(ON) if status[0] == "SIGNING" else DnsSigning(OFF, str(status[0]))


def _reached(ref: Ref, private: tuple[Any, ...], records: tuple[Any, ...]) -> Endpoints:
    """Names of a public zone that lead to an address or another name; whether somebody speaks TLS there only a look can tell.
    A pattern (`\\052.example.org`) names nobody."""
    if private and private[0] is True:
        return Endpoints(())
    names = dict.fromkeys(str(record["Name"]).lower().removesuffix(".") for record in records if record.get("Type") in ("A", "AAAA", "CNAME"))
    return Endpoints(tuple(Endpoint(name, named_in=f"the zone {ref.name.removesuffix('.')}") for name in names if not re.search(r"[*\\]|(^|\.)_", name)))


_RECORDS = ("records[].Region", "records[].GeoProximityLocation.AWSRegion", "records[].AliasTarget.DNSName")

HOSTED_ZONE = TypeDecl(
    "AWS::Route53::HostedZone",
    live=List("route53", "list_hosted_zones", each="HostedZones", id="arn:{partition}:route53:::{Id}", name="Name", scope=Scope.GLOBAL),
    details=(
        Get("list_query_logging_configs", put="queries", params={}, take="QueryLoggingConfigs", match=("HostedZoneId", "Id")),
        Get("get_dnssec", put="dnssec", params={"HostedZoneId": "Id"}, when="[?Config.PrivateZone!=`true`].Id"),
        Get("list_resource_record_sets", put="records", params={"HostedZoneId": "Id"}, take="ResourceRecordSets"),
    ),
    facts=(
        fact(Home, derive(_home, live="Config.PrivateZone", cfn=())),
        fact(Replicas, places=traced(_leads, BUCKET, live=_RECORDS, cfn=NOT_SHOWN("records are resources of their own"))),
        fact(Endpoints, derive(_reached, live=("Config.PrivateZone", "records[]"), cfn=NOT_SHOWN("records are resources of their own"))),
        # Queries of public zones can be logged in Virginia only.
        fact(LogPlaces, places=arns(live="queries[].CloudWatchLogsLogGroupArn", cfn="QueryLoggingConfig.CloudWatchLogsLogGroupArn")),
        fact(DnsSigning, derive(_signed, live=("Config.PrivateZone", "dnssec.Status.ServeSignature"), cfn=NOT_SHOWN("signing is switched on by a resource of its own"))),
    ),
    never=never_others(Home, Replicas, LogPlaces, DnsSigning, Endpoints, why="names and where they lead; it holds no data"),
)
