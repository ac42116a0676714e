"""What the exit codes of the command line mean, where one process reads another's; 0 is success, 1 a part that failed."""

REFUSED = 2
"""Bad arguments or bad input; why is said in words."""
INTERRUPTED = 130
"""Ended by Ctrl+C or SIGTERM, by the shell's custom, with everything saved."""
