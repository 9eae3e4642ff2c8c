"""How long the models are played: some seconds in a test; the environment says when it is to be longer."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

from hypothesis import HealthCheck, Phase, settings

EXAMPLES: Final = "MODEL_EXAMPLES"
STEPS: Final = "MODEL_STEPS"


def model_settings(*, examples: int) -> settings:
    """Give the settings of a model of which so many examples take some seconds."""
    return settings(
        max_examples=int(os.environ.get(EXAMPLES, str(examples))),
        stateful_step_count=int(os.environ.get(STEPS, "40")),
        deadline=None,
        # The same in every `make test`; new ones are looked for by `make crash`.
        derandomize=EXAMPLES not in os.environ,
        # Not to explain a failure: that is done by tracing every line, of a whole gateway.
        phases=[phase for phase in Phase if phase is not Phase.explain],
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )


def new_folder() -> Path:
    """Make a folder in memory where there is such a place: what a sync is worth is judged elsewhere (`tests/crash`)."""
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="gsm-model-", dir=memory if os.access(memory, os.W_OK) else None))
