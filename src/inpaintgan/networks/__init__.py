"""The networks, layer by layer as in the papers. Each file opens with its layers, its sources and our reading of them."""
