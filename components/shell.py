"""The frame around every page: navigation and the common look. It stands here, and not beside pages/, so that
Streamlit cannot serve a page without it."""

from pathlib import Path

import streamlit as st

HERE = Path(__file__).parent
PAGES = HERE.parent / "pages"

st.set_page_config(page_title="Posterframe", page_icon="🎞️", layout="wide")
st.html(HERE / "frontend/page.css")
is_dark = st.context.theme.type == "dark"
if is_dark:
    st.html(HERE / "frontend/dark.css")
st.logo(HERE / f"frontend/logo-{'dark' if is_dark else 'light'}.svg", size="large", link=None)

page = st.navigation(
    [
        st.Page(PAGES / "review.py", title="Review", default=True),
        st.Page(PAGES / "library.py", title="Library", url_path="library"),
    ],
    position="top",
)
page.run()
