"""TLS endpoints."""
