"""Is the certificate that is served the one that the cloud holds for it?"""

from collections.abc import Iterable, Iterator

from scanner.sdk import (
    Certificate,
    Endpoint,
    Endpoints,
    Estate,
    Known,
    Outcome,
    Reason,
    Resource,
    SecondCertificate,
    Severity,
    Unknown,
    bad,
    estate_check,
    fails,
    good,
    passes,
    say,
    unsure,
    unsure_of,
)

_PROBED = "TLS::Endpoint"


@estate_check(
    id="certificate-served",
    needs=(Endpoints, Certificate, SecondCertificate),
    severity=Severity.HIGH,
    since="0.1",
    cites=("RFC 9525, 6", "ISO/IEC 27001:2022 A.8.24", "NIST SP 1800-16B, 5"),
)  # fmt: skip
def certificate_served(estate: Estate) -> Iterable[tuple[Resource, Outcome, str]]:
    """The certificate that an endpoint serves is the one that the cloud holds for it.

    Why: a renewed certificate protects nobody while the old one is still served. A name that leads to another machine, a
    listener that was never updated, a second account that answers: all of them look right in the console and wrong to
    clients. Only a real handshake shows it.

    Remedy: look where the name leads, and at the certificate of the listener, distribution or domain behind it. Endpoints
    are probed with `houvast scan aws --endpoints`; without a probe there is no answer.
    """
    probed = _by_place(estate)
    held = {resource.ref.id.lower(): resource for resource in estate.resources if Certificate in resource.facts and resource.ref.type != _PROBED}
    for resource, found in estate.with_fact(Endpoints):
        if resource.dialect != "live" or not probed:  # nothing was probed by choice: nothing is said, and no promise is kept
            continue
        if isinstance(found, Unknown):
            yield resource, unsure(found.reason, found.detail or say("where it is reached was not read")), "Endpoints"
            continue
        for endpoint in found.value.at:
            if endpoint.certificates and endpoint.public:
                yield resource, _compared(resource, endpoint, held, probed.get((endpoint.host.lower().removesuffix("."), endpoint.port), [])), "Endpoints"


def _by_place(estate: Estate) -> dict[tuple[str, int], list[Resource]]:
    """Probed endpoints by host and port; a host with several addresses has several."""
    found: dict[tuple[str, int], list[Resource]] = {}
    for resource in estate.resources:
        if resource.ref.type == _PROBED:
            port = resource.ref.id.partition("@")[0].rpartition(":")[2]
            found.setdefault((resource.ref.name.lower(), int(port) if port.isdigit() else 0), []).append(resource)
    return found


def _compared(resource: Resource, endpoint: Endpoint, held: dict[str, Resource], seen: list[Resource]) -> Outcome:
    where = f"{endpoint.host}:{endpoint.port}"
    if not seen:
        return unsure(Reason.NOT_COLLECTED, say("{where} was not probed", where=where))
    wanted: list[Certificate] = []
    for name in endpoint.certificates:
        known = _certificate(held.get(name.lower()) or _by_short_id(held, name))
        if isinstance(known, Unknown):
            return unsure(known.reason, say("what {id} holds was not read: {why}", id=name, why=known.detail or known.reason.value))
        wanted.append(known)
    doubt: Outcome | None = None
    for probe in seen:
        for one in _served(probe):
            if isinstance(one, Unknown):
                doubt = doubt or unsure(one.reason, _untold(probe, one.detail or one.reason.value))
                continue
            answers = [_same(one.value, other) for other in wanted]
            if None in answers:
                doubt = doubt or unsure(Reason.UNSUPPORTED, _untold(probe, say("neither serial nor fingerprint is shown")))
            elif not any(answers):
                return fails(_other(resource, probe, one.value, wanted))
    if doubt is not None:
        return doubt
    return passes(say("{where} serves the certificate that is held for {name}", where=where, name=resource.ref.name))


def _untold(probe: Resource, why: str) -> str:
    return say("which certificate {where} serves cannot be told: {why}", where=probe.ref.label, why=why)


def _other(resource: Resource, probe: Resource, stranger: Certificate, wanted: list[Certificate]) -> str:
    newest = max(wanted, key=lambda one: one.not_after)
    age = say("an older one") if stranger.not_after < newest.not_after else say("another one")
    return say(
        "{where} serves {age} than is held for {name}: it ends on {served}, the one that is held on {held}",
        where=probe.ref.label, age=age, name=resource.ref.name, served=f"{stranger.not_after:%Y-%m-%d}", held=f"{newest.not_after:%Y-%m-%d}",
    )  # fmt: skip


def _certificate(resource: Resource | None) -> Certificate | Unknown:
    if resource is None:
        return Unknown(Reason.NOT_COLLECTED, say("it was not among the certificates that were read"))
    found = resource.facts[Certificate]
    return found if isinstance(found, Unknown) else found.value


def _by_short_id(held: dict[str, Resource], name: str) -> Resource | None:
    """CloudFront names a certificate of IAM by its bare id or name."""
    close = [resource for key, resource in held.items() if name and (key.endswith(f"/{name.lower()}") or resource.ref.name == name)]
    return close[0] if len(close) == 1 else None


def _served(probe: Resource) -> Iterator[Known[Certificate] | Unknown]:
    """The leaf or leaves that an endpoint shows; it may hold an RSA and an ECDSA certificate."""
    for kind in (Certificate, SecondCertificate):
        if kind in probe.facts:
            yield probe.facts[kind]


def _same(one: Certificate, other: Certificate) -> bool | None:
    """By fingerprint where both show it, else by serial number and end; None where neither can be compared."""
    if one.fingerprint and other.fingerprint:
        return one.fingerprint.lower() == other.fingerprint.lower()
    if one.serial and other.serial:
        return _serial(one) == _serial(other) and one.not_after == other.not_after
    return None


def _serial(certificate: Certificate) -> str:
    return certificate.serial.lower().replace(":", "").lstrip("0")


_HELD = Endpoints((Endpoint("www.example.org", certificates=("arn:aws:acm:eu-west-1:111122223333:certificate/1",)),))

#: What is compared stands in other resources: tests/unit/test_certificate_served.py has them.
EXAMPLES = (
    good(_HELD, name="the probe met the certificate that is held"),
    bad(_HELD, name="the probe met an older one"),
    unsure_of(Reason.DENIED, name="what is held was not read"),
)
