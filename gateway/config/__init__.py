"""Settings: a TOML file and the environment, checked at once, every mistake reported."""
