"""Whole-way tests against real servers; switched on by SIAGA_E2E=1 (.ci/run does)."""
