"""The door: one ASGI app around the shell, the routes for media, and the engine's start and end."""

import streamlit as st

from components.server import lifespan, routes

app = st.App("components/shell.py", lifespan=lifespan, routes=routes())
