"""From facts to verdicts to settled promises. Pure."""
