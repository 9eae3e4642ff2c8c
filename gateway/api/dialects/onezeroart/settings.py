"""[api.onezeroart]"""

from __future__ import annotations

from pydantic import Field

from gateway.api.dialect import DialectSettings

NAME = "onezeroart"


class Settings(DialectSettings):
    """[api.onezeroart]"""

    token_life_s: int = Field(3600, ge=1, description="life of a token of /api/v1/auth/login, whatever its use")
    refresh_grace_s: int = Field(60, ge=0, description="how long a token is still good after /api/v1/auth/refresh")
    max_sessions: int = Field(100, ge=1, description="most tokens of an account at once, the oldest goes first")
