"""Security Hub: regions whose findings are brought together in one."""

from typing import Any

from scanner.sdk import Get, Home, List, Ref, Replicas, TypeDecl, derived_regions, fact, here, never_others


def _linked(ref: Ref, modes: tuple[Any, ...], found: tuple[Any, ...]) -> tuple[str, ...]:
    """Regions that send their findings; "all" and "all but" mean those to come as well."""
    mode = str(modes[0]) if modes else ""
    if mode == "NO_REGIONS":
        return ()
    if mode == "SPECIFIED_REGIONS":
        return tuple(str(region) for region in found if region != ref.region)
    if mode not in ("ALL_REGIONS", "ALL_REGIONS_EXCEPT_SPECIFIED"):
        raise ValueError(f"unknown RegionLinkingMode {mode!r}")
    return (f"every region{' but ' + ', '.join(map(str, found)) if found else ''}",)


FINDING_AGGREGATOR = TypeDecl(
    "AWS::SecurityHub::FindingAggregator",
    live=List(
        "securityhub", "list_finding_aggregators", each="FindingAggregators", id="FindingAggregatorArn",
        on_error={"InvalidAccessException: not subscribed": {}},  # where Security Hub is not switched on it refuses every question
    ),
    details=(Get("get_finding_aggregator", put="aggregator", params={"FindingAggregatorArn": "FindingAggregatorArn"}),),
    facts=(
        fact(Home, place=here(live="aggregator.FindingAggregationRegion")),
        fact(Replicas, places=derived_regions(_linked, live=("aggregator.RegionLinkingMode", "aggregator.Regions[]"), cfn=("RegionLinkingMode", "Regions[]"))),
    ),
    never=never_others(Home, Replicas, why="says in which region findings about all others are kept"),
)  # fmt: skip
