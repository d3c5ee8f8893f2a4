"""Counts what is rendered in this process, and tells px0 of it: which service renders which version, and with which variables' names."""
