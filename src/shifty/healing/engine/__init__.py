"""The healer's mind: pure, offline and deterministic. Elements in, a ranking with a calibrated confidence out."""
