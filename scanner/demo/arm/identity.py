"""Tokens: the endpoints of Entra ID and of a managed identity, and the check of what Resource Manager gets."""

from __future__ import annotations

import base64
import re
import time
import urllib.parse
import uuid

from scanner.demo.arm.reply import Body, Reply, encode, error

OBJECT_ID = "11111111-2222-3333-4444-555555555555"
_AADSTS = (
    "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app"
)


class Identity:
    """Issues tokens (to any client, or to those with the right secret) and knows them again. Signatures are not real."""

    def __init__(self, tenant: str, *, secret: str | None = None, lifetime: int = 3599) -> None:
        self.tenant, self.secret, self.lifetime = tenant, secret, lifetime
        self._tokens: dict[str, float] = {}

    def route(self, method: str, host: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes) -> Body | None:
        """The answer of an identity endpoint; None if the path is none of them. Raises Reply."""
        low, base = path.lower(), f"https://{host}"
        if method == "POST" and (match := re.fullmatch(r"/([^/]+)/oauth2(/v2\.0)?/token", low)):
            return self.issue(dict(urllib.parse.parse_qsl(body.decode())), match[1])
        if match := re.fullmatch(r"/([^/]+)(/v2\.0)?/\.well-known/openid-configuration", low):
            return _openid(base, match[1])
        if low.endswith("/discovery/instance"):
            aliases = ["login.microsoftonline.com", "login.windows.net", host.split(":")[0]]
            return {
                "tenant_discovery_endpoint": f"{base}/{self.tenant}/v2.0/.well-known/openid-configuration", "api-version": "1.1",
                "metadata": [{"preferred_network": aliases[0], "preferred_cache": aliases[1], "aliases": aliases}],
            }  # fmt: skip
        if low == "/metadata/identity/oauth2/token":
            if headers.get("metadata", "").lower() != "true":
                raise Reply(400, {"error": "invalid_request", "error_description": "Required metadata header not specified"})
            token = self.issue({"client_id": query.get("client_id", ""), "resource": query.get("resource", "")}, self.tenant)
            return {**token, "expires_in": str(self.lifetime), "expires_on": str(int(time.time()) + self.lifetime), "resource": query.get("resource", "")}
        if low == "/metadata/endpoints":
            return described(base, self.tenant)
        return None

    def issue(self, form: dict[str, str], tenant: str) -> Body:
        """A token. Raises Reply when the secret is wrong."""
        client = form.get("client_id", "")
        if self.secret and form.get("client_secret") != self.secret and form.get("grant_type") == "client_credentials":
            raise Reply(401, {"error": "invalid_client", "error_description": f"{_AADSTS} '{client}'.", "error_codes": [7000215]})
        now = int(time.time())
        claims = {
            "aud": (form.get("scope") or form.get("resource") or "").replace("/.default", ""), "iss": f"https://sts.windows.net/{tenant}/", "iat": now, "nbf": now,
            "exp": now + self.lifetime, "appid": client, "oid": OBJECT_ID, "tid": tenant, "ver": "1.0", "jti": uuid.uuid4().hex,
        }  # fmt: skip
        token = ".".join([*(base64.urlsafe_b64encode(encode(part)).rstrip(b"=").decode() for part in ({"typ": "JWT", "alg": "RS256", "kid": "replay"}, claims)), "c2ln"])
        self._tokens[token] = now + self.lifetime
        return {"token_type": "Bearer", "expires_in": self.lifetime, "ext_expires_in": self.lifetime, "access_token": token}

    def authenticate(self, headers: dict[str, str]) -> str:
        """Object id of the caller. Raises Reply with a challenge."""
        given = headers.get("authorization", "")
        challenge = {"WWW-Authenticate": f'Bearer authorization_uri="https://login.windows.net/{self.tenant}", error="invalid_token"'}
        if not given:
            raise error(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.", challenge)
        expires = self._tokens.get(given[7:].strip()) if given.lower().startswith("bearer ") else None
        if expires is None:
            raise error(401, "InvalidAuthenticationToken", "The access token is invalid.", challenge)
        if expires < time.time():
            raise error(401, "ExpiredAuthenticationToken", "The access token expiry UTC time is earlier than the current UTC time.", challenge)
        return OBJECT_ID


def described(base: str, tenant: str) -> Body:
    """What a Resource Manager says of its cloud (the shape of api-versions since 2019-05-01 has a list of them; one is enough here)."""
    return {
        "name": "Replay", "resourceManager": base, "microsoftGraphResourceId": "https://graph.microsoft.com/",
        "authentication": {"loginEndpoint": base, "audiences": [base, "https://management.azure.com/"], "tenant": tenant, "identityProvider": "AAD"},
        "suffixes": {"keyVaultDns": "vault.azure.net", "storage": "core.windows.net"},
    }  # fmt: skip


def _openid(base: str, tenant: str) -> Body:
    return {
        "token_endpoint": f"{base}/{tenant}/oauth2/v2.0/token", "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": f"{base}/{tenant}/discovery/v2.0/keys", "issuer": f"{base}/{tenant}/v2.0", "authorization_endpoint": f"{base}/{tenant}/oauth2/v2.0/authorize",
        "device_authorization_endpoint": f"{base}/{tenant}/oauth2/v2.0/devicecode", "tenant_region_scope": "EU", "cloud_instance_name": "microsoftonline.com",
    }  # fmt: skip
