"""Microsoft.HDInsight"""

from providers.azure.edges import HOSTS, of_host
from providers.azure.excuses import COMMON, GUARDED, KEYS_APART, LOCKS, LOGGED, NO_BACKUPS, PLATFORM_CERTIFICATE, diagnostics
from providers.azure.reading import named_key
from scanner.sdk import (
    OFF,
    Arm,
    AtRest,
    Exposure,
    Home,
    KeyCustody,
    PasswordLogin,
    Replicas,
    TlsFloor,
    Transit,
    TypeDecl,
    boolean,
    choice,
    derive,
    fact,
    flag,
    here,
    traced,
    unread,
)

CLUSTER = TypeDecl(
    "Microsoft.HDInsight/clusters",
    live=Arm("2021-06-01"),
    details=(diagnostics(), LOCKS),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(Replicas, places=traced(of_host, *sorted(set(HOSTS.values())), arm="properties.storageProfile.storageaccounts[].name")),
        # DiskEncryptionProperties in the REST reference: off by default; without it temporary disks and caches are not encrypted
        fact(AtRest, state=flag(arm="properties.diskEncryptionProperties.encryptionAtHost", absent=OFF), detail="temporary disks and caches of its nodes"),
        fact(KeyCustody, derive(named_key, arm="properties.diskEncryptionProperties.keyName")),
        # Microsoft Learn, IPSec encryption in transit for HDInsight: off unless chosen when the cluster is made
        fact(
            Transit,
            plaintext_allowed=boolean(arm="properties.encryptionInTransitProperties.isEncryptionInTransitEnabled", negate=True, absent=True),
            detail="between its nodes",
        ),
        # Microsoft Learn, TLS in HDInsight: 1.2 is what clusters accept unless another one was chosen
        fact(TlsFloor, min_version=choice({"1.0": "TLSv1.0", "1.1": "TLSv1.1", "1.2": "TLSv1.2", "1.3": "TLSv1.3"}, arm="properties.minSupportedTlsVersion", absent="TLSv1.2")),
        fact(PasswordLogin, unread("whether its nodes take a password or only keys over SSH is not shown after they were made")),
        fact(Exposure, unread("needs the network that it stands in, with its rules and its gateway")),
        GUARDED,
        *LOGGED,
    ),
    never={**COMMON, **KEYS_APART, **NO_BACKUPS, **PLATFORM_CERTIFICATE},
)
