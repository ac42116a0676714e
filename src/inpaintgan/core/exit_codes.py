"""What the exit codes of the command line mean; 0 is success."""

FAILED = 1
"""A part failed: pictures of a folder, a training after its start."""
REFUSED = 2
"""Bad arguments or bad input; why is said in words."""
INTERRUPTED = 130
"""Ended by Ctrl+C or SIGTERM, by the shell's custom, with everything saved."""
