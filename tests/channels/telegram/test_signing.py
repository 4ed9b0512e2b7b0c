"""Buttons are ours or they are nothing."""

import pytest

from bot.channels.telegram.signing import sign, verify, webhook_secret
from bot.model.who import Address

SECRET = b"a secret of the house"
CAMILLE = Address("telegram", "1001")
LONGEST_ACT = "é" * 24  # 48 bytes, what an Option allows


@pytest.mark.parametrize("act", ["a", "c:12:moyens", "with|bars|inside", LONGEST_ACT, ""])
def test_what_was_signed_comes_back(act: str) -> None:
    data = sign(SECRET, CAMILLE, act)
    assert len(data.encode()) <= 64
    assert verify(SECRET, CAMILLE, data) == act


SIGNED = sign(SECRET, CAMILLE, "erase")


@pytest.mark.parametrize(
    ("data", "address", "secret"),
    [
        pytest.param(SIGNED, Address("telegram", "1002"), SECRET, id="the button of somebody else"),
        pytest.param(SIGNED, CAMILLE, b"another secret", id="signed by another secret"),
        pytest.param(SIGNED.replace("erase", "raise"), CAMILLE, SECRET, id="another act"),
        pytest.param(SIGNED[:-1], CAMILLE, SECRET, id="cut off"),
        pytest.param("erase", CAMILLE, SECRET, id="no signature"),
        pytest.param("erase|", CAMILLE, SECRET, id="an empty signature"),
        pytest.param("erase|ééééécéé", CAMILLE, SECRET, id="a signature that is not ASCII"),
        pytest.param("erase|\ud800", CAMILLE, SECRET, id="half a surrogate pair"),
        pytest.param("\ud800|aaaaaaaa", CAMILLE, SECRET, id="half a surrogate pair as act"),
        pytest.param("", CAMILLE, SECRET, id="nothing"),
        pytest.param("\x00" * 64, CAMILLE, SECRET, id="64 bytes of nothing"),
    ],
)
def test_forged_data_is_refused(data: str, address: Address, secret: bytes) -> None:
    assert verify(secret, address, data) is None


def test_the_webhook_secret_is_one_that_telegram_takes_and_not_the_secret_itself() -> None:
    secret = webhook_secret(SECRET)
    assert secret.isalnum() and secret.isascii() and len(secret) == 64
    assert webhook_secret(b"another") != secret
