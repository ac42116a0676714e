"""Pictures in and out of files, masks and edge maps. RGB ``(H, W, 3)`` uint8 at every boundary; no torch."""
