"""The data plane of Key Vaults: attributes of certificates, keys and secrets; never their values."""

from __future__ import annotations

import json
from typing import Any

from scanner.demo.arm.estate import Estate, public
from scanner.demo.arm.reply import Body, Reply


def vault_answer(estate: Estate, name: str, path: str, host: str, authorized: bool) -> Body:
    """A list or an item of the vault `name`. Raises Reply: 401 with a challenge, 403 for vaults without data, 404."""
    if not authorized:
        challenge = f'Bearer authorization="https://login.microsoftonline.com/{estate.tenant}", resource="https://vault.azure.net"'
        raise Reply(401, {"error": {"code": "Unauthorized", "message": "AKV10000: Request is missing a Bearer or PoP token."}}, {"WWW-Authenticate": challenge})
    data: Any = estate.vaults.get(name.lower())
    if data is None:
        message = f"Caller is not authorized to perform action on resource.\r\nVault: {name};location=westeurope"
        raise Reply(403, {"error": {"code": "Forbidden", "message": message, "innererror": {"code": "ForbiddenByRbac"}}})
    parts = [part for part in path.split("/") if part]
    items = data.get(parts[0], []) if parts else []
    if len(parts) == 1:
        return {"value": [_at(host, item) for item in items], "nextLink": None}
    found = next((item for item in items if len(parts) > 1 and item["id"].rsplit("/", 1)[-1].lower() == parts[1].lower()), None)
    if found is None:
        raise Reply(404, {"error": {"code": "CertificateNotFound", "message": f"{'/'.join(parts[1:])} was not found in this key vault."}})
    return _at(host, {**found, **(found.get("_full") or {})})


def _at(host: str, item: Body) -> Body:
    moved: Body = json.loads(json.dumps(public(item)).replace("{vault}", f"https://{host}"))
    return moved
