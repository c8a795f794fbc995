"""What the names of a template stand for: pseudo parameters, parameters, mappings, and which resources there are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field

from scanner.sdk import UNRESOLVED, Json, Options, UsageError, dataclass


@dataclass(frozen=True, slots=True)
class Given:
    """What the user says about the deployment; whatever is not said stays unknown."""

    region: str = ""
    account: str = ""
    parameters: Mapping[str, Json] = field(default_factory=dict)
    """Texts; lists; marks of what is not known, and references that a stack above hands on."""

    @classmethod
    def of(cls, options: Options, name: str = "") -> Given:
        """From the settings `template.region`, `template.account`, `template.parameters` and, for one template alone,
        `template.parameters:NAME`. Raises UsageError."""
        settings = options.settings
        parameters = _parameters(settings.get("template.parameters", "")) | _parameters(settings.get(f"template.parameters:{name}", ""))
        return cls(settings.get("template.region", ""), settings.get("template.account", ""), parameters)

    def pseudo(self, name: str) -> str | None:
        """A pseudo parameter whose value is known."""
        china = self.region.startswith("cn-")
        partition = "aws-cn" if china else "aws-us-gov" if self.region.startswith("us-gov-") else "aws"
        values = {
            "AWS::Region": self.region,
            "AWS::AccountId": self.account,
            "AWS::Partition": partition if self.region else "",
            "AWS::URLSuffix": ("amazonaws.com.cn" if china else "amazonaws.com") if self.region else "",
        }
        return values.get(name) or None


def _parameters(text: str) -> dict[str, Json]:
    """`{"Name": value}`, or the list of ParameterKey and ParameterValue that the AWS command line takes; a value may be marked as not known."""
    if not text:
        return {}
    remedy = 'write {"Name": "value"}, or a list of {"ParameterKey": "Name", "ParameterValue": "value"}'
    try:
        plain: Json = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"the template parameters are not JSON: {error}", remedy) from error
    if isinstance(plain, dict) and isinstance(plain.get("Parameters"), dict):
        plain = plain["Parameters"]  # the template configuration file of CodePipeline
    if isinstance(plain, list):
        plain = {str(item.get("ParameterKey")): item.get("ParameterValue") for item in plain if isinstance(item, dict)}
    if not isinstance(plain, dict):
        raise UsageError("the template parameters are not names with values", remedy)
    found: dict[str, Json] = {}
    for name, value in plain.items():
        if isinstance(value, bool):
            found[name] = str(value).lower()
        elif isinstance(value, (str, int, float)):
            found[name] = str(value)
        elif isinstance(value, list) or (isinstance(value, dict) and UNRESOLVED in value):
            found[name] = value
        elif value is not None:
            found[name] = {UNRESOLVED: f"parameter {name} is given as an object, which CloudFormation does not take"}
    return found
