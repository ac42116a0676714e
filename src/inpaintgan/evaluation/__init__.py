"""Scores that can be believed: fixed masks, composites, baselines beside the networks, an upper bound."""
