"""Can it be deleted by one wrong click?"""

from scanner.sdk import OFF, ON, Deletion, Outcome, Reason, Resource, Severity, bad, check, fails, good, passes, say, unsure_of


@check(
    id="deletion-guard",
    needs=Deletion,
    severity=Severity.LOW,
    since="0.1",
    cites=("GDPR Art. 32(1)(b)-(c)", "ISO/IEC 27001:2022 A.8.13", "ISO/IEC 27001:2022 A.5.33", "NIS2 Art. 21(2)(c)"),
)
def deletion_guard(res: Resource, deletion: Deletion) -> Outcome:
    """Things that hold data are guarded against deletion.

    Why: a wrong resource group, a stack that is torn down, a stolen credential: deleting takes a second, and often takes the
    automated backups along. A guard makes it two deliberate steps.

    Remedy: switch on deletion protection, object lock, soft delete, or a lock on the resource group.
    """
    detail = f": {deletion.detail}" if deletion.detail else ""
    if deletion.guard is OFF:
        return fails(say("{name} is not guarded against deletion{detail}", name=res.ref.name, detail=detail))
    return passes(say("{name} is guarded against deletion{detail}", name=res.ref.name, detail=detail))


EXAMPLES = (good(Deletion(ON, "deletion protection")), bad(Deletion(OFF)), unsure_of(Reason.NOT_COLLECTED))
