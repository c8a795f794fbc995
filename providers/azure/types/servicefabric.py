"""Microsoft.ServiceFabric"""

from providers.azure.excuses import COMMON, GUARDED, KEYS_APART, LOCKS, NO_BACKUPS, NO_LOGIN, NO_LOGS
from providers.azure.flows import cluster_certificate, protection_level
from scanner.sdk import Arm, AtRest, Certificate, ClientAuth, Exposure, Home, KeyCustody, Renewal, Replicas, TlsFloor, Transit, TypeDecl, derive, fact, here, never, nowhere, unread

CLUSTER = TypeDecl(
    "Microsoft.ServiceFabric/clusters",
    live=Arm("2021-06-01"),
    details=(LOCKS,),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(Replicas, places=nowhere("Microsoft Learn, Disaster recovery in Azure Service Fabric: a cluster of Azure stands in one region")),
        fact(
            Transit,
            derive(protection_level, arm="properties.fabricSettings[?name=='Security'].parameters[?name=='ClusterProtectionLevel'].value"),
        ),
        fact(TlsFloor, unread("which versions its gateways accept is seen on the wire only: scan the endpoint")),
        fact(
            ClientAuth,
            state=derive(
                cluster_certificate,
                arm=("properties.certificate.thumbprint", "properties.certificateCommonNames.commonNames[].certificateCommonName"),
            ),
        ),
        fact(Certificate, unread("only the thumbprint of its certificate is shown; the certificate lies in a vault or on the machines: scan the endpoint")),
        fact(Exposure, unread("needs the balancer and the network that its machines stand behind")),
        GUARDED,
    ),
    never={
        **COMMON, **KEYS_APART, **NO_BACKUPS, **NO_LOGIN, **NO_LOGS,
        **never(AtRest, KeyCustody, why="the data lies on the disks of its scale sets, which are resources of their own"),
        **never(Renewal, why="goes with the certificate, which lies in a vault"),
    },
)  # fmt: skip
