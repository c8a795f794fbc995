"""A read-only replay of Azure Resource Manager over TLS on loopback: for `houvast demo azure` and the tests.

There is no official emulator. This one serves an estate (JSON: subscriptions, resource groups, full resource bodies)
with the listing, paging, api-version, throttling and error behaviour that a scanner meets, a token endpoint, a small
Azure Resource Graph and the metadata of Key Vaults. Faults are injected by rules (see `faults.py`).

    with ArmReplay(estate, tls_dir=folder) as arm:
        …  # arm.url, arm.ca_file, arm.tenant

Limits of realism: authorization is yes or no, a token is never checked for its audience, one api-version's body stands
for all versions, there is no eventual consistency, and the dialects of single services are not reproduced.
"""

from scanner.demo.arm.server import ArmReplay

__all__ = ["ArmReplay"]
