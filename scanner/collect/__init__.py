"""From targets to a snapshot: jobs, the loop that runs them, and the ledger that forgets nothing."""
