"""The words Houvast thinks in: facts, documents, verdicts, promises. Pure; standard library only."""
