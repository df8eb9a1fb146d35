"""The parts behind the Ittybit extractor: what is sent, the client, what is read, and its errors in words."""
