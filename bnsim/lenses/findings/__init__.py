"""Findings: what a lecturer would point at in a run at this moment, one sentence each, as a linter says it."""
