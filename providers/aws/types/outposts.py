"""Outposts: racks of AWS on the customer's own premises."""

from typing import Any

from scanner.sdk import NOT_SHOWN, Confidence, Get, Home, List, Place, Ref, TypeDecl, country_name, derive, fact, never_others


def _site(_: Ref, codes: tuple[Any, ...]) -> Home:
    """The country of the site's operating address, whatever the region that the rack belongs to."""
    code = str(codes[0])
    if country_name(code) == code:
        raise ValueError(f"{code} is no country code that is known")
    return Home(Place(f"site in {code}", code, Confidence.EXACT))


OUTPOST = TypeDecl(
    "AWS::Outposts::Outpost",
    live=List("outposts", "list_outposts", each="Outposts", id="OutpostArn", name="Name"),
    details=(Get("get_site", put="site", params={"SiteId": "SiteId"}, take="Site"),),
    facts=(fact(Home, derive(_site, live="site.OperatingAddressCountryCode", cfn=NOT_SHOWN("the address of the site is known to Outposts"))),),
    never=never_others(Home, why="a place for machines and volumes, which are asked themselves"),
)
