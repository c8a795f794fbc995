"""Credentials, the account they belong to, and its clients. The AWS SDK is imported when a session is opened, not before."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from providers.aws.clients import Clients, Operations
from providers.aws.faults import CREDENTIALS, Fault, classify
from scanner.sdk import MissingCredentials, Options

_DEFAULT_REGION = "us-east-1"


@dataclass(frozen=True)
class Account:
    """Who asks, and where he may start."""

    profile: str
    """As the target named it; empty for the default chain."""
    id: str
    partition: str
    home: str
    """Region for what is asked once an account."""
    clients: Clients
    fault: Fault | None = None
    """Why nobody could say which account this is; `id` is empty then."""

    @property
    def target(self) -> str:
        """The target as the user wrote it."""
        return f"aws:{self.profile}" if self.profile else "aws"


def session_of(profile: str) -> Any:
    """A session with credentials in hand. Raises MissingCredentials with the next step."""
    import botocore.session
    from botocore.exceptions import BotoCoreError, ProfileNotFound

    session = botocore.session.Session(profile=profile or None)
    try:
        credentials = session.get_credentials()
        if credentials is None:
            raise MissingCredentials(
                f"no AWS credentials were found{_of(profile)}",
                "sign in (aws sso login, aws configure), set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile: houvast scan aws:PROFILE",
            )
        credentials.get_frozen_credentials()
    except ProfileNotFound as error:
        raise MissingCredentials(
            f"the AWS profile {profile or os.environ.get('AWS_PROFILE', '')!r} is not configured", "see which there are: aws configure list-profiles; or take AWS_PROFILE away"
        ) from error
    except BotoCoreError as error:
        raise MissingCredentials(f"the AWS credentials{_of(profile)} cannot be used: {error}", "sign in again (aws sso login), or correct the profile") from error
    return session


def _of(profile: str) -> str:
    return f" for the profile {profile!r}" if profile else ""


def account_of(profile: str, options: Options, ask: Any, operations: Operations | None = None) -> Account:
    """The account behind a profile. `ask(clients, region)` gives the answer of sts:GetCallerIdentity or raises.

    Raises MissingCredentials when the credentials are refused; any other fault is kept, to be shown as a gap.
    """
    session = session_of(profile)
    # botocore itself reads AWS_DEFAULT_REGION only; AWS_REGION is what all other SDKs read.
    home = os.environ.get("AWS_REGION") or session.get_config_variable("region") or (options.regions[0] if options.regions else _DEFAULT_REGION)
    clients = Clients(session, options, operations)
    try:
        answer = ask(clients, home)
        arn = str(answer["Arn"]).split(":")
        return Account(profile, str(answer["Account"]), arn[1], home, clients)
    except Exception as error:  # the edge: classified, then raised or kept as a gap
        fault = getattr(error, "fault", None) or classify(error)
        if fault.code in CREDENTIALS:
            advice = "set this machine's clock" if "expired" in fault.detail.lower() and "Signature" in fault.code else "sign in again (aws sso login), or set fresh keys"
            raise MissingCredentials(f"AWS refused the credentials{_of(profile)}: {fault.code}", advice) from error
        return Account(profile, "", "aws", home, clients, fault)
