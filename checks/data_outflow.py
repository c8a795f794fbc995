"""Can data be taken out?"""

from scanner.sdk import OFF, ON, Outcome, Outflow, Reason, Resource, Severity, bad, check, fails, good, passes, say, unsure_of


@check(
    id="data-outflow", needs=Outflow, severity=Severity.MEDIUM, since="0.1",
    cites=("GDPR Art. 32(1)(b)", "GDPR Art. 44", "ISO/IEC 27001:2022 A.8.12", "NIS2 Art. 21(2)(e)", "DORA RTS 2024/1774 Art. 11"),
)  # fmt: skip
def data_outflow(res: Resource, outflow: Outflow) -> Outcome:
    """Where a service can stop data from being copied out, that is switched on.

    Why: where data and its copies are today is one question, where anybody who has rights may send them tomorrow another.
    Some services have a switch for it: no copies to accounts of other tenants, no export to other registries, no
    connections but to listed hosts. While it is off, one command or one stolen key takes data out of the promised countries.

    Remedy: close what is not used: cross-tenant replication and an unlimited copy scope of storage accounts, the export
    policy of registries, outbound access of AI accounts and database servers, and use the exfiltration protection of
    workspaces (some of it can be chosen only when the resource is made).
    """
    detail = f": {outflow.detail}" if outflow.detail else ""
    if outflow.guard is OFF:
        return fails(say("data of {name} may be taken out{detail}", name=res.ref.name, detail=detail))
    return passes(say("{name} stops data from being taken out{detail}", name=res.ref.name, detail=detail))


EXAMPLES = (good(Outflow(ON)), bad(Outflow(OFF)), bad(Outflow(OFF, "copies to accounts of other tenants are allowed")), unsure_of(Reason.DENIED))
