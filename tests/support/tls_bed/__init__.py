"""A bed of TLS servers whose truth is known: real ones by their configuration, paper ones by declaration."""
