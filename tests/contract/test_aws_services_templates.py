"""The same types before deployment: one template, and the facts that follow from it in Frankfurt."""

from __future__ import annotations

from pathlib import Path

from scanner.model import facts as vocabulary
from tests.support.aws_bodies import planned, said
from tests.support.aws_truth import template_rows, template_says
from tests.support.cases import each

FILE = Path(__file__).parents[2] / "fixtures" / "aws" / "services.yaml"
#: logical id, fact, field (`-`: places, countries known; `?`: none), value
TRUTH = """
BrokerFar        Replicas        -                  us-east-1
BrokerNear       Replicas        -
BrokerFar        Exposure        public             True
BrokerFar        KeyCustody      holder             customer
BrokerNear       KeyCustody      holder             provider
BrokerFar        Logs            enabled            True
NameGood         Replicas        -
NameBad          Replicas        -                  ?
NameSilent       Replicas        -                  ?
NameNear         Replicas        -
NameGood         TlsFloor        min_version        TLSv1.3
NameBad          TlsFloor        min_version        TLSv1.0
NameSilent       TlsFloor        min_version        TLSv1.2
NameGood         Renewal         ok                 True
NameBad          Renewal         ok                 False
NameGood         Certificate     -                  unknown unsupported
NameGood         ClientAuth      state              on
ApiGood          Replicas        -
ApiSilent        Replicas        -                  ?
ApiPrivate       Replicas        -
ApiGood          TlsFloor        min_version        TLSv1.2
ApiSilent        TlsFloor        min_version        TLSv1.0
ApiPrivate       TlsFloor        min_version        TLSv1.2
ApiUnknown       TlsFloor        -                  unknown unresolved
StageGood        AtRest          state              on
StageBad         AtRest          state              off
StagePlain       AtRest          -                  none
StageGood        Certificate     -                  unknown unsupported
StageBad         Certificate     -                  none
StageGood        LogPlaces       -                  eu-central-1
StageBad         LogPlaces       -                  us-east-1
StagePlain       Logs            enabled            False
ExportFar        LogPlaces       -                  us-east-1
TrailFar         LogPlaces       -                  eu-central-1 us-east-1
TrailFar         Logs            detail             all regions, a trail of the organization
StoreSilent      LogPlaces       -                  eu-central-1
StoreSilent      Deletion        guard              on
StoreSilent      Logs            keep_days          366.0
StoreOwn         LogPlaces       -
StoreOwn         Deletion        guard              off
StoreOwn         KeyCustody      holder             customer
MetricsFar       LogPlaces       -                  us-east-1
LinkFar          LogPlaces       -                  us-east-1
GatherFar        LogPlaces       -                  us-east-1
GatherFar        BackupPlaces    -                  eu-west-1 us-west-2
IncidentsFar     Replicas        -                  eu-central-1 us-east-1
LakeFar          LogPlaces       -                  us-east-1
LakeFar          KeyCustody      holder             customer
LakeOwn          KeyCustody      holder             provider
IndexAll         Replicas        -                  eu-central-1
IndexOwn         Replicas        -
Pool             Replicas        -                  us-east-1 us-west-2
Pool             Renewal         ok                 False
Pool             Deletion        guard              on
PoolPlain        Replicas        -
PoolPlain        Certificate     -                  none
PoolPlain        Deletion        guard              off
LifecycleDaily   Backups         keep_days          30.0
LifecycleDaily   BackupPlaces    -                  eu-west-1
LifecycleDaily   BackupEncryption state             on
LifecycleFar     Backups         every_hours        168.0
LifecycleFar     BackupPlaces    -                  us-east-1
LifecycleFar     BackupEncryption state             off
LifecycleEvent   Backups         -                  none
LifecycleEvent   BackupPlaces    -                  us-west-2
LifecycleEvent   BackupEncryption state             on
LifecycleDefault Backups         every_hours        48.0
LifecycleDefault Backups         keep_days          5.0
LifecycleDefault BackupPlaces    -                  us-east-2
LifecyclePlain   Backups         enabled            False
DsqlPair         Replicas        -                  us-west-2 us-east-1
DsqlPair         Deletion        guard              on
DsqlPair         KeyCustody      holder             customer
DsqlPair         Backups         -                  unknown unsupported
DsqlAlone        Replicas        -
DocGood          Transit         plaintext_allowed  False
DocGood          TlsFloor        min_version        TLSv1.3
DocGood          AtRest          state              on
DocGood          Backups         keep_days          14.0
DocGood          Logs            enabled            True
DocBad           Transit         plaintext_allowed  True
DocBad           AtRest          state              off
DocBad           TlsFloor        -                  unknown unresolved
DocPlain         Transit         plaintext_allowed  False
DocPlain         AtRest          -                  unknown unresolved
DocPlain         TlsFloor        min_version        TLSv1.0
DocDefault       Transit         plaintext_allowed  False
DocDefault       Backups         keep_days          1.0
DocOne           Home            -                  us-east-1a US
DocWorld         AtRest          state              off
DocWorld         Replicas        -                  unknown unsupported
GraphOne         Home            -                  us-east-1a US
GraphOne         Exposure        public             True
GroupOn          Transit         plaintext_allowed  False
GroupOff         Transit         plaintext_allowed  True
SqlGood          Home            -                  eu-central-1b DE
SqlGood          Transit         plaintext_allowed  False
SqlGood          TlsFloor        min_version        TLSv1.2
SqlGood          Certificate     not_after          2121-05-01 00:00:00+00:00
SqlGood          BackupPlaces    -                  eu-west-1
SqlGood          Replicas        -                  unknown unsupported
SqlBad           Home            -                  us-east-1a US
SqlBad           Transit         plaintext_allowed  True
SqlBad           AtRest          state              off
SqlBad           Backups         enabled            False
SqlBad           BackupPlaces    -                  us-east-1
SqlBad           Certificate     not_after          2024-08-22 00:00:00+00:00
SqlReplica       Replicas        -                  us-east-1
SqlBeside        Replicas        -                  unknown unsupported
SqlOldGroup      Transit         plaintext_allowed  True
SqlNewGroup      Transit         plaintext_allowed  False
SqlNewGroup      TlsFloor        -                  unknown unresolved
SqlNamed         Transit         plaintext_allowed  False
SqlForeign       Transit         -                  unknown unresolved
SqlByEngine      Transit         plaintext_allowed  False
SqlByEngine      TlsFloor        -                  unknown unresolved
SqlByEngine      Certificate     -                  unknown unresolved
SqlOlder         Transit         plaintext_allowed  True
SqlNoVersion     Transit         -                  unknown unresolved
MySqlGood        Transit         plaintext_allowed  False
MySqlGood        TlsFloor        min_version        TLSv1.2
MySqlBad         Transit         plaintext_allowed  True
MySqlNew         Transit         -                  unknown unresolved
MySqlByEngine    Transit         plaintext_allowed  True
MsSqlGood        Transit         plaintext_allowed  False
MsSqlGood        TlsFloor        min_version        TLSv1.2
MsSqlByEngine    Transit         plaintext_allowed  True
AuroraGood       Transit         plaintext_allowed  False
AuroraGood       TlsFloor        min_version        TLSv1.3
AuroraBad        Transit         plaintext_allowed  True
AuroraBad        TlsFloor        min_version        TLSv1.0
AuroraBad        Replicas        -                  us-east-1
AuroraDefault    Transit         plaintext_allowed  True
AuroraOdd        TlsFloor        min_version        TLSv1.0
AuroraMember     Transit         plaintext_allowed  False
AuroraMember     TlsFloor        min_version        TLSv1.3
SqlWorld         AtRest          state              off
SqlWorldSilent   AtRest          -                  unknown unresolved
SqlWorldSilent   Deletion        guard              off
SqlSnapshot      AtRest          -                  unknown unsupported
SqlSnapshot      Replicas        -
ProxyGood        Transit         plaintext_allowed  False
ProxyBad         Transit         plaintext_allowed  True
RedshiftGood     Home            -                  eu-central-1a DE
RedshiftGood     Transit         plaintext_allowed  False
RedshiftGood     AtRest          state              on
RedshiftGood     Backups         keep_days          7.0
RedshiftGood     BackupPlaces    -                  eu-west-1
RedshiftGood     Logs            enabled            True
RedshiftGood     Certificate     -                  none
RedshiftBad      Transit         plaintext_allowed  True
RedshiftBad      AtRest          state              off
RedshiftBad      Backups         enabled            False
RedshiftBad      BackupPlaces    -                  us-east-1
RedshiftBad      LogPlaces       -                  eu-central-1
RedshiftBad      Exposure        public             True
RedshiftSilent   AtRest          -                  unknown unresolved
RedshiftSilent   Transit         plaintext_allowed  False
RedshiftSilent   Backups         keep_days          1.0
RedshiftSilent   Logs            enabled            False
RedshiftNamed    Transit         plaintext_allowed  True
Registry         KeyCustody      holder             customer
RegistryPlain    KeyCustody      holder             provider
RegistryPublic   Replicas        -                  ?
CacheHub         Replicas        -                  ?
CacheFar         Replicas        -                  us-east-1
Copied           Replicas        -                  us-east-1
SparkGood        LogPlaces       -                  ?
SparkGood        AtRest          state              on
SparkGood        Transit         plaintext_allowed  False
SparkGood        Deletion        guard              on
SparkBad         AtRest          state              off
SparkBad         Transit         plaintext_allowed  True
SparkBare        AtRest          -                  unknown unresolved
SparkBare        Transit         plaintext_allowed  True
Door             Replicas        -                  us-east-1
DoorEmpty        Replicas        -                  ?
CarryGood        Transit         plaintext_allowed  False
CarryGood        LogPlaces       -                  eu-central-1
CarryBad         Transit         plaintext_allowed  True
Take             Home            -                  eu-central-1 DE
Take             KeyCustody      holder             customer
BoxGood          Backups         keep_days          7.0
BoxBad           Backups         enabled            False
BoxBad           Home            -                  us-east-1a US
BoxTls           Certificate     -                  unknown unsupported
EuropeOnly       AllowedRegions  -                  eu-central-1 us-east-1
Unattached       AllowedRegions  enforced           False
BackupRule       AllowedRegions  -                  none
BackupRule       Backups         keep_days          35.0
BackupRule       BackupPlaces    -                  us-east-1
BackupText       Backups         enabled            False
EuropeOnly       Backups         -                  none
EuropeOnly       BackupPlaces    -                  none
SparkSafe        AtRest          state              on
SparkOpen        AtRest          state              off
SparkSafe        Transit         plaintext_allowed  False
SparkOpen        Transit         plaintext_allowed  True
AuroraGood       AtRest          state              on
AuroraBad        AtRest          state              off
AuroraGood       Backups         keep_days          7.0
AuroraBad        Backups         keep_days          1.0
LandingZone      Replicas        -                  eu-central-1 us-east-1
FilesGood        Transit         plaintext_allowed  False
FilesGood        TlsFloor        min_version        TLSv1.2
FilesGood        Renewal         ok                 True
FilesGood        LogPlaces       -                  us-east-1
FilesGood        Exposure        public             True
FilesBad         Transit         plaintext_allowed  True
FilesBad         TlsFloor        -                  none
FilesSilent      Transit         detail             SFTP by TransferSecurityPolicy-2018-11, which still allows SHA-1
FilesSilent      Certificate     -                  none
"""


@each(("name", "fact", "field", "expected"), template_rows(TRUTH))
def test_facts_follow_from_the_template(name: str, fact: str, field: str, expected: str) -> None:
    template_says(FILE, name, fact, field, expected)


def test_without_a_region_what_stands_in_the_stack_has_no_place() -> None:
    for name, kind in (("Take", vocabulary.Home), ("IndexAll", vocabulary.Replicas), ("StoreSilent", vocabulary.LogPlaces)):
        got = said(planned(FILE, "")[name].facts[kind])
        assert got in ("unknown unresolved", ["?"]), got
