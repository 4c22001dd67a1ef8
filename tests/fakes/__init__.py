"""Loopback servers that stand in for outside services; the code under test talks real HTTP."""
