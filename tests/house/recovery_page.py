"""The tables of docs/recovery.md, made of the tables that the driver uses."""

from __future__ import annotations

from modem.driver.rungs import LADDER
from modem.driver.symptoms import SYMPTOMS


def symptom_rows() -> str:
    """Give the rows of the table of symptoms."""
    rows = [f"| {symptom.value} | {facts.onset_s:g} s | {facts.proof.value} |" for symptom, facts in SYMPTOMS.items()]
    return "\n".join(rows)


def step_rows() -> str:
    """Give the rows of the table of steps."""
    rows = [
        f"| {facts.rung.value} | {facts.need.value} | {facts.cost_s:g} s | {facts.wait_s:g} s | {facts.verify_s:g} s |"
        f" {'yes' if facts.is_reset else 'no'} |"
        for facts in LADDER
    ]
    return "\n".join(rows)
