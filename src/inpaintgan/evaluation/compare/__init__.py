"""`compare`: edge generators trained alike, scored alike, in one report."""
