"""HTTP dialects over the one service desk: intake, credentials, rendering."""
