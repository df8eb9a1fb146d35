"""The frame around every page: navigation and the common look. It stands here, and not beside pages/, so that
Streamlit cannot serve a page without it."""

from pathlib import Path

import streamlit as st

from components.moments_table import store_edits
from components.naming import remember_name
from components.status import show_status
from components.words import plain
from posterframe.errors import PosterframeError

HERE = Path(__file__).parent
PAGES = HERE.parent / "pages"

st.set_page_config(page_title="Posterframe", page_icon="🎞️", layout="wide")
st.html(HERE / "frontend/page.css")
theme = "dark" if st.context.theme.type == "dark" else "light"
st.html(HERE / f"frontend/{theme}.css")
st.logo(HERE / f"frontend/logo-{theme}.svg", size="large", link=None)

page = st.navigation(
    [
        st.Page(PAGES / "review.py", title="Review", default=True),
        st.Page(PAGES / "library.py", title="Library", url_path="library"),
    ],
    position="top",
)
show_status()
remember_name()
store_edits()
try:
    page.run()
except PosterframeError as error:
    st.error(plain(str(error)))
