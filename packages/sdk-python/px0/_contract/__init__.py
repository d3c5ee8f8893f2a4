"""Input contracts: what the variables of a version must be."""
