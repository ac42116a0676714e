"""Using trained networks: one call fills one picture of any size."""
