"""Servers and estates for `houvast demo` and the tests: real protocols on loopback, no account needed."""
