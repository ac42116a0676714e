"""The window: a local web server behind Eel, its guard, and the functions that the pages call. No torch, no numpy."""
