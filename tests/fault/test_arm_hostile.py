"""Hostile ARM templates and Bicep files: bounded memory and time, an error with a remedy, nothing executed, nothing fetched, nothing hidden."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from providers.arm import bicep, reader
from providers.arm.reader import MAX_BYTES
from scanner.collect.plan import Answer, Options
from scanner.errors import InvalidFile

ROOT = Path(__file__).parents[2]
SCHEMA = '"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"'
ACCOUNT = '{"type": "Microsoft.Storage/storageAccounts", "apiVersion": "2023-05-01", "name": "%s", "location": "westeurope", "properties": {}}'
HEAD = f'{{{SCHEMA}, "contentVersion": "1.0.0.0", '


@pytest.fixture(autouse=True)
def _no_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")


def arm(data: bytes | str, folder: Path) -> Answer:
    (folder / "hostile.json").write_bytes(data if isinstance(data, bytes) else data.encode())
    return reader.read(folder / "hostile.json", "hostile.json", Options())


def variables(text: str, body: str = "[variables('v0')]") -> str:
    return f'{HEAD}"variables": {{{text}}}, "resources": [{{"type": "Microsoft.Storage/storageAccounts", "apiVersion": "1", "name": "a", "location": "westeurope", "properties": {{"x": "{body}"}}}}]}}'


def doubling(levels: int, function: str) -> str:
    rows = [f"\"v{n}\": \"[{function}(variables('v{n + 1}'), variables('v{n + 1}'))]\"" for n in range(levels)]
    return variables(", ".join([*rows, f'"v{levels}": "ha"']))


def nested(levels: int, wide: int) -> str:
    inner = f'{{"contentVersion": "1.0.0.0", "resources": [{ACCOUNT % "x"}]}}'
    for _ in range(levels):
        one = f'{{"type": "Microsoft.Resources/deployments", "apiVersion": "1", "name": "[format(\'d{{0}}\', copyIndex())]", "copy": {{"name": "c", "count": {wide}}}, "properties": {{"mode": "Incremental", "template": {inner}}}}}'
        inner = f'{{"contentVersion": "1.0.0.0", "resources": [{one}]}}'
    return f"{{{SCHEMA}, {inner[1:]}"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (f'{HEAD}"resources": []}}'.encode("utf-16"), "not UTF-8"),
        (f'{HEAD}"resources": [] /* \xff'.encode("latin-1"), "not UTF-8"),
        (HEAD, "ends in the middle"),
        (f'{HEAD}"resources": [1 2]}}', "not valid JSON"),
        (f'{HEAD}"resources": [}}', "not valid JSON"),
        (f'{HEAD}"resources": ["a\\q"]}}', "escape"),
        (f'{HEAD}"resources": ["a', "does not end"),
        (f'{HEAD}"resources": [] /* a', "does not end"),
        (f'{HEAD}"resources": [{"9" * 4000}]}}', "number"),
        (f'{HEAD}"resources": [], "resources": []}}', "twice"),
        (f'{HEAD}"resources": [], "RESOURCES": []}}', "twice"),
        (f'{HEAD}"resources": {"[" * 100_000}', "levels deep"),
        (f'{HEAD}"resources": {"[" * 5000}{"]" * 5000}}}', "levels deep"),
        ('{"a":' * 100_000, "levels deep"),
        (f'{HEAD}"resources": [{"0," * 250_000}]}}', "more than 200000 values"),
        (HEAD + " " * MAX_BYTES, "larger than 8 MiB"),
        (doubling(60, "concat"), "loops, expressions"),
        (doubling(60, "createArray"), "loops, expressions"),
        (nested(6, 800), "loops, expressions"),
        ("[]", "no object"),
        (HEAD + '"x": 1}', "no resources"),
    ],
    ids=lambda value: None if isinstance(value, str) and len(value) < 40 else "",
)
def test_refused_with_file_line_and_remedy(tmp_path: Path, data: bytes | str, words: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        arm(data, tmp_path)
    assert words in caught.value.message
    assert caught.value.file == "hostile.json"
    assert caught.value.advice


@pytest.mark.parametrize(
    "body",
    [
        "[range(0, 1000000000)]", "[padLeft('a', 1000000000)]", "[" + "if(true()," * 5000 + "]", "[" + "not(" * 70 + "true()" + ")" * 70 + "]",
        "[substring('a', 5, -3)]", "[div(1, 0)]", "[json('{')]", "[json('" + "[" * 5000 + "')]", "[base64ToString('~')]", "[format('{99}', 1)]", "[int('" + "9" * 5000 + "')]", "[variables('v0')]",
        "[createArray()[0]]", "[mul(9223372036854775807, 9223372036854775807)]", "[replace('a', '', 'b')]", "[nothing.known('a')]", "[resourceId('a', 'b')]", "[copyIndex()]", "[lambda('a', 1)]", "[$]", "[]",
        "[reduce(range(0, 10), 0, lambda('a', 'b', variables('v0')))]", "[deployment().properties.templateLink.uri]", "[if(1, 2)]", "[and()]", "[tryGet()]", "[map()]", "[parameters()]", "[reference()]",
    ],
    ids=range(29),
)  # fmt: skip
def test_an_expression_that_gives_nothing_is_unknown(tmp_path: Path, body: str) -> None:
    found = arm(variables('"v0": "[variables(\'v0\')]"', body), tmp_path).documents[0].body["properties"]
    assert isinstance(found, dict)
    shown = found["x"]
    if body == "[and()]":  # nothing speaks against it
        assert shown is True
    elif body == "[]":
        assert shown == "[]" or "$unresolved" in str(shown)
    else:
        assert isinstance(shown, dict)
        assert list(shown) == ["$unresolved"]


def test_marks_in_a_template_are_not_believed(tmp_path: Path) -> None:
    found = arm(f'{HEAD}"resources": [{ACCOUNT.replace("{}", "{0}") % "a"}]}}'.replace("{0}", '{"supportsHttpsTrafficOnly": {"$ref": "x"}, "y": {"$unresolved": ""}}'), tmp_path)
    assert "cannot be read" in json.dumps(found.documents[0].body["properties"])


def test_two_spellings_of_a_property_are_unknown(tmp_path: Path) -> None:
    text = f'{HEAD}"resources": [{ACCOUNT % "a"}]}}'.replace('"properties": {}', '"properties": {"supportsHttpsTrafficOnly": false, "supportsHttpsTrafficOnly": true}')
    assert "more than once" in json.dumps(arm(text, tmp_path).documents[0].body)


@pytest.mark.parametrize("name", ["\x1b[31mred", "a\nb", "../../etc/passwd", "{" * 50, "a" * 5000, "a#b|c", "\u202egnp", "[[x]"])
def test_hostile_names_are_names(tmp_path: Path, name: str) -> None:
    found = arm(f'{HEAD}"resources": [{ACCOUNT % json.dumps(name)[1:-1]}, {ACCOUNT % "other"}]}}', tmp_path)
    assert len(found.documents) == 2
    assert len({str(doc.ref) for doc in found.documents}) == 2


def test_two_resources_of_one_name_are_two_subjects(tmp_path: Path) -> None:
    found = arm(f'{HEAD}"parameters": {{"n": {{"type": "string"}}}}, "resources": [{ACCOUNT % "[parameters(~n~)]"}, {ACCOUNT % "[parameters(~n~)]"}]}}'.replace("~", "'"), tmp_path)
    assert len({doc.key for doc in found.documents}) == 2
    assert len({doc.bundle for doc in found.documents}) == 1


def link(path: str) -> str:
    return f'{{"type": "Microsoft.Resources/deployments", "apiVersion": "1", "name": "d", "properties": {{"mode": "Incremental", "templateLink": {{"relativePath": {json.dumps(path)}}}}}}}'


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("hostile.json", "leads back"), ("/etc/passwd", "absolute"), ("../outside.json", "lies outside"), ("https://example.org/x.json", "nothing is downloaded"), ("file:///etc/passwd", "nothing is downloaded"),
        ("out.json", "link that leads out"), ("gone.json", "is not there"), ("broken.json", "not valid JSON"), ("a\0b", "nothing is downloaded"), ("..\\x.json", "nothing is downloaded"), ("pipe.json", "not there"), ("ring-a.json", ""),
    ],
)  # fmt: skip
def test_linked_templates_stay_in_the_folder(tmp_path: Path, path: str, words: str) -> None:
    folder = tmp_path / "inside"
    folder.mkdir()
    (tmp_path / "outside.json").write_text(f'{HEAD}"resources": [{ACCOUNT % "stolen"}]}}')
    (folder / "out.json").symlink_to(tmp_path / "outside.json")
    (folder / "broken.json").write_text("{")
    os.mkfifo(folder / "pipe.json")
    (folder / "ring-a.json").write_text(f'{HEAD}"resources": [{link("ring-b.json")}]}}')
    (folder / "ring-b.json").write_text(f'{HEAD}"resources": [{link("ring-a.json")}]}}')
    found = arm(f'{HEAD}"resources": [{link(path)}, {ACCOUNT % "own"}]}}', folder)
    assert [doc.ref.name for doc in found.documents] == ["own"]
    assert len(found.more_calls) == 1
    assert words in found.more_calls[0].detail


def test_a_chain_of_many_templates_ends(tmp_path: Path) -> None:
    for n in range(30):
        (tmp_path / f"t{n}.json").write_text(f'{HEAD}"resources": [{link(f"t{n + 1}.json")}, {ACCOUNT % f"a{n}"}]}}')
    found = arm(f'{HEAD}"resources": [{link("t0.json")}]}}', tmp_path)
    assert 5 < len(found.documents) < 15
    assert "levels deep" in found.more_calls[0].detail


# -- Bicep ---------------------------------------------------------------------------------------------------------------
RESOURCE = "resource a 'Microsoft.Storage/storageAccounts@2023-05-01' = {\n  name: 'a'\n  location: 'westeurope'\n  properties: { x: %s }\n}\n"


def bicep_of(text: bytes | str, folder: Path) -> Answer:
    pytest.importorskip("tree_sitter_bicep")
    (folder / "hostile.bicep").write_bytes(text if isinstance(text, bytes) else text.encode())
    return bicep.read(folder / "hostile.bicep", "hostile.bicep", Options())


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ((RESOURCE % "1").encode("utf-16"), "not UTF-8"),
        (RESOURCE % ("[" * 3000 + "]" * 3000), "levels deep"),
        (RESOURCE % "1" + " " * MAX_BYTES, "larger than 8 MiB"),
        ("".join(f"var v{n} = '${{v{n + 1}}}${{v{n + 1}}}'\n" for n in range(60)) + "var v60 = 'ha'\n" + RESOURCE % "v0", "loops, expressions"),
        ("resource a 'x@1' = {{{\n", "not understood"),
    ],
    ids=lambda value: None if isinstance(value, str) and len(value) < 40 else "",
)
def test_bicep_refused_with_file_and_remedy(tmp_path: Path, data: bytes | str, words: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        bicep_of(data, tmp_path)
    assert words in caught.value.message
    assert caught.value.advice


@pytest.mark.parametrize(
    "value",
    [
        "gone",
        "z.b.c",
        "(" * 3000 + "1" + ")" * 3000,
        "[for x in range(0, 1000000): x]",
        "1 +",
        "loadTextContent('/etc/passwd')",
        "kv.getSecret('x')",
        "'${nothing}'",
        "x => x",
        "9999999999999999999999",
    ],
)
def test_a_bicep_value_that_is_not_known(tmp_path: Path, value: str) -> None:
    found = bicep_of(RESOURCE % value, tmp_path)
    assert "$unresolved" in json.dumps(found.documents[0].body) if found.documents else found.more_calls


def test_modules_that_lead_back_and_out(tmp_path: Path) -> None:
    (tmp_path / "b.bicep").write_text("module back 'hostile.bicep' = { name: 'back' }\n" + RESOURCE % "1")
    found = bicep_of(
        "module b 'b.bicep' = { name: 'b' }\nmodule out '../../../../../../etc/passwd' = { name: 'out' }\nmodule c 'br:example.azurecr.io/x:1' = { name: 'c' }\n", tmp_path
    )
    assert [doc.ref.name for doc in found.documents] == ["a"]
    assert sorted(call.detail.rpartition(": ")[2][:24] for call in found.more_calls) == sorted(["hostile.bicep leads back", "../../../../../../etc/pa", "nothing is downloaded"])


def test_memory_and_time_stay_within_bounds(tmp_path: Path) -> None:
    """A process with 400 MiB of address space reads each bomb to its error."""
    (tmp_path / "hostile.json").write_text(doubling(60, "concat"))
    code = (
        "import resource, sys; sys.path.insert(0, sys.argv[2]); from pathlib import Path\n"
        "from providers.arm.reader import read; from scanner.sdk import InvalidFile, Options\n"
        "resource.setrlimit(resource.RLIMIT_AS, (400 << 20,) * 2); resource.setrlimit(resource.RLIMIT_CPU, (20, 20))\n"
        "try: read(Path(sys.argv[1]), 'x', Options())\n"
        "except InvalidFile as error: print(error.message)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "hostile.json"), str(ROOT)], capture_output=True, text=True, timeout=60, check=False)
    assert "grows to more than" in done.stdout, done.stderr[-500:]
