"""The words: definition, events, state, fold, view and the store protocol. Frozen values, no I/O."""
