"""Measurements, kept out of what passes or fails: ``make bench``."""
