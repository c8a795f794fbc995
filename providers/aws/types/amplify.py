"""Amplify Hosting: branches and the domains that they are shown under."""

import re
from typing import Any

from scanner.sdk import NOT_SHOWN, Each, Endpoint, Endpoints, Home, List, Ref, Replicas, TypeDecl, derive, derived_regions, fact, here, never_others

_APPS = List("amplify", "list_apps", each="apps", id="appArn", name="name")


def _edges(_: Ref, __: tuple[Any, ...]) -> tuple[str, ...]:
    """Amplify Hosting User Guide, "What is Amplify Hosting": what a branch holds is served by CloudFront, all over the world."""
    return ("every edge location",)


def _of_branch(_: Ref, names: tuple[Any, ...], domains: tuple[Any, ...]) -> Endpoints:
    """`main.d123.amplifyapp.com`: slashes and the like become dashes."""
    return Endpoints((Endpoint(f"{re.sub('[^a-z0-9-]', '-', str(names[0]).lower())}.{domains[0]}", own_name=True),))


def _of_domain(_: Ref, names: tuple[Any, ...], prefixes: tuple[Any, ...]) -> Endpoints:
    return Endpoints(tuple(Endpoint(f"{prefix}.{names[0]}" if prefix else str(names[0])) for prefix in dict.fromkeys(prefixes) if "*" not in str(prefix)))


BRANCH = TypeDecl(
    "AWS::Amplify::Branch",
    live=Each(
        _APPS, List("amplify", "list_branches", each="branches", id="branchArn", name="{parent} {branchName}"), params={"appId": "appId"}, along={"defaultDomain": "defaultDomain"},
    ),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=derived_regions(_edges, live="branchName", cfn="BranchName")),
        fact(Endpoints, derive(_of_branch, live=("displayName || branchName", "defaultDomain"), cfn=NOT_SHOWN("its name is given when it is deployed"))),
    ),
    never=never_others(Home, Replicas, Endpoints, why="a website made of a repository, which can be made again"),
)  # fmt: skip

DOMAIN = TypeDecl(
    "AWS::Amplify::Domain",
    live=Each(
        _APPS, List("amplify", "list_domain_associations", each="domainAssociations", id="domainAssociationArn", name="domainName"), params={"appId": "appId"},
    ),
    facts=(fact(Endpoints, derive(_of_domain, live=("domainName", "subDomains[].subDomainSetting.prefix"), cfn=NOT_SHOWN("asked once it is deployed"))),),
    never=never_others(Endpoints, why="a name for branches, which are asked"),
)  # fmt: skip
