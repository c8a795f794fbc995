"""Can a key be lost by one wrong click?"""

from scanner.sdk import OFF, ON, KeyGuard, Outcome, Reason, Resource, Severity, bad, check, fails, good, passes, say, unsure_of


@check(
    id="key-deletion-guard",
    needs=KeyGuard,
    severity=Severity.MEDIUM,
    since="0.1",
    cites=("GDPR Art. 32(1)(b)-(c)", "ISO/IEC 27001:2022 A.8.24", "DORA RTS 2024/1774 Art. 7", "BSI C5:2026 CRY-17"),
)
def key_deletion_guard(res: Resource, guard: KeyGuard) -> Outcome:
    """Keys cannot be destroyed at once.

    Why: data whose key is gone is gone, with all its backups. A mistake, an angry colleague or a burglar needs one
    call for it, unless the service keeps deleted keys for a while.

    Remedy: take back a pending deletion of a key that is still in use (KMS); switch soft delete and purge protection on
    (Key Vault). Purge protection cannot be switched off again: that is its point.
    """
    detail = f": {guard.detail}" if guard.detail else ""
    if guard.state is OFF:
        return fails(say("{name} is not guarded against loss of keys{detail}", name=res.ref.name, detail=detail))
    return passes(say("{name} is guarded against loss of keys{detail}", name=res.ref.name, detail=detail))


EXAMPLES = (good(KeyGuard(ON, "purge protection")), bad(KeyGuard(OFF)), bad(KeyGuard(OFF, "deletion is pending")), unsure_of(Reason.DENIED))
