"""Who holds the key that something names: answered from the name where it says so, else by the key itself."""

from typing import Any

from scanner.sdk import Holder, KeyCustody, NotApplicable, Reason, Ref, Unresolvable, of, text

ENCRYPTED_OR_KEY = "KmsKeyId || Encrypted"
"""The key, else whether there is encryption at all."""


def early_holder(_: Ref, name: str) -> Holder | None:
    """From the name alone: an algorithm of S3, an alias of AWS, or that nothing is encrypted. None: ask for the key."""
    match name.lower():
        case "aes256" | "aws_owned_kms_key" | "s3_managed_key":
            return Holder.PROVIDER
        case "aws:kms" | "aws:kms:dsse" | "kms" | "kms_dsse":
            return Holder.PROVIDER_FOR_CUSTOMER
        case "false":
            raise NotApplicable("not encrypted: there is no key")
        case "true":
            raise Unresolvable(Reason.UNRESOLVED, "encrypted with the service's default key, which is not named")
    return Holder.PROVIDER_FOR_CUSTOMER if name.startswith("alias/aws/") or ":alias/aws/" in name else None


def holder_of(live: str | None, cfn: str | None, *, absent: Any = None, on: Holder | None = None, off: Holder | None = None) -> Any:
    """`KeyCustody.holder` by a path to a key (or to what stands for it). `on` and `off`: who holds it where only a switch
    is shown, for services that document it."""

    def early(ref: Ref, name: str) -> Holder | None:
        said = {"true": on, "false": off}.get(name.lower())
        return said or early_holder(ref, name)

    more = {"absent": absent} if absent is not None else {}
    return of("AWS::KMS::Key", KeyCustody, "holder", live=live, cfn=cfn, early=early, **more)


def key_name(live: str | None, cfn: str | None = None) -> Any:
    """`KeyCustody.key`: the id of the key, where one is named."""
    return text(live=live, cfn=cfn or live, absent=None)
