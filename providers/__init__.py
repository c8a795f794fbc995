"""Readers of clouds, endpoints and templates."""
