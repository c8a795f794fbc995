"""Scans by the clock, and a small page of their results on this machine."""
