"""What the pages call, by what it is about; `bridge` exposes every public method of these classes."""
