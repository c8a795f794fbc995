"""What can be typed: commands, options, and the help that teaches them."""

from __future__ import annotations

import argparse

from scanner import __version__
from scanner.report.formats import Format

FORMATS = tuple(Format)
SEVERITIES = ("critical", "high", "medium", "low")

_ABOUT = """\
Does an organisation keep its word about hosting? Houvast looks at AWS, Azure, TLS endpoints and the templates
about to be deployed, and answers for every promise: kept, broken or unproven, with the evidence."""

_EXAMPLES = """\
examples:
  houvast demo                                   a whole scan on this machine, no account needed
  houvast scan aws azure www.example.org         the clouds your credentials open, and an endpoint
  houvast scan template.yaml --promises promises.toml
  houvast scan aws --regions eu-west-1 --check residency --format json -o report.json
  houvast explain residency                      why a check matters, how to mend a finding

exit codes:
  0 all answered, nothing failed      1 tool error               2 usage or invalid file
  3 nothing was collected            10 something failed, or a promise is broken
 11 nothing failed, but something is unknown or unproven"""

_TARGETS = """\
what to look at:
  aws, aws:PROFILE                 every enabled region of the account
  azure, azure:SUBSCRIPTION        every subscription that the credential sees, and the directory
  azure:mg/NAME, azure:entra       the subscriptions of a management group; the directory alone
  HOST[:PORT], https://HOST        a TLS endpoint; smtp:// imap:// pop3:// ftp:// ldap:// postgres:// xmpp:// rdp:// use STARTTLS
  192.0.2.0/28[:PORT]              every address of a range at which somebody listens
  FILE, DIR                        templates, recognised by content
  @FILE                            targets, one a line
  without a target: those of houvast.toml"""

#: Partitions of AWS, as ARNs name them.
PARTITIONS = ("aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f")


def parser(command: str = "") -> argparse.ArgumentParser:
    """The whole command line; or, which starts faster, as much of it as a known command needs."""
    top = argparse.ArgumentParser(prog="houvast", description=_ABOUT, epilog=_EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    top.add_argument("--version", action="version", version=f"houvast {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    own = {"scan": _scan, "judge": _judge, "inventory": _inventory, "explain": _explain, "coverage": _coverage, "permissions": _permissions, "doctor": _doctor, "demo": _demo}
    if command in own:
        own[command](commands)
        return top
    for add in own.values():
        add(commands)
    from scanner.cli import arguments_over_time

    arguments_over_time.add(commands, _command, _looking, _judging)
    return top


def _command(commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, help: str, epilog: str = "") -> argparse.ArgumentParser:
    return commands.add_parser(name, help=help, description=help[0].upper() + help[1:] + ".", epilog=epilog, formatter_class=argparse.RawDescriptionHelpFormatter)


def _scan(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    scan = _command(commands, "scan", "look at targets, judge what was seen, settle the promises", _TARGETS)
    scan.add_argument("targets", nargs="*", metavar="TARGET", help="what to look at; see below")
    _looking(scan)
    _remembering(scan)
    scan.add_argument("--snapshot", metavar="FILE", help="keep what was collected; `houvast judge FILE` judges it again")
    _judging(scan)
    _reporting(scan)


def _judge(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    judge = _command(commands, "judge", "judge a snapshot again, with other promises or another date")
    judge.add_argument("snapshots", nargs="+", metavar="SNAPSHOT", help="files written by `houvast scan --snapshot`; several are merged")
    judge.add_argument("--at", metavar="DATE", help="judge as of this moment (2026-12-31 or 2026-12-31T12:00:00Z); default: when the snapshot was taken")
    _judging(judge)
    _reporting(judge)
    judge.add_argument("--history", metavar="FILE", help="record the judgement in this history")
    judge.add_argument("--series", metavar="NAME", help="compare with earlier scans of this name (default: the targets)")


def _inventory(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    inventory = _command(commands, "inventory", "list resources, their facts, where each and its copies are", _TARGETS)
    inventory.add_argument("targets", nargs="+", metavar="SNAPSHOT|TARGET", help="a snapshot file, or what to look at")
    _looking(inventory)
    inventory.add_argument("--type", action="append", default=[], metavar="TYPE", help="only this resource type (repeatable)")
    inventory.add_argument("--format", choices=("console", "csv", "json"), default="console", help="default: console")
    inventory.add_argument("-o", "--output", metavar="FILE", help="write to FILE instead of the screen")


def _looking(command: argparse.ArgumentParser) -> None:
    look = command.add_argument_group("looking")
    look.add_argument("--regions", metavar="R,R", help="AWS: only these regions; the others are reported as not looked at")
    look.add_argument("--profile", metavar="NAME", help="AWS: profile of the shared configuration for the target `aws`")
    look.add_argument("--organization", action="store_true", help="AWS: every account of the organisation, by assuming a role in each")
    look.add_argument("--role", metavar="NAME", help="AWS: the role that is assumed in each account (default: HouvastReadOnly, which `houvast permissions aws` makes)")
    look.add_argument("--external-id", metavar="ID", help="AWS: the external id that the role asks for")
    look.add_argument("--session-duration", type=_duration, metavar="SECONDS", help="AWS: how long an assumed role is good for before it is assumed anew (default: 3600)")
    look.add_argument("--accounts", metavar="ID,ID", help="AWS: only these accounts of the organisation; the others are reported as not looked at")
    look.add_argument("--exclude-accounts", metavar="ID,ID", help="AWS: all accounts but these")
    look.add_argument("--ou", metavar="ID,ID", help="AWS: only the accounts in these organisational units, or below them")
    look.add_argument("--exclude-ou", metavar="ID,ID", help="AWS: all but the accounts in these organisational units, or below them")
    look.add_argument("--azure-cloud", metavar="NAME|URL", help="Azure: public (default), china, usgovernment, or the URL of a Resource Manager")
    look.add_argument(
        "--management-group", metavar="NAME", action="append", default=[], help="Azure: the subscriptions in it and below it; as the target azure:mg/NAME (repeatable)"
    )
    look.add_argument(
        "--azure-bodies", choices=("graph", "lists", "single"), help="Azure: by Resource Graph (default, fast), or by Resource Manager alone, which does not trail behind"
    )
    look.add_argument("--endpoints", action="store_true", help="AWS, Azure: probe the TLS endpoints that the cloud declares, too; those in private networks are named and left out")
    look.add_argument("--connect", metavar="IP", help="TLS: connect to this address instead of looking the host up")
    look.add_argument("--ca-file", metavar="PEM", help="TLS: trust these certificates too")
    family = look.add_mutually_exclusive_group()
    family.add_argument("--ipv4", action="store_const", const="4", dest="ip_family", help="TLS: only addresses of this kind; without, every address of a name is looked at")
    family.add_argument("--ipv6", action="store_const", const="6", dest="ip_family", help="TLS: the same for IPv6")
    look.add_argument("--first-address", action="store_true", help="TLS: only the first address of a name that takes a connection; the others are reported as not looked at")
    look.add_argument("--certificate-names", action="store_true", help="TLS: look at the other names on the certificates too")
    look.add_argument("--client-cert", metavar="PEM", help="TLS: present this certificate to servers that ask for one; password of the key in HOUVAST_CLIENT_KEY_PASSWORD")
    look.add_argument("--client-key", metavar="PEM", help="TLS: its key, where it stands in another file")
    look.add_argument("--proxy", metavar="URL", help="TLS: through this proxy, http://HOST:PORT (CONNECT) or socks5://HOST:PORT; also HOUVAST_TLS_PROXY")
    look.add_argument("--region", metavar="REGION", help="templates: the region in which they will be deployed")
    look.add_argument("--var-file", metavar="FILE", action="append", default=[], help="Terraform folders: a file with values of variables, beside terraform.tfvars (repeatable)")
    look.add_argument("--workspace", metavar="NAME", help="Terraform folders: the workspace in which they will be applied; without it what depends on it is unknown")
    look.add_argument("--account", metavar="ID", help="templates: the AWS account in which they will be deployed")
    look.add_argument("--location", metavar="NAME", help="ARM and Bicep: the location of the resource group")
    look.add_argument(
        "--parameters", action="append", default=[], metavar="NAME=VALUE|FILE|TEMPLATE=FILE",
        help="templates: the value of a parameter, or a file with values (AWS CLI, CodePipeline, ARM, .bicepparam), for all templates or for one (repeatable)",
    )  # fmt: skip
    look.add_argument("--timeout", type=_seconds, metavar="SECONDS", default=900.0, help="for the whole scan (default: 900); what is left then is unknown")
    look.add_argument("--call-timeout", type=_seconds, metavar="SECONDS", default=20.0, help="for one network call (default: 20)")
    look.add_argument("--retries", type=_count, metavar="N", default=4, help="further attempts when a service throttles or fails in passing (default: 4)")
    look.add_argument("--workers", type=_count, metavar="N", default=16, help="calls under way at once (default: 16)")
    look.add_argument("--config", metavar="FILE", help="default: houvast.toml in this folder, if there")
    look.add_argument("-q", "--quiet", action="store_true", help="no progress on stderr")


def _judging(command: argparse.ArgumentParser) -> None:
    judging = command.add_argument_group("judging")
    judging.add_argument("--promises", metavar="FILE", help="default: promises.toml beside houvast.toml, if there")
    judging.add_argument("--check", action="append", default=[], metavar="ID", help="only this check (repeatable)")
    judging.add_argument("--skip-check", action="append", default=[], metavar="ID", help="without this check (repeatable)")
    judging.add_argument("--type", action="append", default=[], metavar="TYPE", help="only this resource type (repeatable)")
    judging.add_argument("--fail-on", choices=SEVERITIES, default="low", help="exit 10 only for findings of at least this severity (default: low)")
    judging.add_argument("--tls-guideline", metavar="NAME", help="judge TLS by this guideline (default: ncsc-nl-2025-05); a promise may name another one")
    judging.add_argument("--waivers", metavar="FILE", help="accepted findings; default: waivers.toml beside houvast.toml, if there")
    judging.add_argument("--drift", action="store_true", help="compare what templates declare with what is live in the same scan (the check drift)")
    judging.add_argument(
        "--baseline", metavar="FILE", help="an earlier JSON report: what stood there already does not count for the exit code, and is not listed (--verbose lists it)"
    )
    judging.add_argument("--accept-waived", action="store_true", help="no exit 10 for a promise that only waived findings break; it stays broken in every report")
    judging.add_argument("--allow-unknown", action="store_true", help="exit 0 although something is unknown or unproven")


def _remembering(command: argparse.ArgumentParser) -> None:
    over_time = command.add_argument_group("over time")
    over_time.add_argument("--history", metavar="FILE", help="record the scan in this file; default: [history] of houvast.toml, else nothing is recorded")
    over_time.add_argument("--no-history", action="store_true", help="record nothing, whatever houvast.toml says")
    over_time.add_argument("--series", metavar="NAME", help="compare with earlier scans of this name (default: the targets)")
    over_time.add_argument("--notify", action="store_true", help="send the warnings that are due to the channels of houvast.toml")


def _reporting(command: argparse.ArgumentParser) -> None:
    report = command.add_argument_group("reporting")
    report.add_argument("--format", choices=FORMATS, default=None, help="of what is printed (default: console); nagios also sets the exit code as Nagios and Icinga want it")
    report.add_argument(
        "-o", "--output", action="append", default=[], metavar="FILE",
        help="also write a report, its format by suffix (.html .md .json .jsonl .csv .sarif .xml .prom .ocsf.json .asff.json .txt) or as FORMAT=FILE; repeatable",
    )  # fmt: skip
    report.add_argument("--language", choices=("en", "nl", "fr", "de"), default=None, help="of the console, html and markdown reports (default: that of the promise file)")
    report.add_argument("-v", "--verbose", action="store_true", help="show every subject")
    report.add_argument("--colour", "--color", choices=("auto", "always", "never"), default="auto", help="default: auto; NO_COLOR is honoured")


def _explain(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    explain = _command(commands, "explain", "say what a check asks and why, or what is read of a resource type")
    explain.add_argument("what", metavar="CHECK|TYPE", nargs="?", help="a check id or a resource type; without one, all are listed")


def _coverage(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    coverage = _command(commands, "coverage", "print which facts are read of which types, live and in templates")
    coverage.add_argument("--format", choices=("console", "json"), default="console", help="default: console")


def _permissions(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    permissions = _command(commands, "permissions", "print the least-privilege policy or role that a scan needs")
    clouds = permissions.add_subparsers(dest="cloud", metavar="CLOUD", required=True)
    for cloud, formats in (("aws", ("json", "cloudformation", "terraform")), ("azure", ("json", "bicep", "terraform", "manifest"))):
        own = clouds.add_parser(cloud, help=f"as {', '.join(formats)}")
        own.add_argument("--format", choices=formats, default="json", help="default: json")
        own.add_argument("--check", action="append", default=[], metavar="ID", help="only what this check needs (repeatable)")
        own.add_argument("--type", action="append", default=[], metavar="TYPE", help="only what this resource type needs (repeatable)")
        if cloud == "aws":
            own.add_argument("--organization", action="store_true", help="what the identity needs that scans an organisation, beside the role in each account")
            own.add_argument("--role", metavar="NAME", help="the role that it assumes (default: HouvastReadOnly)")
            own.add_argument("--partition", choices=PARTITIONS, default="aws", help="where that role is: aws-cn in China, aws-us-gov in GovCloud (default: aws)")


def _doctor(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    doctor = _command(commands, "doctor", "check installation, credentials and configuration, and say what is missing")
    doctor.add_argument("--config", metavar="FILE", help="default: houvast.toml in this folder, if there")


def _demo(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    demo = _command(commands, "demo", "scan a small estate of servers started on this machine: no account needed")
    demo.add_argument("--folder", metavar="DIR", default="demo", help="where snapshot and reports are left (default: demo)")
    demo.add_argument("--promises", metavar="FILE", help="settle these promises instead of the demo's own")
    demo.add_argument("-v", "--verbose", action="store_true", help="show every subject")


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value <= 86_400:
        raise argparse.ArgumentTypeError("must be more than 0 and at most 86400 seconds")
    return value


def _duration(text: str) -> int:
    value = int(text)
    if not 900 <= value <= 43_200:
        raise argparse.ArgumentTypeError("must be between 900 and 43200 seconds, as AWS allows")
    return value


def _count(text: str) -> int:
    value = int(text)
    if not 0 <= value <= 256:
        raise argparse.ArgumentTypeError("must be between 0 and 256")
    return value
