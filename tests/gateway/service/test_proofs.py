from __future__ import annotations

from gateway.core.account import Account
from gateway.core.types import AccountId
from gateway.service.proofs import REMEMBERED, VERIFIED_FOR_S, Proofs, Token

DEMO, OTHER = Account(id=AccountId(1), name="demo"), Account(id=AccountId(2), name="other")


def test_password_is_believed_for_a_while() -> None:
    proofs = Proofs()
    proofs.keep_password("demo", "secret", DEMO, 0)
    assert proofs.password("demo", "secret", VERIFIED_FOR_S - 1) is DEMO
    assert proofs.password("demo", "Secret", 0) is None
    assert proofs.password("demo", "secret", VERIFIED_FOR_S) is None


def test_memory_holds_no_password() -> None:
    proofs = Proofs()
    proofs.keep_password("demo", "secret", DEMO, 0)
    assert "secret" not in repr(proofs._passwords)


def test_forgetting_one_account_leaves_others() -> None:
    proofs = Proofs()
    for account in (DEMO, OTHER):
        proofs.keep_password(account.name, "secret", account, 0)
        proofs.keep_token("kind", account.name.encode(), Token(account=account, until_s=1))
    proofs.forget(DEMO.id)
    assert proofs.password("demo", "secret", 0) is None
    assert proofs.token("kind", b"demo", 0) is None
    assert proofs.password("other", "secret", 0) is OTHER
    assert proofs.token("kind", b"other", 0) is not None
    assert proofs.token("other kind", b"other", 0) is None


def test_the_oldest_are_forgotten_when_there_are_too_many() -> None:
    proofs = Proofs()
    for number in range(REMEMBERED + 1):
        proofs.keep_token("kind", str(number).encode(), Token(account=DEMO, until_s=1))
    assert proofs.token("kind", b"0", 0) is None
    assert proofs.token("kind", str(REMEMBERED).encode(), 0) is not None
