"""All reviews, newest first."""

from components.library import show_library

show_library()
