"""The same types before deployment: one template, and the facts that follow from it in Frankfurt."""

from __future__ import annotations

from pathlib import Path

from scanner.model import facts as vocabulary
from tests.support.aws_bodies import planned, said
from tests.support.aws_truth import template_rows, template_says
from tests.support.cases import each

FILE = Path(__file__).parents[2] / "fixtures" / "aws" / "networks_and_machines.yaml"
#: The certificate elsewhere might be one of the stack set's, which this file does not show; what a canary's bucket will be
#: called is known after deployment.
#: logical id, fact, field (`places`: countries known; `?`: none), value
TRUTH = """
FlowNear          Replicas      -                  eu-central-1
FlowOut           Replicas      -                  ? eu-central-1
FlowBuckets       Replicas      -                  ? ? ? eu-central-1
Uploaded          Certificate   names              mail.example.org
Uploaded          Certificate   not_after          2026-12-01 00:00:00+00:00
Uploaded          Certificate   key                ECDSA-secp256r1
Broken            Certificate   -                  unknown unparsable
GroupOwn          KeyCustody    holder             customer
GroupOwn          Deletion      guard              on
KafkaFull         Transit       plaintext_allowed  True
KafkaFull         KeyCustody    holder             customer
KafkaFull         ClientAuth    state              on
KafkaFull         LogPlaces     -                  eu-central-1
KafkaFull         Exposure      public             True
ReplicatorOut     Replicas      -                  ?
PipeEnriched      Replicas      -                  eu-central-1 us-east-1
PipelineNear      Replicas      -                  eu-central-1
NamespaceOwn      KeyCustody    holder             customer
NamespaceOwn      Logs          enabled            True
SubnetOutpost     Home          -                  unknown unresolved
SecretOwn         KeyCustody    holder             customer
DesktopOwn        KeyCustody    holder             customer
CacheGood         AtRest        state              on
CacheBad          AtRest        state              off
CacheGood         Transit       plaintext_allowed  False
CacheBad          Transit       plaintext_allowed  True
NameGood          Renewal       ok                 True
NameBad           Renewal       ok                 False
NameElsewhere     Renewal       -                  unknown unsupported
NameGood          Certificate   -                  unknown unsupported
StacksFar         Replicas      -                  eu-central-1 us-east-1
PipelineFar       Replicas      -                  us-east-1 eu-central-1 eu-central-1 ?
DaxGood           AtRest        state              on
DaxBad            AtRest        state              off
DaxGood           Transit       plaintext_allowed  False
DaxBad            Transit       plaintext_allowed  True
Directory         Replicas      -                  unknown unsupported
Directory         AtRest        state              on
TableGlobal       Replicas      -                  us-east-1
TableGlobal       Backups       enabled            False
TableGlobal       LogPlaces     -                  us-east-1
TablePlain        LogPlaces     -                  us-east-1
TablePlain        Backups       enabled            False
TablePlain        AtRest        state              on
TableKept         Backups       enabled            True
ClientVpn         Renewal       ok                 False
ClientVpn         ClientAuth    state              on
ClientVpn         Logs          enabled            False
MachineGood       Home          -                  eu-central-1a DE
MachineBad        Home          -                  us-east-1a US
MachineSilent     Home          -                  eu-central-1 DE
MachineGood       AtRest        state              on
MachineBad        AtRest        state              off
MachineRoot       AtRest        -                  unknown unresolved
MachineSilent     AtRest        -                  unknown unresolved
MachineGood       Backups       -                  unknown unsupported
TemplateGood      AtRestDefault state              on
TemplateBad       AtRestDefault state              off
TemplateSilent    AtRestDefault -                  unknown unresolved
SubnetAbroad      Home          -                  eu-west-3-wl1-cmn-wlz-1 MA
SubnetNear        Home          -                  eu-central-1 DE
Transit           Replicas      -                  us-east-1
Net               LogPlaces     -                  us-east-1
Net               Logs          enabled            True
DoorFar           Replicas      -                  us-east-1
PeeringFar        Replicas      -                  us-east-1
PeeringNear       Replicas      -
VpnStrong         Transit       detail             IPsec with AES-256 and groups of at least 2048 bits
VpnDefault        Transit       detail             IPsec, which also allows AES128, Diffie-Hellman group 2
Disk              Home          -                  us-east-1a US
Disk              AtRest        state              off
Disk              Backups       -                  unknown unsupported
Kube              Home          -                  eu-central-1 DE
ClassicGood       Transit       plaintext_allowed  False
ClassicBad        Transit       plaintext_allowed  True
ClassicGood       TlsFloor      min_version        TLSv1.2
ClassicBad        TlsFloor      min_version        TLSv1.0
ClassicGood       Renewal       ok                 True
ClassicBad        Renewal       ok                 False
ClassicGood       LogPlaces     -                  eu-central-1
ClassicGood       Logs          enabled            True
KeySingle         Replicas      -
KeyMany           Replicas      -                  unknown unsupported
ReplicaKey        Replicas      -                  us-east-1
ReplicaKey        Home          -                  eu-central-1 DE
ReplicaKey        Exposure      public             False
Delivery          LogPlaces     -                  us-east-1
Destination       LogPlaces     -                  us-east-1
DestinationNear   LogPlaces     -                  eu-central-1
Group             LogPlaces     -                  us-east-1
Group             KeyCustody    holder             provider
Filter            LogPlaces     -                  us-east-1
KafkaDefault      Transit       plaintext_allowed  False
KafkaBad          Transit       plaintext_allowed  True
KafkaBad          AtRest        state              on
Replicator        Replicas      -                  eu-central-1 us-east-1
Core              Replicas      -                  eu-central-1 us-east-1
PipeFar           Replicas      -                  us-east-1
PipeOut           Replicas      -                  ?
Namespace         BackupPlaces  -                  us-east-1
WorkgroupDefault  Transit       plaintext_allowed  False
WorkgroupBad      Transit       plaintext_allowed  True
WorkgroupBad      Exposure      public             True
MailGood          Transit       plaintext_allowed  False
MailBad           Transit       plaintext_allowed  True
MailBad           LogPlaces     -                  us-east-1
MailGood          LogPlaces     -                  eu-central-1 eu-central-1
Identity          Home          -                  eu-central-1 DE
Endpoint          Replicas      -                  us-east-1
SecretFar         Replicas      -                  us-east-1
SecretNear        Replicas      -
SecretNear        KeyCustody    holder             provider-for-customer
Canary            LogPlaces     -                  unknown unresolved
CanaryFixed       LogPlaces     -                  ?
DesktopGood       AtRest        state              on
DesktopBad        AtRest        state              off
"""


@each(("name", "fact", "field", "expected"), template_rows(TRUTH))
def test_facts_follow_from_the_template(name: str, fact: str, field: str, expected: str) -> None:
    template_says(FILE, name, fact, field, expected)


def test_without_a_region_what_stands_in_the_stack_has_no_place() -> None:
    for name in ("Kube", "SubnetNear", "MachineSilent"):
        assert said(planned(FILE, "")[name].facts[vocabulary.Home]) == "unknown unresolved"
    assert said(planned(FILE, "")["FlowOut"].facts[vocabulary.Replicas]) == ["?", "?"]
