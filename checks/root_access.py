"""Is the one user whom no policy binds locked away?"""

from scanner.sdk import Outcome, Reason, Resource, RootAccess, Severity, bad, check, fails, good, passes, say, unsure_of


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
    name = res.ref.name
    if root.keys > 0:
        keys = say("{n} access keys", n=root.keys) if root.keys > 1 else say("1 access key")
        if root.mfa:
            return fails(say("the root user of {name} has {keys}", name=name, keys=keys))
        return fails(say("the root user of {name} has no second factor and has {keys}", name=name, keys=keys))
    if not root.mfa:
        return fails(say("the root user of {name} has no second factor", name=name))
    return passes(say("the root user of {name} has a second factor and no access keys", name=name))


EXAMPLES = (good(RootAccess(True, 0)), bad(RootAccess(False, 0)), bad(RootAccess(True, 1)), bad(RootAccess(False, 2)), unsure_of(Reason.DENIED))
