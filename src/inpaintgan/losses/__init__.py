"""The losses of both stages. Every one is computed in float32, whatever the networks ran in."""
