"""The moments of a run that touch several rooms: start, cancel, close."""
