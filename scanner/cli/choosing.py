"""What was chosen: configuration file, command line and environment put together."""

from __future__ import annotations

import argparse
import os
from datetime import datetime
from pathlib import Path

from scanner import plugins
from scanner.cli import parameters
from scanner.cli.collecting import stamp
from scanner.cli.judging import Choice
from scanner.collect.plan import Options
from scanner.store.config import Config, load_config

CONFIG = Path("houvast.toml")


def chosen_config(named: str | None) -> Config:
    """The configuration: the named file, else houvast.toml in this folder, else nothing. Raises InvalidFile."""
    if named:
        return load_config(Path(named), plugins.load_checks())
    return load_config(CONFIG, plugins.load_checks()) if CONFIG.is_file() else Config()


def options_of(arguments: argparse.Namespace, config: Config, choice: Choice, moment: datetime) -> Options:
    """Options of the looking. What is typed goes before the environment, and that before the file."""
    settings = {
        "azure.cloud": arguments.azure_cloud or config.azure_cloud or "",
        "azure.bodies": getattr(arguments, "azure_bodies", None) or os.environ.get("HOUVAST_AZURE_BODIES") or "",
        "azure.batch": os.environ.get("HOUVAST_AZURE_BATCH") or "",
        "azure.resource_manager": os.environ.get("HOUVAST_AZURE_RESOURCE_MANAGER") or config.azure_resource_manager or "",
        "tls.connect": arguments.connect or "",
        "tls.ca_file": arguments.ca_file or config.tls_ca_file or "",
        **config.tls,
        **_typed_tls(arguments),
        **config.aws,
        **_typed_aws(arguments),
        "template.region": arguments.region or config.template_region or "",
        "terraform.var_files": os.pathsep.join(arguments.var_file),
        "terraform.workspace": arguments.workspace or "",
        "template.account": arguments.account or config.template_account or "",
        "template.location": arguments.location or config.template_location or "",
        "template.parameters": config.template_parameters or "",
        **parameters.settings(arguments.parameters),
    }
    return Options(
        regions=tuple(r.strip() for r in arguments.regions.split(",") if r.strip()) if arguments.regions else config.aws_regions,
        types=choice.types,
        facts=choice.facts,
        timeout=arguments.timeout,
        call_timeout=arguments.call_timeout,
        retries=arguments.retries,
        workers=max(arguments.workers, 1),
        settings={key: value for key, value in settings.items() if value},
        taken_at=stamp(moment),
    )


def _typed_aws(arguments: argparse.Namespace) -> dict[str, str]:
    """The organisation, as far as it was typed."""
    typed = {
        "aws.organization": "yes" if arguments.organization else "",
        "aws.role": arguments.role,
        "aws.external_id": arguments.external_id,
        "aws.session_duration": str(arguments.session_duration or ""),
        "aws.accounts": arguments.accounts,
        "aws.exclude_accounts": arguments.exclude_accounts,
        "aws.ou": arguments.ou,
        "aws.exclude_ou": arguments.exclude_ou,
    }
    return {key: value for key, value in typed.items() if value}


def _typed_tls(arguments: argparse.Namespace) -> dict[str, str]:
    """How endpoints are reached, as far as it was typed or stands in the environment."""
    typed = {
        "tls.family": arguments.ip_family,
        "tls.addresses": "first" if arguments.first_address else "",
        "tls.endpoints": "yes" if arguments.endpoints else "",
        "tls.certificate_names": "yes" if arguments.certificate_names else "",
        "tls.client_cert": arguments.client_cert,
        "tls.client_key": arguments.client_key,
        "tls.proxy": arguments.proxy or os.environ.get("HOUVAST_TLS_PROXY"),
    }
    return {key: value for key, value in typed.items() if value}
