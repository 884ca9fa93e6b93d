"""Bank statements: every format read into one shape. Pure modules: no model, no settings."""
