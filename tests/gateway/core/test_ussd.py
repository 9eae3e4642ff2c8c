from __future__ import annotations

import pytest

from gateway.core.ussd import UssdReply, UssdState, is_code


@pytest.mark.parametrize("text", ["*100#", "#100#", "*#06#", "*100*1*2#", "**21*+49171123#", "1", "22", "100", "*100"])
def test_codes(text: str) -> None:
    assert is_code(text)


@pytest.mark.parametrize("text", ["", "*100#x", "hello", "*100#\n", "+100#", "*" + "1" * 200 + "#"])
def test_what_is_no_code(text: str) -> None:
    assert not is_code(text)


@pytest.mark.parametrize(
    ("reply", "state", "reason"),
    [
        (UssdReply(result=0, text="5 EUR"), UssdState.DONE, ""),
        (UssdReply(result=0, text=""), UssdState.DONE, ""),
        (UssdReply(result=1, text="1 Balance"), UssdState.ANSWER_WANTED, ""),
        (UssdReply(result=2, text="Good bye"), UssdState.DONE, ""),
        (UssdReply(result=2, text=""), UssdState.FAILED, "the network ended the dialogue"),
        (UssdReply(result=3, text=""), UssdState.FAILED, "another client has answered"),
        (UssdReply(result=4, text=""), UssdState.FAILED, "the network does not know this code"),
        (UssdReply(result=5, text=""), UssdState.FAILED, "the network did not answer"),
        (UssdReply(result=None, text="port lost"), UssdState.FAILED, "port lost"),
    ],
)
def test_state_and_reason_follow_from_the_reply(reply: UssdReply, state: UssdState, reason: str) -> None:
    assert (reply.state, reply.reason) == (state, reason)
