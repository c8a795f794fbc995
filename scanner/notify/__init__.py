"""Warnings: what changed, told once to each channel."""
