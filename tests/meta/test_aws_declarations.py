"""Every AWS declaration against what AWS publishes: output shapes, CloudFormation schemas, operations."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from providers.aws.calls import api_name, permission
from scanner import plugins
from scanner.declare.decl import TypeDecl
from scanner.declare.live import Each, Get, List, Report, Resolve
from scanner.declare.path import compile_path
from scanner.model.snapshot import Dialect
from tests.support.aws import TYPES
from tests.support.aws_shapes import Anything, Node, Parts, Shape, Wrong, methods, model, output, schema, walk
from tests.support.cases import cases, grouped, service

DECLS = plugins.load_types(TYPES)
#: Operations that are neither List, Get nor Describe, each with the reason why it may be made.
EXCEPTIONS = {
    "HeadBucket": "tells the region of a bucket, also of one that belongs to others, and reads nothing of it",
    "BatchGetProjects": "gets CodeBuild projects by name: there is no other way to read one",
    "GenerateCredentialReport": "makes IAM write down what it knows anyway; changes nothing",
}
#: Actions that are named otherwise than their operation (Service Authorization Reference).
RENAMED = {
    "s3:ListBuckets": "s3:ListAllMyBuckets", "s3:HeadBucket": "s3:ListBucket", "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketReplication": "s3:GetReplicationConfiguration", "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "apigatewayv2:GetDomainNames": "apigateway:GET", "apigatewayv2:GetApis": "apigateway:GET", "s3:ListBucketInventoryConfigurations": "s3:GetInventoryConfiguration",
    "s3:GetBucketAccelerateConfiguration": "s3:GetAccelerateConfiguration",
    "s3:GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration", "s3control:GetPublicAccessBlock": "s3:GetAccountPublicAccessBlock",
    **{f"keyspaces:{name}": "cassandra:Select" for name in ("ListKeyspaces", "ListTables", "GetKeyspace", "GetTable")},
    **{f"apigateway:{name}": "apigateway:GET" for name in ("GetRestApis", "GetStages", "GetDomainNames", "GetClientCertificates")},
    **{f"sesv2:{name}": f"ses:{name}" for name in ("ListConfigurationSets", "GetConfigurationSet", "GetConfigurationSetEventDestinations", "ListEmailIdentities", "ListMultiRegionEndpoints")},
}  # fmt: skip
REPORT_COLUMNS = {
    "user", "arn", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed", "password_next_rotation", "mfa_active",
    *(f"access_key_{n}_{what}" for n in (1, 2) for what in ("active", "last_rotated", "last_used_date", "last_used_region", "last_used_service")),
    "cert_1_active", "cert_1_last_rotated", "cert_2_active", "cert_2_last_rotated", "additional_credentials_info",
}  # fmt: skip


class _Columns:
    def member(self, name: str) -> Node:
        if name not in REPORT_COLUMNS:
            raise Wrong(f"the credential report has no column {name}")
        return Anything()

    def items(self) -> Node:
        raise Wrong("a column is no list")

    values = items


class _Named:
    """Items that are plain text: the worker calls them Name."""

    def member(self, name: str) -> Node:
        if name != "Name":
            raise Wrong(f"a name has no {name}")
        return Anything()

    def items(self) -> Node:
        return self

    values = items


def item(listing: List) -> Node:
    at = output(listing.service, listing.operation, listing.each)
    if not listing.each:
        return at
    inner = at.items()
    while isinstance(inner, Shape) and inner.shape.type_name == "list":
        inner = inner.items()
    return _Named() if isinstance(inner, Shape) and inner.shape.type_name == "string" else inner


def child(each: Each) -> Node:
    """An item of a listing by parent: what it was asked by stands in its document as well."""
    return Parts(item(each.listing), {name: Anything() for name in (*each.params, *each.along)})


def service_of(decl: TypeDecl) -> str:
    live = decl.live
    return live.listing.service if isinstance(live, Each) else getattr(live, "service", "")


def live_root(decl: TypeDecl) -> Node:
    match decl.live:
        case List() as listing:
            root = item(listing)
        case Each() as each:
            root = child(each)
        case _:
            root = _Columns()
    parts: dict[str, Node] = {}
    for get in decl.details:
        assert isinstance(get, Get)
        taken = Anything() if get.json else output(get.service or service_of(decl), get.operation, get.take)
        parts[get.put] = taken.items() if get.one else taken
    return Parts(root, parts)


def live_paths(decl: TypeDecl) -> set[str]:
    paths = {path for given in decl.facts for path in given.paths(Dialect.LIVE)}
    for get in decl.details:
        assert isinstance(get, Get)
        paths |= {path for path in (*get.params.values(), get.when) if path and not path.startswith("=")}
        paths |= {f"{get.put}[].{get.match[0]}", get.match[1]} - {""} if get.match else set()
    return paths | ({decl.skip} if decl.skip else set())


def looks(decl: TypeDecl) -> Iterator[tuple[str, str, str | None, dict[str, object]]]:
    """(service, method, declared permission, parameters) of every call that a type makes."""
    match decl.live:
        case List() as listing:
            yield listing.service, listing.operation, listing.permission, dict(listing.params)
        case Each() as each:
            yield each.parent.service, each.parent.operation, each.parent.permission, dict(each.parent.params)
            yield each.listing.service, each.listing.operation, each.listing.permission, {**each.listing.params, **each.params}
        case Report() as report:
            yield report.service, report.start, None, {}
            yield report.service, report.fetch, None, {}
    for get in decl.details:
        assert isinstance(get, Get)
        yield get.service or service_of(decl), get.operation, get.permission, {**get.fixed, **get.params}
    if isinstance(decl.resolve, Resolve):
        yield decl.resolve.service, decl.resolve.operation, decl.resolve.permission, dict(decl.resolve.params)


LIVE = grouped((decl for decl in DECLS.values() if decl.live and live_paths(decl)), lambda decl: service(decl.type))


@pytest.mark.parametrize("name", LIVE)
def test_live_paths_lead_to_what_the_api_answers(name: str) -> None:
    with cases() as case:
        for decl in LIVE[name]:
            root = live_root(decl)
            for path in sorted(live_paths(decl)):
                with case(f"{decl.type} {path}"):
                    compile_path(path)
                    walk(path, root)


def test_the_walker_sees_a_misspelt_member() -> None:
    instances = output("rds", "describe_db_instances", "DBInstances").items()
    walk("StorageEncrypted", instances)
    with pytest.raises(Wrong, match="StorageEncripted"):
        walk("StorageEncripted", instances)
    with pytest.raises(Wrong, match="is no list"):
        walk("StorageEncrypted[].X", instances)
    with pytest.raises(Wrong, match="sensitive"):
        walk("PendingModifiedValues.MasterUserPassword", instances)
    with pytest.raises(Wrong, match="Nmae"):
        walk("Rules[?Nmae=='x'].Status", output("s3", "get_bucket_replication", "ReplicationConfiguration"))
    with pytest.raises(Wrong, match="Encripted"):
        walk("Encripted", schema("AWS::EC2::Volume"))


class _Many:
    """Satellites come as a list of their properties."""

    def __init__(self, of: Node) -> None:
        self.of = of

    def member(self, name: str) -> Node:
        raise Wrong("satellites come as a list")

    def items(self) -> Node:
        return self.of

    values = items


def templated(decl: TypeDecl) -> list[str]:
    return sorted({path for given in decl.facts for path in given.paths(Dialect.CLOUDFORMATION)}) if decl.cloudformation else []


TEMPLATED = grouped((decl for decl in DECLS.values() if templated(decl)), lambda decl: service(decl.type))


@pytest.mark.parametrize("name", TEMPLATED)
def test_cloudformation_paths_lead_to_what_the_schema_knows(name: str) -> None:
    with cases() as case:
        for decl in TEMPLATED[name]:
            root = Parts(schema(decl.type), {join.put: _Many(schema(join.type)) for join in decl.joins})
            for path in templated(decl):
                with case(f"{decl.type} {path}"):
                    walk(path, root)
                    for join in decl.joins:
                        schema(join.type).member(join.on)


#: Types that templates make, and of which they do not show what is asked: what an account inherits stands in its organisation.
NOT_BY_TEMPLATE = {"AWS::Organizations::Account"}


def test_types_without_a_schema_say_so() -> None:
    for decl in DECLS.values():
        if decl.cloudformation:
            schema(decl.type)
        elif decl.type not in NOT_BY_TEMPLATE:
            with pytest.raises(Wrong):
                schema(decl.type, ("eu-west-1",))


LOOKS = grouped(sorted({(s, m, p or "", tuple(sorted(params))) for decl in DECLS.values() for s, m, p, params in looks(decl)}), lambda look: look[0])


@pytest.mark.parametrize("api", LOOKS)
def test_operations_exist_only_read_and_name_their_permission(api: str) -> None:
    with cases() as case:
        for _, method, granted, params in LOOKS[api]:
            with case(f"{method} {' '.join(params)}"):
                name = methods(api)[method]
                assert api_name(method) == name
                assert name.startswith(("List", "Get", "Describe")) or name in EXCEPTIONS
                shape = model(api).operation_model(name).input_shape
                assert set(params) <= (set(shape.members) if shape else set())
                assert set(shape.required_members if shape else ()) <= set(params)
                own = permission(api, method)
                assert permission(api, method, granted or None) == RENAMED.get(f"{api}:{name}", own)


def test_the_calls_about_the_account_only_read_as_well() -> None:
    for api, method in (("sts", "get_caller_identity"), ("ec2", "describe_regions"), ("account", "list_regions"), ("s3", "get_bucket_location")):
        assert api_name(method) == methods(api)[method]
        assert api_name(method).startswith(("List", "Get", "Describe"))


LISTED = grouped((decl for decl in DECLS.values() if isinstance(decl.live, List | Each)), lambda decl: service(decl.type))


@pytest.mark.parametrize("name", LISTED)
def test_ids_names_and_tags_come_from_the_item(name: str) -> None:
    with cases() as case:
        for decl in LISTED[name]:
            listing = decl.live.listing if isinstance(decl.live, Each) else decl.live
            assert isinstance(listing, List)
            at = child(decl.live) if isinstance(decl.live, Each) else item(listing)
            for path in (listing.id, listing.name, listing.region, listing.tags, listing.home_only):
                fields = [part.split("}")[0] for part in path.split("{")[1:]] if "{" in path else [path] if path else []
                for field in fields:
                    with case(f"{decl.type} {field}"):
                        if field not in ("partition", "region", "account", "parent", "last", "path"):
                            walk(field, at)


def test_what_a_listing_would_hide_is_asked_for() -> None:
    """Listings whose defaults leave things out."""
    acm = DECLS["AWS::CertificateManager::Certificate"].live
    assert isinstance(acm, List)
    keys = model("acm").shape_for("KeyAlgorithm").enum
    asked = acm.params["Includes"]
    assert isinstance(asked, dict)
    assert asked["keyTypes"] == list(keys)
    snapshots = DECLS["AWS::EC2::Snapshot"].live
    assert isinstance(snapshots, List)
    assert snapshots.params["OwnerIds"] == ["self"]
