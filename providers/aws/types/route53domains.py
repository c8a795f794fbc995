"""Registered domain names."""

from typing import Any

from scanner.sdk import List, Ref, Renewal, Scope, TypeDecl, derive, fact, never_others


def _renewal(_: Ref, renews: tuple[Any, ...], ends: tuple[Any, ...]) -> Renewal:
    """A registration ends on a day; whoever registers the name afterwards gets its mail and its certificates."""
    if not renews or not isinstance(renews[0], bool):
        raise ValueError(f"AutoRenew is {renews[0] if renews else 'absent'}")
    until = f"the registration ends on {str(ends[0])[:10]}" if ends else "the end of the registration is not shown"
    return Renewal(renews[0], f"renewed automatically; {until}" if renews[0] else f"automatic renewal is off, and {until}")


DOMAIN = TypeDecl(
    "AWS::Route53Domains::Domain",
    live=List(
        "route53domains", "list_domains", each="Domains", id="arn:{partition}:route53domains:::domain/{DomainName}", name="DomainName", scope=Scope.GLOBAL,
        at="us-east-1",  # AWS General Reference: the only endpoint of Route 53 Domains
    ),
    cloudformation=False,
    facts=(fact(Renewal, derive(_renewal, live=("AutoRenew", "Expiry"))),),
    never=never_others(Renewal, why="a registration of a name: it holds no data"),
)  # fmt: skip
