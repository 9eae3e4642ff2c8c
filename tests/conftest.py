"""What holds for every test."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# No test is judged by how long a busy machine took for it.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
