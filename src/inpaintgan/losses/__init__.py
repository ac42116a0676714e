"""The losses of both stages, computed in float32; the networks that some of them look through run as all networks do."""
