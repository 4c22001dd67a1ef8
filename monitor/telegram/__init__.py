"""Sending to staff: the channel protocol, the console, and Telegram with all of its limits."""
