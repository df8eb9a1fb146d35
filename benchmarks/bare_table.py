"""The peer of benchmarks/editing.py: the same table in a bare Streamlit app of ten lines."""

import pandas as pd
import streamlit as st

st.set_page_config(layout="wide")
rows = pd.DataFrame(
    {"Approve": [False] * 5, "Time": ["0:01.0"] * 5, "Reason": ["A reason of some length"] * 5, "Quality": [80] * 5}
)
column = st.column_config
# As wide in all as ours, so that the checkbox stands at the same place.
widths = {
    "Approve": column.CheckboxColumn(width=96),
    "Time": column.TextColumn(width=100),
    "Reason": column.TextColumn(width=1000),
    "Quality": column.NumberColumn(width=200),
}
edited = st.data_editor(
    rows, key="table", num_rows="fixed", hide_index=True, row_height=76, height=440, column_config=widths
)
st.button(f"Cut {int(edited['Approve'].sum())} thumbnails")
