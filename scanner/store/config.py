"""`houvast.toml`: what a team always scans, by which promises, with which parameters."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scanner.judge.registry import Check
from scanner.model.known import Json
from scanner.model.later import pattern
from scanner.model.record import dataclass
from scanner.store.promise_file import check_params
from scanner.store.scope_words import Environments, environments_of
from scanner.store.toml_file import TomlFile, Where, nearest, read_toml

if TYPE_CHECKING:
    from scanner.store.settings import NotifySettings, WatchSettings

_FILE = ("aws", "azure", "checks", "environments", "history", "notify", "promises", "targets", "template", "tls", "waivers", "watch")
_REGION = pattern(r"[a-z]{2,4}(?:-[a-z]+)+-[0-9]+\Z")
_LOCATION = pattern(r"[A-Za-z][A-Za-z0-9 ]{2,40}\Z")
_ACCOUNT = pattern(r"[0-9]{12}\Z")
_URL = pattern(r"https://[^\s/]+(?:/\S*)?\Z")
_TLS = ("addresses", "ca_file", "certificate_names", "client_cert", "client_key", "endpoints", "family", "guideline", "proxy")
_AWS = ("accounts", "exclude_accounts", "exclude_ou", "external_id", "organization", "ou", "regions", "role", "session_duration")
_ROLE = pattern(r"[\w+=,.@/-]{1,576}\Z")
_OU = pattern(r"(?:ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}|r-[0-9a-z]{4,32})\Z")
_PROXY = pattern(r"(?:http|socks5)://[^\s/@]+\Z")
_CLOUDS = ("china", "public", "usgovernment")


@dataclass(frozen=True)
class Config:
    """The file's content; every path in it is meant from the file's own folder."""

    targets: tuple[str, ...] = ()
    """What a scan without targets looks at."""
    promises: str | None = None
    """Path of the promise file."""
    aws_regions: tuple[str, ...] = ()
    azure_cloud: str | None = None
    """`public`, `china`, `usgovernment`, or the URL of a Resource Manager."""
    azure_resource_manager: str | None = None
    tls_ca_file: str | None = None
    """PEM file with further trust anchors."""
    template_region: str | None = None
    """Region in which templates will be deployed."""
    template_account: str | None = None
    template_parameters: str | None = None
    """Values of template parameters: JSON text."""
    checks: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    """Parameters by check id."""
    waivers: str | None = None
    """Path of the waiver file."""
    history: str | None = None
    """Path of the history that scans are recorded in; empty for the user's own; None: they are not recorded."""
    notify: NotifySettings | None = None
    watch: WatchSettings | None = None
    source: str | None = None
    """Path of the file itself."""
    environments: Environments = field(default_factory=dict)
    """What `environment:NAME` stands for in the scopes of promises."""
    tls_guideline: str | None = None
    """TLS guideline to judge by, where neither a check nor a promise names one."""
    tls: Mapping[str, str] = field(default_factory=dict)
    """Settings of how endpoints are reached: `tls.proxy`, `tls.client_cert`, `tls.client_key`, `tls.addresses`, `tls.family`, `tls.certificate_names`, `tls.endpoints`."""
    template_location: str | None = None
    """Location of the resource group that ARM templates go to."""
    aws: Mapping[str, str] = field(default_factory=dict)
    """Settings of an organisation: `aws.organization`, `aws.role`, `aws.external_id`, `aws.session_duration`, `aws.accounts`, `aws.ou`, …"""


def load_config(path: Path, checks: Mapping[str, Check[Any]] | None = None) -> Config:
    """Read a configuration. With `checks` their ids and parameters are looked at too. Raises InvalidFile with line and remedy."""
    file = read_toml(path, "a houvast.toml")
    file.only((), file.values, _FILE, "houvast.toml")
    aws, azure = _table(file, "aws", _AWS), _table(file, "azure", ("cloud", "resource_manager"))
    tls, template = _table(file, "tls", _TLS), _table(file, "template", ("account", "location", "parameters", "region"))
    folder = path.parent
    promises, waivers = _beside(file, folder, "promises", "promise"), _beside(file, folder, "waivers", "waiver")
    ca_file = _file(file, folder, tls, "ca_file")
    return Config(
        _list(file, ("targets",), file.values.get("targets")),
        promises,
        _regions(file, aws.get("regions")),
        _cloud(file, azure),
        _fitting(file, ("azure",), azure, "resource_manager", _URL, 'write its URL: "https://management.azure.com"'),
        ca_file,
        _fitting(file, ("template",), template, "region", _REGION, 'write the name of a region: "eu-west-1"'),
        _fitting(file, ("template",), template, "account", _ACCOUNT, 'write the 12 digits in quotes: "111122223333"'),
        _parameters(file, template),
        _checks(file, checks),
        waivers,
        *_afterwards(file, folder),
        str(path),
        environments_of(file),
        _guideline(file, tls),
        _reaching(file, folder, tls),
        template_location=_fitting(file, ("template",), template, "location", _LOCATION, 'write the name of a location: "westeurope"'),
        aws=_organization(file, aws),
    )


def _afterwards(file: TomlFile, folder: Path) -> tuple[str | None, NotifySettings | None, WatchSettings | None]:
    """History, warnings and schedule; read only where the file speaks of them, which starts faster."""
    if not {"history", "notify", "watch"} & set(file.values):
        return None, None, None
    from scanner.store.settings import history_file, notify_settings, watch_settings

    return history_file(file, folder), notify_settings(file, folder), watch_settings(file)


def _beside(file: TomlFile, folder: Path, key: str, what: str) -> str | None:
    """Path of a file that is named, or that stands beside this one under its usual name."""
    named = _text(file, (), file.values, key)
    if named is not None and not (folder / named).is_file():
        file.wrong((key,), f"the {what} file {named} is not there", "correct the path; it is meant from the folder of this file")
    usual = f"{key}.toml"
    found = named or (usual if (folder / usual).is_file() else None)
    return None if found is None else str(folder / found)


def _table(file: TomlFile, name: str, known: tuple[str, ...]) -> Mapping[str, Any]:
    value = file.values.get(name, {})
    if not isinstance(value, dict):
        file.wrong((name,), f"{name} is no table", f"write [{name}] and its keys below: {', '.join(known)}")
    file.only((name,), value, known, f"[{name}]")
    return value


def _text(file: TomlFile, at: Where, table: Mapping[str, Any], key: str) -> str | None:
    value = table.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        file.wrong((*at, key), f"{key} is empty or no text", f'write {key} = "…", or leave it out')
    return value.strip()


def _organization(file: TomlFile, aws: Mapping[str, Any]) -> dict[str, str]:
    """The organisation whose accounts are looked at."""
    found: dict[str, str | None] = {key: _text(file, ("aws",), aws, key) for key in ("external_id",)}
    found["role"] = _fitting(file, ("aws",), aws, "role", _ROLE, 'write the name of the role, with its path if it has one: "HouvastReadOnly"')
    for key, form, example in (
        ("accounts", _ACCOUNT, "111122223333"),
        ("exclude_accounts", _ACCOUNT, "111122223333"),
        ("ou", _OU, "ou-ab12-11111111"),
        ("exclude_ou", _OU, "ou-ab12-11111111"),
    ):
        listed = _list(file, ("aws", key), aws.get(key))
        for n, one in enumerate(listed):
            if not form.match(one):
                file.wrong(("aws", key, n), f"{one!r} cannot be one", f'write ids in quotes: "{example}"')
        found[key] = ",".join(listed)
    duration = aws.get("session_duration")
    if duration is not None and (isinstance(duration, bool) or not isinstance(duration, int) or not 900 <= duration <= 43_200):
        file.wrong(("aws", "session_duration"), f"session_duration = {duration!r} cannot be used", "write seconds between 900 and 43200")
    whole = aws.get("organization")
    if whole is not None and not isinstance(whole, bool):
        file.wrong(("aws", "organization"), f"organization = {whole!r} cannot be used", "write true or false")
    found |= {"session_duration": str(duration or ""), "organization": "yes" if whole else ""}
    return {f"aws.{key}": value for key, value in found.items() if value}


def _file(file: TomlFile, folder: Path, tls: Mapping[str, Any], key: str) -> str | None:
    named = _text(file, ("tls",), tls, key)
    if named is not None and not (folder / named).is_file():
        file.wrong(("tls", key), f"the file {named} is not there", "correct the path; it is meant from the folder of this file")
    return None if named is None else str(folder / named)


def _reaching(file: TomlFile, folder: Path, tls: Mapping[str, Any]) -> dict[str, str]:
    """How endpoints are reached."""
    found: dict[str, str | None] = {key: _file(file, folder, tls, key) for key in ("client_cert", "client_key")}
    found["proxy"] = _fitting(file, ("tls",), tls, "proxy", _PROXY, 'write its URL without a password, which belongs into HOUVAST_TLS_PROXY: "http://proxy.example.org:3128"')
    found["addresses"] = _fitting(file, ("tls",), tls, "addresses", re.compile("(every|first)\\Z"), 'write "every" (address of a name) or "first"')
    for key, allowed, advice in (
        ("family", (4, 6), "write 4 or 6, or leave it out for both"),
        ("certificate_names", (True, False), "write true or false"),
        ("endpoints", (True, False), "write true or false"),
    ):
        value = tls.get(key)
        if value is not None and (value not in allowed or isinstance(value, bool) != isinstance(allowed[0], bool)):
            file.wrong(("tls", key), f"{key} = {value!r} cannot be used", advice)
        found[key] = {True: "yes", False: None}.get(value) if isinstance(value, bool) else str(value or "")
    return {f"tls.{key}": value for key, value in found.items() if value}


def _guideline(file: TomlFile, tls: Mapping[str, Any]) -> str | None:
    name = _text(file, ("tls",), tls, "guideline")
    if name is not None:
        from scanner.data.guidelines import guideline_names

        if name not in guideline_names():
            file.wrong(("tls", "guideline"), f"there is no TLS guideline {name!r}", nearest(name, guideline_names()) or f"there are {', '.join(guideline_names())}")
    return name


def _fitting(file: TomlFile, at: Where, table: Mapping[str, Any], key: str, form: re.Pattern[str], advice: str) -> str | None:
    value = _text(file, at, table, key)
    if value is not None and not form.match(value):
        file.wrong((*at, key), f"{key} = {value!r} cannot be used", advice)
    return value


def _list(file: TomlFile, where: Where, value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        file.wrong(where, f"{where[-1]} is no list", f'write {where[-1]} = ["…"]')
    for n, item in enumerate(value):
        if not isinstance(item, str) or not item.strip():
            file.wrong((*where, n), f"{where[-1]} holds {item!r}, which is no text", f'write {where[-1]} = ["…"]')
    return tuple(item.strip() for item in value)


def _regions(file: TomlFile, value: object) -> tuple[str, ...]:
    regions = _list(file, ("aws", "regions"), value)
    if value == []:
        file.wrong(("aws", "regions"), "regions is empty", "leave it out for all enabled regions")
    for n, region in enumerate(regions):
        if not _REGION.match(region):
            file.wrong(("aws", "regions", n), f"{region!r} is no name of a region", 'write names such as "eu-west-1"')
    return regions


def _cloud(file: TomlFile, azure: Mapping[str, Any]) -> str | None:
    value = _text(file, ("azure",), azure, "cloud")
    if value is not None and value not in _CLOUDS and not _URL.match(value):
        file.wrong(("azure", "cloud"), f"there is no Azure cloud {value!r}", nearest(value, _CLOUDS) or f"use {', '.join(_CLOUDS)}, or the URL of a Resource Manager")
    return value


def _parameters(file: TomlFile, template: Mapping[str, Any]) -> str | None:
    value = template.get("parameters")
    if value is None:
        return None
    where: Where = ("template", "parameters")
    if not isinstance(value, dict):
        file.wrong(where, "parameters is no table", 'write [template.parameters] and Name = "value" below')
    for key, item in value.items():
        if not isinstance(item, (str, int, float)):
            file.wrong((*where, key), f"the parameter {key} is no plain value", f'write {key} = "value"')
    return json.dumps({key: str(item).lower() if isinstance(item, bool) else str(item) for key, item in value.items()}, ensure_ascii=False)


def _checks(file: TomlFile, known: Mapping[str, Check[Any]] | None) -> Mapping[str, Mapping[str, Json]]:
    given = file.values.get("checks", {})
    if not isinstance(given, dict):
        file.wrong(("checks",), "checks is no table", "write [checks.residency] and its parameters below")
    for name, params in given.items():
        if known is not None and name not in known:
            file.wrong(("checks", name), f"there is no check {name!r}", nearest(name, known) or "`houvast explain` lists the checks")
        if not isinstance(params, dict):
            file.wrong(("checks", name), f"{name} is no table", f"write [checks.{name}] and its parameters below")
        if known is not None:
            check_params(file, ("checks", name), known[name], params)
    return given
