"""What both halves of the program share: configuration, events, run folder, control file and errors. No torch, no eel."""
