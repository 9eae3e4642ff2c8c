"""`gsm-gateway message`: send messages, withdraw them, give them another time, send them anew."""

from __future__ import annotations

import click

from gateway.cli.message_verbs import VERBS


@click.group()
def command() -> None:
    """Messages: send one, withdraw it, give it another time, send it anew.

    \b
    Asks the running gateway.
    Examples:
      gsm-gateway message send +491711234567 "Does this SIM work?" --span 3 --wait
      gsm-gateway message cancel 4711
      gsm-gateway message reschedule 4711 2h
      gsm-gateway message replay --failed-since 3h
    """


for verb in VERBS:
    command.add_command(verb)
