"""What the names of a template stand for: pseudo parameters, parameters, mappings, and which resources there are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from scanner.sdk import Json, Options, UsageError


@dataclass(frozen=True, slots=True)
class Given:
    """What the user says about the deployment; whatever is not said stays unknown."""

    region: str = ""
    account: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, options: Options) -> Given:
        """From the settings `template.region`, `template.account`, `template.parameters`. Raises UsageError."""
        settings = options.settings
        return cls(settings.get("template.region", ""), settings.get("template.account", ""), _parameters(settings.get("template.parameters", "")))

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


def _parameters(text: str) -> dict[str, str]:
    """`{"Name": "value"}`, or the list of ParameterKey and ParameterValue that the AWS command line takes."""
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
    if not isinstance(plain, dict) or not all(value is None or isinstance(value, (str, int, float)) for value in plain.values()):
        raise UsageError("the template parameters are not names with values", remedy)
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in plain.items() if value is not None}
