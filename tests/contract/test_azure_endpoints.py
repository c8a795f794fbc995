"""Where Azure's services are reached by TLS: what a scan offers to the prober, what it leaves out, and what it cannot tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.collect.offered import Offer, offered
from scanner.model.known import Reason
from tests.support.azure import OPTIONS, decls, estate_document, scan, served

OWN = "voorbeeld.example"


@pytest.fixture(scope="module")
def offer(tmp_path_factory: pytest.TempPathFactory) -> Offer:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"):
            patch.delenv(name, raising=False)
        with served(estate_document("endpoints.json"), tmp_path_factory.mktemp("arm")):
            snapshot = scan(OPTIONS, "Production")
    assert [call for call in snapshot.calls if not call.ok] == []
    return offered(snapshot, decls())


def test_names_of_ones_own_and_of_the_platform(offer: Offer) -> None:
    assert set(offer.targets) == {
        f"tls://{where}"
        for where in (
            "shop.azurewebsites.net:443", f"www.{OWN}:443", "shop-next.azurewebsites.net:443", "pages.3.azurestaticapps.net:443", "main-abc.z01.azurefd.net:443",
            f"door.{OWN}:443", "files.azureedge.net:443", f"cdn.{OWN}:443", f"gw.{OWN}:443", f"alt.{OWN}:8443", "old.azurefd.net:443", f"old.{OWN}:443", "apis.azure-api.net:443",
            f"api.{OWN}:443", "stweb.z6.web.core.windows.net:443", "cachenames.redis.cache.windows.net:6380", "app.nice.westeurope.azurecontainerapps.io:443", f"app.{OWN}:443",
        )
    }  # fmt: skip


def test_only_the_platforms_own_names_need_not_be_named(offer: Offer) -> None:
    assert not [id for id in offer.own_names if OWN in id]
    assert {"shop.azurewebsites.net:443", "apis.azure-api.net:443", "old.azurefd.net:443"} <= offer.own_names


def test_what_private_networks_reach_is_said_and_not_probed(offer: Offer) -> None:
    assert set(offer.excluded) == {
        "tls:inside.azurewebsites.net:443", f"tls:intern.{OWN}:443", "tls:hidden.azure-api.net:443", "tls:cacheinside.redis.cache.windows.net:6380",
        "tls:backend.internal.nice.westeurope.azurecontainerapps.io:443",
    }  # fmt: skip


def test_a_site_that_may_not_be_there_says_what_names_it(offer: Offer) -> None:
    assert set(offer.perhaps) == {"stweb.z6.web.core.windows.net:443"}


def test_a_listener_without_a_name_is_a_gap(offer: Offer) -> None:
    assert [(call.outcome, call.subject.rsplit("/", 1)[1]) for call in offer.lost] == [(Reason.UNSUPPORTED, "agnameless")]


def test_a_list_that_is_refused_may_hide_endpoints(scrubbed_environment: None, tmp_path: Path) -> None:
    with served(estate_document("endpoints.json"), tmp_path) as arm:
        arm.set_rules([{"match": "/resources$", "action": 403}])
        hidden = offered(scan(OPTIONS, "Production"), decls())
    assert hidden.targets == ()
    assert hidden.lost
