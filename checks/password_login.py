"""Does a machine let people in by password?"""

from scanner.sdk import Outcome, PasswordLogin, Reason, Resource, Severity, bad, check, fails, good, passes, say, unsure_of


@check(
    id="password-login",
    needs=PasswordLogin,
    severity=Severity.HIGH,
    since="0.1",
    cites=("GDPR Art. 32(1)(b)", "ISO/IEC 27001:2022 A.8.5", "NIS2 Art. 21(2)(i)"),
)
def password_login(res: Resource, login: PasswordLogin) -> Outcome:
    """Machines accept keys, not passwords.

    Why: every machine with an open port is tried with lists of passwords all day. A key cannot be guessed.

    Remedy: switch password authentication off and give people keys, or better short-lived certificates or a session
    service that needs no open port at all. On Azure this is chosen when the machine is made.
    """
    if login.allowed:
        return fails(say("{name} lets people log in with a password", name=res.ref.name))
    return passes(say("{name} accepts keys only", name=res.ref.name))


EXAMPLES = (good(PasswordLogin(False)), bad(PasswordLogin(True)), unsure_of(Reason.UNSUPPORTED))
