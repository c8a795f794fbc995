"""Is the one user whom no policy binds locked away?"""

from scanner.sdk import Outcome, Reason, Resource, RootAccess, Severity, bad, check, fails, good, passes, unsure_of


@check(
    id="root-access",
    needs=RootAccess,
    severity=Severity.CRITICAL,
    since="0.1",
    cites=("GDPR Art. 32(1)(b)", "ISO/IEC 27001:2022 A.8.2", "ISO/IEC 27001:2022 A.8.5", "NIS2 Art. 21(2)(i)-(j)", "DORA RTS 2024/1774 Art. 21"),
)
def root_access(res: Resource, root: RootAccess) -> Outcome:
    """The root user has a second factor and no access keys.

    Why: the root user may do everything, and no policy of the account can stop it. Whoever gets its password or its key
    owns the account: data, backups and logs.

    Remedy: delete the access keys, register a second factor, lock the credentials away and use roles for daily work.
    Accounts of an organisation can do without root credentials altogether (centralised root access).
    """
    found = [*(["has no second factor"] if not root.mfa else []), *([f"has {root.keys} access key{'s' if root.keys > 1 else ''}"] if root.keys > 0 else [])]
    if found:
        return fails(f"the root user of {res.ref.name} {' and '.join(found)}")
    return passes(f"the root user of {res.ref.name} has a second factor and no access keys")


EXAMPLES = (good(RootAccess(True, 0)), bad(RootAccess(False, 0)), bad(RootAccess(True, 1)), bad(RootAccess(False, 2)), unsure_of(Reason.DENIED))
