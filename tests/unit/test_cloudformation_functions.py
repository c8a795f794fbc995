"""What each intrinsic function of CloudFormation gives, and where it must say that it does not know."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from providers.cloudformation.reader import read
from scanner.collect.plan import Options
from scanner.declare.path import UNRESOLVED
from scanner.errors import UsageError
from scanner.model.known import Json
from scanner.model.snapshot import Document

FIXTURES = Path(__file__).parents[2] / "fixtures" / "iac"


def documents(path: Path, **settings: str) -> dict[str, Document]:
    options = Options(settings={f"template.{key}": value for key, value in settings.items()})
    return {doc.ref.name: doc for doc in read(path, path.name, options).documents}


def body(text: str, tmp_path: Path, **settings: str) -> Mapping[str, Json]:
    """Properties of the resource `R` of a template."""
    path = tmp_path / "t.yaml"
    path.write_text(text, encoding="utf-8")
    return documents(path, **settings)["R"].body


def why(value: Json) -> str:
    assert isinstance(value, dict), value
    assert set(value) == {UNRESOLVED}, value
    return str(value[UNRESOLVED])


@pytest.fixture(scope="module")
def functions() -> Mapping[str, Json]:
    return documents(FIXTURES / "functions.yaml")["Functions"].body


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Parameter", "test"),
        ("List", ["a", "b", "c"]),
        ("Resource", {"$ref": "MasterKey"}),
        ("Attribute", {"$ref": "MasterKey", "att": "Arn"}),
        ("LongAttribute", {"$ref": "MasterKey", "att": "Arn"}),
        ("Sub", "test-data"),
        ("SubLocal", "test/two"),
        ("SubLiteral", "${Stage}"),
        ("SubResource", {"$ref": "MasterKey"}),
        ("SubArn", {"$ref": "MasterKey", "att": "Ref", "text": "arn:aws:kms:${AWS::Region}:${AWS::AccountId}:key/${MasterKey}"}),
        ("Join", "a-test-7"),
        ("JoinList", "a:b:c"),
        ("JoinArn", {"$ref": "MasterKey", "att": "Arn", "text": "${MasterKey}/*"}),
        ("Select", "b"),
        ("Split", ["a", "b", "c"]),
        ("SelectSplit", "c"),
        ("Map", 20),
        ("MapWord", "yes"),
        ("MapDefault", 5),
        ("If", "one"),
        ("IfEither", "one"),
        ("IfBoth", "two"),
        ("IfNested", {"Deep": ["test"]}),
        ("RemovedItem", ["a", "b"]),
    ],
)
def test_resolved(functions: Mapping[str, Json], name: str, value: Json) -> None:
    assert functions[name] == value


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("NoDefault", "parameter Key has no value"),
        ("NoEcho", "parameter Password is NoEcho"),
        ("FromStore", "parameter Image is read from the parameter store"),
        ("NotMade", "LiveOnly is not made: condition IsLive is false"),
        ("Nobody", "Nowhere is neither a parameter nor a resource"),
        ("SubRegion", "AWS::Region is known at deployment"),
        ("SubOther", "holds MasterKey, whose name is known after deployment"),
        ("JoinOpen", "parameter Key has no value"),
        ("SelectOut", "leads out of its list"),
        ("MapOpen", "parameter Key has no value"),
        ("MapMissing", "the mapping Sizes has no none Disk"),
        ("IfOpen", "condition HasKey: parameter Key has no value"),
        ("IfRound", "part of itself"),
        ("IfMissing", "condition Nowhere is not declared"),
        ("Import", "imported from another stack"),
        ("Base64", "Fn::Base64"),
        ("Cidr", "worked out at deployment"),
        ("Azs", "AWS::Region is known at deployment"),
        ("Macro", "a macro makes it"),
        ("Include", "beside other keys"),
        ("Unheard", "Fn::Unheard"),
        ("LongUnheard", "Fn::Unheard"),
        ("Dynamic", "a dynamic reference"),
        ("DynamicLater", "a dynamic reference"),
        ("Tagged", "the YAML tag binary"),
        ("Region", "AWS::Region is known at deployment"),
        ("Account", "AWS::AccountId"),
        ("StackName", "AWS::StackName"),
    ],
)
def test_not_known(functions: Mapping[str, Json], name: str, reason: str) -> None:
    assert reason in why(functions[name])


def test_no_value_removes_the_property(functions: Mapping[str, Json]) -> None:
    assert "Removed" not in functions


def test_every_property_of_the_fixture_is_looked_at(functions: Mapping[str, Json]) -> None:
    marks: list[pytest.Mark] = [mark for test in (test_resolved, test_not_known) for mark in getattr(test, "pytestmark", [])]
    assert {case[0] for mark in marks for case in mark.args[1]} == set(functions)


def test_a_secret_default_stands_nowhere() -> None:
    assert not [doc for doc in documents(FIXTURES / "functions.yaml").values() if "hunter2" in str(doc)]


def test_what_the_user_gives_is_used() -> None:
    found = documents(FIXTURES / "functions.yaml", region="eu-central-1", account="111122223333", parameters='{"Key": "k", "Stage": "live"}')
    values = found["Functions"].body
    assert (values["Region"], values["Account"], values["SubRegion"]) == ("eu-central-1", "111122223333", "eu-central-1-data")
    assert (values["NoDefault"], values["IfOpen"], values["IfBoth"], values["Map"]) == ("k", True, "one", 200)
    assert values["NotMade"] == {"$ref": "LiveOnly", "att": "Arn"}
    assert (found["LiveOnly"].ref.region, found["LiveOnly"].ref.account) == ("eu-central-1", "111122223333")


@pytest.mark.parametrize(
    "parameters",
    [
        '[{"ParameterKey": "Key", "ParameterValue": "k"}, {"ParameterKey": "Stage", "UsePreviousValue": true}]',
        '{"Parameters": {"Key": "k"}}',
        '{"Key": "k", "Other": true}',
    ],
)
def test_parameters_in_the_forms_of_other_tools(parameters: str) -> None:
    assert documents(FIXTURES / "functions.yaml", parameters=parameters)["Functions"].body["NoDefault"] == "k"


@pytest.mark.parametrize("parameters", ["{", "7", "[" * 5000])
def test_parameters_that_are_none(parameters: str) -> None:
    with pytest.raises(UsageError, match="template parameters"):
        documents(FIXTURES / "functions.yaml", parameters=parameters)


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1", "eu-west-1"])
def test_partition_follows_the_region(tmp_path: Path, region: str) -> None:
    found = body("Resources: {R: {Type: A::B::C, Properties: {P: !Ref AWS::Partition, S: !Ref AWS::URLSuffix}}}", tmp_path, region=region)
    assert found["P"] == {"c": "aws-cn", "u": "aws-us-gov", "e": "aws"}[region[0]]
    assert str(found["S"]).endswith(".cn") == (region[0] == "c")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True),
        ("False", False),
        ("'true'", "true"),
        ("!!str true", "true"),
        ("!!bool 'true'", True),
        ("yes", True),
        ("Off", False),
        ("'yes'", "yes"),
        ("7", 7),
        ("-1", -1),
        ("-0", "-0"),
        ("012345678901", "012345678901"),
        ("0o17", "0o17"),
        ("0x1f", "0x1f"),
        ("1_000", "1_000"),
        ("1.10", "1.10"),
        ("22:30", "22:30"),
        ("2026-01-01", "2026-01-01"),
        ("1" * 5000, "1" * 5000),
        (".nan", ".nan"),
        ("=", "="),
    ],
)
def test_scalars_keep_what_is_written(tmp_path: Path, written: str, value: Json) -> None:
    found = body(f"Resources: {{R: {{Type: A::B::C, Properties: {{P: {written}}}}}}}", tmp_path)["P"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("written", ["", "~", "null", "!!null ''"])
def test_null_is_not_taken_for_absent(tmp_path: Path, written: str) -> None:
    assert "null" in why(body(f"Resources:\n  R:\n    Type: A::B::C\n    Properties:\n      P: {written}\n", tmp_path)["P"])


@pytest.mark.parametrize(
    ("one", "other", "made"),
    [("'yes'", "yes", None), ("yes", "yes", True), ("yes", "true", None), ("yes", "no", False), ("True", "'true'", True), ("1", "'1'", True), ("a", "A", False)],
)
def test_conditions_compare_texts(tmp_path: Path, one: str, other: str, made: bool | None) -> None:
    text = f"Conditions: {{C: !Equals [{one}, {other}]}}\nResources: {{R: {{Type: A::B::C, Properties: {{P: !If [C, 1, 2]}}}}}}"
    found = body(text, tmp_path)["P"]
    assert (found if made is not None else "quotes" in why(found)) == {True: 1, False: 2, None: True}[made]


def test_a_resource_that_may_not_be_made_is_known_in_nothing(tmp_path: Path) -> None:
    text = "Parameters: {K: {Type: String}}\nConditions: {C: !Equals [!Ref K, x]}\nResources: {R: {Type: A::B::C, Condition: C, Properties: {P: true}}}"
    assert "whether R is made depends on what is not known" in why(dict(body(text, tmp_path)))
    assert body(text, tmp_path, parameters='{"K": "x"}') == {"P": True}
    assert "R" not in documents(tmp_path / "t.yaml", parameters='{"K": "y"}')


@pytest.mark.parametrize("condition", ["[A]", "Nowhere", "{Ref: K}", "Odd", "Twice"])
def test_a_condition_that_cannot_be_decided(tmp_path: Path, condition: str) -> None:
    text = f"Conditions: {{Odd: {{'Fn::Equals': [1]}}, Twice: !Equals [1, 1], Twice: !Equals [1, 1]}}\nResources: {{R: {{Type: A::B::C, Condition: {condition}}}}}"
    assert why(dict(body(text, tmp_path)))


def test_functions_that_lead_back_to_themselves(tmp_path: Path) -> None:
    text = "Parameters: {P: {Type: String, Default: !Ref P}}\nMappings: {M: {a: {b: !FindInMap [M, a, b]}}}\nResources: {R: {Type: A::B::C, Properties: {P: !Ref P, M: !FindInMap [M, a, b]}}}"
    found = body(text, tmp_path)
    assert "where only a literal may" in why(found["P"])
    assert "where only a literal may" in why(found["M"])


def test_loops_make_resources(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(
        """
Transform: AWS::LanguageExtensions
Resources:
  'Fn::ForEach::Volumes':
    - Name
    - [a, b-c]
    - 'Volume&{Name}':
        Type: AWS::EC2::Volume
        Properties: { Size: 1, Label: !Sub "${Name}-x", Raw: "${Name}" }
""",
        encoding="utf-8",
    )
    found = documents(tmp_path / "t.yaml")
    assert {name: doc.body["Label"] for name, doc in found.items()} == {"Volumea": "a-x", "Volumebc": "b-c-x"}
    assert found["Volumebc"].body["Raw"] == "b-c"
    assert found["Volumebc"].lines["Size"] == 9


@pytest.mark.parametrize(
    ("key", "value", "kept"),
    [
        ("MasterUserPassword", "hunter2", False),
        ("MasterUserPassword", "12345678", False),
        ("AuthToken", "hunter2", False),
        ("ClientSecret", "hunter2", False),
        ("UserData", "hunter2", False),
        ("Environment", "{Variables: {A: hunter2}}", False),
        ("Secrets", "[hunter2]", False),
        ("SecretArn", "arn:aws:secretsmanager:eu-west-1:1:secret:x", True),
        ("HttpTokens", "required", True),
        ("ManageMasterUserPassword", "true", True),
        ("ManageMasterUserPassword", "'true'", True),
        ("MinimumPasswordLength", "12", True),
        ("PasswordPolicy", "{RequireNumbers: true}", True),
    ],
)
def test_secrets_are_left_out(tmp_path: Path, key: str, value: str, kept: bool) -> None:
    found = body(f"Resources: {{R: {{Type: A::B::C, Properties: {{{key}: {value}}}}}}}", tmp_path)[key]
    assert (UNRESOLVED not in found if isinstance(found, dict) else True) is kept
    assert "hunter2" not in str(found)
    assert kept or value not in str(found)


@pytest.mark.parametrize("key", ["$ref", "$unresolved"])
def test_the_words_of_a_template_are_never_taken_for_our_marks(tmp_path: Path, key: str) -> None:
    found = body(f"Resources: {{R: {{Type: A::B::C, Properties: {{P: {{'{key}': Key}}, Q: 1}}}}}}", tmp_path)
    assert key in why(found["P"])
    assert found["Q"] == 1


def test_duplicate_keys_are_reported_with_their_lines(tmp_path: Path) -> None:
    found = body("Resources:\n  R:\n    Type: A::B::C\n    Properties:\n      P: true\n      Q: 1\n      P: false\n", tmp_path)
    assert "lines 5, 7" in why(found["P"])
    assert found["Q"] == 1


def test_merged_keys_stay_and_the_nearest_wins(tmp_path: Path) -> None:
    text = """
Far: &far { A: far, B: far, C: far }
Near: &near { <<: *far, B: near }
Resources:
  R:
    Type: A::B::C
    Properties: { <<: [*near, { D: list, A: list }], C: own }
"""
    assert body(text, tmp_path) == {"A": "far", "B": "near", "C": "own", "D": "list"}


@pytest.mark.parametrize(
    "written",
    ["!Sub [a]", "!Sub {}", "!Join x", "!Join ['-', x]", "!Join ['-', [[a]]]", "!If [x]", "!If [[a], 1, 2]", "!Select x", "!Select [-1, [a]]", "!Select [x, [a]]", "!Split x",
     "!Split ['', a]", "!FindInMap x", "!FindInMap [[a], b, c]", "!GetAtt x.", "!GetAtt [a]", "!GetAtt {}", "!Ref [a]", "{Ref: a, Fn::Sub: b}", "{Ref: a, Ref: b}"],
)  # fmt: skip
def test_functions_of_an_odd_shape(tmp_path: Path, written: str) -> None:
    assert why(body(f"Resources: {{R: {{Type: A::B::C, Properties: {{P: {written}}}}}}}", tmp_path)["P"])
