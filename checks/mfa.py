"""Does a password alone open the door?"""

from scanner.sdk import Outcome, Reason, Resource, Severity, SignIn, bad, check, fails, good, passes, say, unsure_of


@check(
    id="mfa",
    needs=SignIn,
    severity=Severity.HIGH,
    since="0.1",
    cites=("GDPR Art. 32(1)(b)", "ISO/IEC 27001:2022 A.8.5", "NIS2 Art. 21(2)(j)", "Implementing Regulation (EU) 2024/2690 annex 11.7", "DORA RTS 2024/1774 Art. 21"),
)
def mfa(res: Resource, sign_in: SignIn) -> Outcome:
    """Who signs in with a password needs a second factor.

    Why: passwords are guessed, reused and phished. With a second factor a stolen one is worth nothing.

    Remedy: register a device (best a passkey or security key, which cannot be phished) and deny everything without
    one by policy; or take the password away and let people come through the organisation's single sign-on.
    """
    if not sign_in.password_login:
        return passes(say("{name} has no password to sign in with", name=res.ref.name))
    if not sign_in.mfa:
        return fails(say("{name} signs in with a password alone", name=res.ref.name))
    return passes(say("{name} signs in with a second factor", name=res.ref.name))


EXAMPLES = (good(SignIn(True, True)), good(SignIn(False, False), name="a machine user"), bad(SignIn(True, False)), unsure_of(Reason.DENIED))
