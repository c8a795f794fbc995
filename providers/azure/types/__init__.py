"""One file a resource provider."""
