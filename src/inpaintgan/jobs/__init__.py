"""Work in other processes: small workers that answer requests, and trainings that outlive the window. No torch."""
