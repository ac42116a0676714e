"""The networks, layer by layer as in the papers; see NETWORKS in ARCHITECTURE.md for their sources."""
