"""IAM Roles Anywhere: the authorities whose certificates open roles."""

import re
from typing import Any

from providers.aws.pem import from_pem
from scanner.sdk import Certificate, Home, List, NotApplicable, Ref, TypeDecl, derive, fact, here, never_others

_ONE = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.S)


def _first_to_end(ref: Ref, kinds: tuple[Any, ...], bundles: tuple[Any, ...]) -> Certificate:
    """Of the certificates that an anchor trusts the one that ends first."""
    if any(str(kind) == "AWS_ACM_PCA" for kind in kinds):
        raise NotApplicable("a private authority of ACM, which is asked itself")
    found = [from_pem(ref, (pem,)) for bundle in bundles for pem in _ONE.findall(str(bundle))]
    if not found:
        raise ValueError("the anchor holds no certificate")
    return min(found, key=lambda one: one.not_after)


TRUST_ANCHOR = TypeDecl(
    "AWS::RolesAnywhere::TrustAnchor",
    live=List("rolesanywhere", "list_trust_anchors", each="trustAnchors", id="trustAnchorArn", name="name"),
    facts=(
        fact(Home, place=here()),
        fact(
            Certificate,
            derive(_first_to_end, live=("source.sourceType", "source.sourceData.x509CertificateData"), cfn=("Source.SourceType", "Source.SourceData.X509CertificateData")),
        ),
    ),
    never=never_others(Home, Certificate, why="names an authority whose certificates are accepted; it holds no data and serves nothing"),
)
