"""Gemini in parts: what is asked, what is sent through which SDK, how replies are read, what trouble means."""
