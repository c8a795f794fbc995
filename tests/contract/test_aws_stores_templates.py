"""The same types before deployment: one template, and the facts that follow from it in Frankfurt."""

from __future__ import annotations

from pathlib import Path

from tests.support.aws_truth import template_rows, template_says
from tests.support.cases import each

FILE = Path(__file__).parents[2] / "fixtures" / "aws" / "stores.yaml"
#: logical id, fact, field (`-`: places, home, or why it is not known), value
TRUTH = """
Authority         Certificate   -                  unknown unsupported
Authority         AtRest        state              on
Authority         CertificateRequest key           ECDSA-secp256r1
Cert              CertificateRequest key           RSA-2048
CertMail          CertificateRequest key           RSA-1024
CertMail          CertificateRequest names         *.example.org, example.org
Cert              Transparency  state              on
CertMail          Transparency  state              off
CertOwn           Transparency  -                  none
Tls               TlsPolicy     post_quantum       True
TlsOld            TlsPolicy     post_quantum       False
Plain             TlsPolicy     -                  none
NameGood          TlsFloor      min_version        TLSv1.2
NameBad           TlsFloor      min_version        TLSv1.0
NameGood          ClientAuth    state              on
NameBad           ClientAuth    state              off
NameGood          Transit       plaintext_allowed  False
NameGood          Replicas      -
NameBad           Replicas      -                  ?
NameGood          Renewal       ok                 True
NameBad           Renewal       ok                 False
LaunchGood        AtRestDefault state              on
LaunchBad         AtRestDefault state              off
LaunchSilent      AtRestDefault -                  unknown unresolved
AgentNear         Replicas      -
AgentNear         KeyCustody    holder             customer
AgentFar          Replicas      -                  ?
AgentFar          KeyCustody    holder             provider
AgentOther        Replicas      -                  us-east-1
ProfileNear       Replicas      -                  eu-central-1
ProfileFar        Replicas      -                  ?
Hsm               Backups       keep_days          120.0
Hsm               Home          -                  eu-central-1 DE
Centre            Replicas      -                  unknown unsupported
Centre            Home          -                  eu-central-1 DE
Trusted           Certificate   key                ECDSA-secp256r1
Trusted           Certificate   anchor             True
FromNear          Replicas      -                  eu-central-1
FromFar           Replicas      -                  us-east-1
FromNear          Transit       plaintext_allowed  False
FromFar           Transit       plaintext_allowed  True
FromNear          KeyCustody    holder             customer
ToBucket          Replicas      -                  eu-central-1
ToBucket          Transit       plaintext_allowed  False
ToStream          Replicas      -                  us-east-1
ToKafka           Transit       plaintext_allowed  True
ToKafka           Replicas      -                  ?
ToRedis           Transit       plaintext_allowed  False
ToSearch          Replicas      -                  eu-central-1
TaskGood          LogPlaces     -                  eu-central-1
TaskBad           LogPlaces     -                  us-east-1
TaskGood          Replicas      -                  eu-central-1
TaskBad           Replicas      -                  us-east-1
TaskGood          Transit       plaintext_allowed  False
TaskBad           Transit       plaintext_allowed  True
WideCache         Replicas      -                  eu-central-1 us-east-1
WideCache         AtRest        -                  unknown unsupported
CacheGood         AtRest        state              on
CacheBad          AtRest        state              off
CacheValkey       AtRest        -                  unknown unresolved
CacheJoined       AtRest        -                  unknown unresolved
CacheGood         Transit       plaintext_allowed  False
CacheBad          Transit       plaintext_allowed  True
CacheHalf         Transit       plaintext_allowed  True
CacheValkey       Transit       -                  unknown unresolved
CacheJoined       Transit       -                  unknown unresolved
CacheGood         Backups       keep_days          7.0
CacheBad          Backups       enabled            False
CacheGood         KeyCustody    holder             customer
CacheBad          KeyCustody    -                  none
CacheGood         Replicas      -
CacheJoined       Replicas      -                  unknown unresolved
CacheGood         Home          -                  eu-central-1 DE
LessGood          Backups       keep_days          14.0
LessBad           Backups       enabled            False
LessGood          KeyCustody    holder             customer
Balancer          LogPlaces     -                  eu-central-1
Balancer          Home          -                  eu-central-1 DE
Tls               TlsFloor      min_version        TLSv1.2
TlsOld            TlsFloor      min_version        TLSv1.0
Tls               ClientAuth    state              on
Tls               Renewal       ok                 True
TlsOld            Renewal       ok                 False
Tls               Certificate   -                  unknown unsupported
Plain             Certificate   -                  none
Plain             Transit       plaintext_allowed  True
Redirect          Transit       plaintext_allowed  False
TargetsGood       Transit       plaintext_allowed  False
TargetsBad        Transit       plaintext_allowed  True
TargetsThrough    Transit       -                  unknown unresolved
TargetsLambda     Transit       -                  none
FilesGood         Backups       keep_days          14.0
FilesDefault      Backups       keep_days          30.0
FilesBad          Backups       enabled            False
FilesScratch      Backups       enabled            False
FilesGood         LogPlaces     -                  us-east-1
FilesGood         KeyCustody    holder             customer
FilesGood         Home          -                  eu-central-1 DE
Images            Replicas      -                  eu-central-1 us-east-1
MemoryGood        Backups       keep_days          7.0
MemoryBad         Backups       enabled            False
MemoryGood        Transit       plaintext_allowed  False
MemoryBad         Transit       plaintext_allowed  True
MemoryWide        Transit       plaintext_allowed  False
MemoryGood        KeyCustody    holder             customer
MemoryWide        Replicas      -                  unknown unresolved
Hub               Home          -                  us-east-1 US
QueriesNear       LogPlaces     -                  eu-central-1
QueriesFar        LogPlaces     -                  us-east-1
Fast              Replicas      -                  eu-central-1 us-east-1 ? ?
Fast              LogPlaces     -                  eu-central-1
Fast              Backups       enabled            True
Slow              Backups       enabled            False
Slow              Replicas      -
Slow              TlsFloor      min_version        TLSv1.3
Slow              Transit       plaintext_allowed  True
Fast              TlsFloor      min_version        TLSv1.2
DoorOwn           Replicas      -                  eu-central-1
DoorTheirs        Replicas      -                  eu-central-1 ?
Both              Replicas      -                  eu-central-1 ?
Lens              LogPlaces     -                  eu-central-1
FindingsSome      Replicas      -                  us-east-1
FindingsAll       Replicas      -                  ?
TopicGood         AtRest        state              on
TopicOther        AtRest        state              off
TopicGood         KeyCustody    holder             customer
TopicGood         Transit       plaintext_allowed  False
TopicOther        Transit       plaintext_allowed  True
TopicInline       Transit       plaintext_allowed  False
TopicGood         Exposure      public             False
SubNear           Replicas      -                  eu-central-1
SubFar            Replicas      -                  eu-central-1 us-east-1
SubWeb            Replicas      -                  ?
SubNear           Transit       plaintext_allowed  False
SubWeb            Transit       plaintext_allowed  True
QueueGood         AtRest        algorithm          AES256
QueueNamed        AtRest        algorithm          aws:kms
QueueBad          AtRest        state              off
QueueSilent       AtRest        state              on
QueueSilent       KeyCustody    holder             provider
QueueNamed        KeyCustody    holder             customer
QueueGood         Transit       plaintext_allowed  False
QueueNamed        Transit       plaintext_allowed  False
QueueBad          Transit       plaintext_allowed  True
QueueInline       Transit       plaintext_allowed  True
Sessions          Transit       detail             TLS, and end to end with a key of KMS
Sessions          LogPlaces     -                  eu-central-1
Sessions          Logs          enabled            True
Script            Transit       -                  none
Setting           AtRest        state              off
SyncFar           Replicas      -                  us-east-1
SyncOld           Replicas      -                  eu-west-1
SyncFrom          Replicas      -                  eu-west-1 ?
WafLogs           LogPlaces     -                  us-east-1
"""


@each(("name", "fact", "field", "expected"), template_rows(TRUTH))
def test_what_a_template_says(name: str, fact: str, field: str, expected: str) -> None:
    template_says(FILE, name, fact, field, expected)
