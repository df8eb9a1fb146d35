"""One file per piece of screen."""
