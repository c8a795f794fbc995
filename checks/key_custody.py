"""Who holds the key?"""

from scanner.sdk import Holder, KeyCustody, Outcome, Reason, Resource, Severity, bad, check, dataclass, fails, good, passes, say, unsure_of

_ORDER = (Holder.PROVIDER, Holder.PROVIDER_FOR_CUSTOMER, Holder.CUSTOMER, Holder.EXTERNAL)
_WORDS = {
    Holder.PROVIDER: say("held by the provider alone"),
    Holder.PROVIDER_FOR_CUSTOMER: say("managed by the provider for the customer"),
    Holder.CUSTOMER: say("the customer's own"),
    Holder.EXTERNAL: say("held outside the provider"),
}


@dataclass(frozen=True)
class Params:
    """Who has to hold the key at least: `provider`, `provider-for-customer`, `customer` or `external`."""

    holder: str = "customer"

    def __post_init__(self) -> None:
        if self.holder not in list(Holder):
            raise ValueError(f"holder = {self.holder!r} is none of {', '.join(_ORDER)}")


@check(
    id="key-custody",
    needs=KeyCustody,
    # Low: a provider-held key is sound encryption. It weighs more only for who promised otherwise; a promise may say so.
    severity=Severity.LOW,
    since="0.1",
    cites=("GDPR Art. 32(1)(a)", "ISO/IEC 27001:2022 A.8.24", "DORA RTS 2024/1774 Art. 7", "BSI C5:2026 CRY-19"),
    params=Params,
)
def key_custody(res: Resource, custody: KeyCustody, params: Params) -> Outcome:
    """The key that protects the data is held by who was promised to hold it.

    Why: who holds the key decides who can read the data and who can end access to it. With a key of its own a
    customer can revoke it, see its use in the log, and leave the provider with nothing but noise. With a
    key of the provider none of this is possible.

    Remedy: make a key in the key service (AWS KMS, Azure Key Vault), let the resource use it, and encrypt existing
    data again. Against a provider that may be compelled to hand out data only a key outside of it helps.
    """
    key = f" ({custody.key})" if custody.key else ""
    if _ORDER.index(custody.holder) < _ORDER.index(Holder(params.holder)):
        return fails(
            say("{name}: the key{key} is {holder}, promised is a key {promised}", name=res.ref.name, key=key, holder=_WORDS[custody.holder], promised=_WORDS[Holder(params.holder)])
        )
    return passes(say("{name}: the key{key} is {holder}", name=res.ref.name, key=key, holder=_WORDS[custody.holder]))


EXAMPLES = (
    good(KeyCustody(Holder.CUSTOMER, "alias/data")),
    good(KeyCustody(Holder.EXTERNAL)),
    good(KeyCustody(Holder.PROVIDER_FOR_CUSTOMER), holder="provider-for-customer"),
    bad(KeyCustody(Holder.PROVIDER)),
    bad(KeyCustody(Holder.PROVIDER_FOR_CUSTOMER, "aws/ebs")),
    bad(KeyCustody(Holder.CUSTOMER), holder="external"),
    unsure_of(Reason.DENIED),
)
