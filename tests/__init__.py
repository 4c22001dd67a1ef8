"""Tests of the monitor package."""
