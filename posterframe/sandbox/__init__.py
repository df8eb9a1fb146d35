"""Stand-ins for both services that really do the work, with faults on request; for demos and tests, on loopback."""
