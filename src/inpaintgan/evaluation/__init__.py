"""Scores that can be believed. Here is what `checkpoint` and `compare` share: cases, how they are filled and scored, pages."""
