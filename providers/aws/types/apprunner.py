"""App Runner services."""

from typing import Any

from providers.aws.custody import holder_of, key_name
from scanner.sdk import NOT_SHOWN, ON, AtRest, Endpoint, Endpoints, Exposure, Get, Holder, Home, KeyCustody, List, Ref, Transit, TypeDecl, always, derive, fact, here, never_others

_CITE = "App Runner Developer Guide, data protection: "


def _public(_: Ref, reachable: tuple[Any, ...]) -> Exposure:
    """From the internet unless told otherwise (App Runner API reference, IngressConfiguration)."""
    shut = [value for value in reachable if str(value).lower() == "false"]
    return Exposure(not shut, "" if shut else "reached from the internet")


def _reached(_: Ref, hosts: tuple[Any, ...], reachable: tuple[Any, ...], own: tuple[Any, ...]) -> Endpoints:
    public = False not in reachable
    return Endpoints((*(Endpoint(str(host), public=public, own_name=True) for host in hosts), *(Endpoint(str(name), public=public) for name in own if "*" not in str(name))))


_INGRESS = "NetworkConfiguration.IngressConfiguration.IsPubliclyAccessible"

SERVICE = TypeDecl(
    "AWS::AppRunner::Service",
    live=List("apprunner", "list_services", each="ServiceSummaryList", id="ServiceArn", name="ServiceName"),
    details=(
        Get("describe_service", put="service", params={"ServiceArn": "ServiceArn"}, take="Service"),
        Get("describe_custom_domains", put="domains", params={"ServiceArn": "ServiceArn"}, take="CustomDomains"),
    ),
    skip="[?Status=='DELETED'].ServiceArn",
    facts=(
        fact(Home, place=here()),
        fact(AtRest, state=always(ON, cite=f"{_CITE}stored copies of source and image are always encrypted")),
        # Without a key of the customer: one that AWS manages.
        fact(KeyCustody, holder=holder_of("service.EncryptionConfiguration.KmsKey", "EncryptionConfiguration.KmsKey", absent=Holder.PROVIDER),
             key=key_name("service.EncryptionConfiguration.KmsKey", "EncryptionConfiguration.KmsKey")),
        fact(Transit, plaintext_allowed=always(False, cite=f"{_CITE}requests come by HTTPS, and plain HTTP is led to it")),
        fact(Exposure, derive(_public, live=f"service.{_INGRESS}", cfn=_INGRESS)),
        fact(Endpoints, derive(_reached, live=("ServiceUrl", f"service.{_INGRESS}", "domains[].DomainName"), cfn=NOT_SHOWN("its name is given when it is deployed"))),
    ),
    never=never_others(Home, AtRest, KeyCustody, Transit, Exposure, Endpoints, why="runs a container that can be deployed again, and stores no data"),
)  # fmt: skip
