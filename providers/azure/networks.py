"""Who reaches a service and by what, for services with switches of their own. Each argument is a tuple, empty if absent."""

from __future__ import annotations

from typing import Any

from scanner.sdk import Exposure, Reason, Ref, Transit, Unresolvable

Values = tuple[Any, ...]


def open_unless_linked(_ref: Ref, public: Values, links: Values) -> Exposure:
    """Without a word about it, public access goes off with the first private endpoint (Microsoft Learn, Private endpoints for App Configuration)."""
    word = str(public[0]).lower() if public else ""
    if word == "disabled" or (not word and links):
        return Exposure(False, f"public network access is {public[0]}" if public else "it has a private endpoint, which closes public access")
    return Exposure(True, "public network access is not switched off")


def spring_transit(_ref: Ref, apps: Values, https: Values, inside: Values) -> Transit:
    """Both switches are off by default (REST reference, AppResourceProperties)."""
    plain, open_behind = (len(apps) - sum(value is True for value in values) for values in (https, inside))
    found = [f"{plain} of {len(apps)} apps take plain HTTP"] if plain else []
    found += [f"{open_behind} of {len(apps)} are reached without TLS behind the ingress"] if open_behind else []
    return Transit(bool(found), ", ".join(found))


def volume_transit(_ref: Ref, protocols: Values, smb: Values, kerberos: Values, rules: Values, private: Values) -> Transit:
    """A NetApp volume: SMB is encrypted by a switch, NFS only by Kerberos with privacy (krb5p) in every export rule; NFSv3 never."""
    plain: list[str] = []
    for protocol in protocols or ("NFSv3",):  # the default in the REST reference
        word = str(protocol).lower()
        if word == "cifs":
            plain += [] if any(value is True for value in smb) else ["SMB without encryption"]
        elif word == "nfsv4.1":
            secret = any(value is True for value in kerberos) and bool(private) and len(private) == len(rules)
            plain += [] if secret else ["NFSv4.1 without krb5p"]
        elif word == "nfsv3":
            plain.append("NFSv3")
        else:
            raise Unresolvable(Reason.UNPARSABLE, f"{protocol!r} is no known protocol")
    return Transit(bool(plain), ", ".join(plain) or ", ".join(map(str, protocols)))


def instance_exposure(_ref: Ref, public: Values) -> Exposure:
    """A managed instance stands in a network; its public endpoint is a switch, off by default (REST reference)."""
    on = any(value is True for value in public)
    return Exposure(on, "its public endpoint is on" if on else "it stands in a virtual network, and its public endpoint is off")
