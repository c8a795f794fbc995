"""Which accounts, and which of their regions: the first looks, from whose answers all others follow."""

from __future__ import annotations

from dataclasses import replace

from providers.aws import organization
from providers.aws.calls import CallFailed
from providers.aws.documents import Site
from providers.aws.looks import Looks, key_of
from providers.aws.organization import Member
from scanner.sdk import EVERY_TYPE, Answer, Call, Dialect, Document, Failure, Job, Json, List, Reason, Ref


class Accounts(Looks):
    """Looks at who is asked, at the regions that are enabled, and at an organisation's accounts with what binds them."""

    def _identity(self, call: Call, site: Site) -> Answer:
        if site.account.fault is not None:
            raise CallFailed(site.account.fault)
        jobs: list[Job] = [self._list_job(_pinned(site, look.listing), look) for look in self._plan.looks if look.everywhere]
        jobs += [
            Job(self._call(site, rep.service, rep.fetch, types=(decl.type,)), "report", (site, decl, rep))
            for decl, rep in self._plan.reports
        ]  # fmt: skip
        # Global listings show what stands in regions that nobody asked about, too: those are named as left out.
        if self._options.regions or any(not look.everywhere for look in self._plan.looks):
            jobs.append(Job(self._call(site, "ec2", "describe_regions", types=(EVERY_TYPE,)), "regions", site))
        if self._organization is not None and site.account in self._roots:
            first = self._organization.units[:1]
            listing = self._call(site, "organizations", "list_accounts_for_parent" if first else "list_accounts", types=(EVERY_TYPE,), subject="".join(first), account="")
            jobs.append(Job(listing, "organization", site))
        return Answer(replace(call, pages=1, items=1), jobs=tuple(jobs))

    def _members(self, call: Call, site: Site) -> Answer:
        """The accounts of the organisation: one look each. A list that was refused, even in part, hides accounts of which nobody knows."""
        choice = self._organization
        assert choice is not None
        found = organization.members(self._of(site.account), site.account.home, choice)
        jobs, calls = [], []
        guards = organization.Guards(self._of(site.account), site.account.home)
        for member in found.members.values():
            if member.id in {account.id for account in self.accounts}:
                jobs += [self._guard_job(site, member, guards)] if self._asks_guards else []
                continue
            look = self._call(site, "sts", "assume_role", types=(EVERY_TYPE,), subject=f"{member.id} ({choice.role})", account=member.id)
            if member.active and self._asks_guards:
                jobs.append(self._guard_job(site, member, guards))
            if member.active:
                jobs.append(Job(look, "member", (site, member)))
            else:
                calls.append(
                    replace(
                        look,
                        outcome=Reason.UNAVAILABLE,
                        code=member.state,
                        detail=f"the account is {member.state.lower()}: nothing can be asked of it; --exclude-accounts leaves it out",
                    )
                )
        lost = {(operation, about): error for operation, about, error in found.faults}
        for operation, about in dict.fromkeys(found.asked):
            entry = self._call(site, "organizations", operation, subject=about, account="")
            error = lost.get((operation, about))
            calls.append(replace(entry, pages=1) if error is None else replace(entry, outcome=error.reason, code=error.code, detail=error.detail, types=(EVERY_TYPE,)))
        unknown = choice.accounts - found.members.keys() - found.left_out
        calls += [
            replace(self._call(site, "organizations", "list_accounts", types=(EVERY_TYPE,), subject=name, account=name), outcome=Reason.UNRESOLVED, detail=f"{name} is no account of the organisation")
            for name in sorted(unknown) if not lost
        ]  # fmt: skip
        main = next((one for one in calls if one.id == call.id), replace(call, pages=found.pages))
        rest = tuple(one for one in calls if one.id != call.id)
        excluded = tuple(f"aws:{name}" for name in sorted(found.left_out - {account.id for account in self._roots}))
        answer = Answer(replace(main, items=len(found.members)), jobs=tuple(jobs), more_calls=rest, excluded=excluded)
        if main.outcome is not None:
            raise Failure(main.outcome, main.code, main.detail, answer)
        return answer

    @property
    def _asks_guards(self) -> bool:
        decl = self._decls.get(organization.ACCOUNT)
        chosen = not self._options.types or organization.ACCOUNT in self._options.types
        return decl is not None and chosen and (not self._options.facts or any(decl.given(kind) for kind in self._options.facts))

    def _guard_job(self, site: Site, member: Member, guards: organization.Guards) -> Job:
        return Job(self._call(site, "organizations", "list_policies_for_target", subject=member.id, account=member.id), "guard", (site, member, guards))

    def _guard(self, call: Call, site: Site, member: Member, guards: organization.Guards) -> Answer:
        """The policies that an account inherits; where they were refused, the account stays a subject of which that is not known."""
        ref = Ref("aws", organization.ACCOUNT, member.id, "", f"arn:{site.account.partition}:organizations:::account/{member.id}", member.name or member.id)
        try:
            body: dict[str, Json] = {"management": member.id == guards.management(), "levels": guards.levels(member.id)}
        except Failure as error:
            error.read = Answer(call, (Document(ref, Dialect.LIVE, {}, {"": call.id}),))
            raise
        return Answer(replace(call, pages=1, items=1), (Document(ref, Dialect.LIVE, body, {"": call.id}),))

    def _member(self, call: Call, site: Site, member: Member) -> Answer:
        """Assume the role in an account, and look at it as at every other."""
        choice = self._organization
        assert choice is not None
        account = organization.assumed(site.account, self._of(site.account), member, choice)
        with self._joining:
            self.accounts = (*self.accounts, account)
            self._calls[key_of(account)] = self._calls_of(account)
            self._homes[account.id] = account.home
        answer = self._identity(call, Site(account, account.home, ""))
        return replace(answer, call=replace(answer.call, pages=1, items=1))

    def _enabled_regions(self, call: Call, site: Site) -> Answer:
        """Ask EC2, then the account service. When nobody says, only the regions that the user named are looked at."""
        calls = self._of(site.account)
        try:
            page = calls.once("ec2", site.region, "describe_regions", {})
            enabled = {str(row["RegionName"]) for row in page["Regions"]}
            if not enabled:
                raise Failure(Reason.UNPARSABLE, "", "no region is enabled: that cannot be")
            return self._in_regions(replace(call, pages=1, items=len(enabled)), site, enabled)
        except (KeyError, TypeError) as error:
            first = Failure(Reason.UNPARSABLE, "", f"the answer holds no regions: {error}")
        except Failure as error:
            first = error
        lost = replace(call, outcome=first.reason, code=first.code, detail=first.detail, types=())
        second = self._call(site, "account", "list_regions")
        try:
            status: Json = ["ENABLED", "ENABLED_BY_DEFAULT"]
            pages = list(calls.pages("account", site.region, "list_regions", {"RegionOptStatusContains": status}))
            enabled = {str(row["RegionName"]) for page in pages for row in page["Regions"]}
            if enabled:
                return replace(self._in_regions(replace(second, pages=len(pages), items=len(enabled)), site, enabled), more_calls=(lost,))
            raise Failure(Reason.UNPARSABLE, "", "no region is enabled: that cannot be")
        except (Failure, KeyError, TypeError) as error:
            reason = error.reason if isinstance(error, Failure) else Reason.UNPARSABLE
            failed = replace(second, outcome=reason, code=getattr(error, "code", ""), detail=str(error))
        named = self._in_regions(call, site, set(self._options.regions))
        first.read = replace(named, more_calls=(failed, *named.more_calls))
        first.detail = f"{first.detail}: which regions are enabled is not known" + (", only those named by --regions are looked at" if self._options.regions else "")
        raise first

    def _in_regions(self, call: Call, site: Site, enabled: set[str]) -> Answer:
        account, chosen = site.account, self._options.regions
        use = sorted(enabled.intersection(chosen) if chosen else enabled)
        self._regions[account.id] = frozenset(use)
        jobs = [self._list_job(Site(account, region, region), look) for region in use for look in self._plan.looks if not look.everywhere]
        absent = tuple(
            replace(self._call(Site(account, region, region), "ec2", "describe_regions", types=(EVERY_TYPE,)), outcome=Reason.UNAVAILABLE, detail=f"{region} is not enabled for the account")
            for region in sorted(set(chosen) - enabled)
        )  # fmt: skip
        left_out = tuple(f"aws:{account.id}/{region}" for region in sorted(enabled.difference(use)))
        return Answer(call, jobs=tuple(jobs), more_calls=absent, excluded=left_out)


def _pinned(site: Site, listing: List) -> Site:
    """Where a global listing is asked."""
    return replace(site, region=listing.at) if listing.at and site.account.partition == "aws" else site
