"""Scores of edges and of filled pictures. All are taken on the composite, never on the raw network output."""
