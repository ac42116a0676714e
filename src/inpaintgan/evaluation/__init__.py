"""Scores that can be believed. Here is what `checkpoint` and `comparison` share: cases, how they are filled and scored, pages."""
