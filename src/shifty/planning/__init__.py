"""Pure rules that spread work: estimate, bound, balance, split, policy."""
