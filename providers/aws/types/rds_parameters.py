"""Parameter groups of RDS and Aurora: read when a database refers to one, and never subjects of the live cloud themselves."""

from providers.aws.parameters import lowest_tls, of_group, requires_tls
from providers.aws.terraform import shapes
from scanner.sdk import Resolve, TlsFloor, Transit, TypeDecl, derive, fact, never_others

_FLOOR = ("ssl_min_protocol_version", "tls_version", "rds.tls10", "rds.tls11")
_WHY = "settings for databases: those that use them hold the data"


def _group(kind: str, operation: str, by: str) -> TypeDecl:
    return TypeDecl(
        kind,
        terraform=shapes(kind),
        live=None,  # accounts hold default groups that nothing uses
        resolve=Resolve("rds", operation, {by: "{name}"}, take="Parameters", put="parameters"),
        facts=(
            fact(Transit, derive(
                requires_tls,
                live=(of_group("parameters", "rds.force_ssl"), of_group("parameters", "require_secure_transport"), "parameters[?ParameterName=='require_secure_transport'].ParameterName"),
                cfn=('Parameters."rds.force_ssl"', "Parameters.require_secure_transport", "Family"),
            )),
            fact(TlsFloor, derive(lowest_tls, live=tuple(of_group("parameters", name) for name in _FLOOR), cfn=tuple(f'Parameters."{name}"' for name in _FLOOR))),
        ),
        never=never_others(Transit, TlsFloor, why=_WHY),
    )  # fmt: skip


GROUP = _group("AWS::RDS::DBParameterGroup", "describe_db_parameters", "DBParameterGroupName")
CLUSTER_GROUP = _group("AWS::RDS::DBClusterParameterGroup", "describe_db_cluster_parameters", "DBClusterParameterGroupName")
