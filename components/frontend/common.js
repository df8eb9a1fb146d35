// What several front ends need; it is put before each of them.
function element(tag, className, text) {
  const made = document.createElement(tag)
  if (className) made.className = className
  if (text) made.textContent = text
  return made
}

// Whether a key goes into a field or the table, or is part of a shortcut of the browser's.
function isForOthers(event) {
  const typing = event.composedPath()[0]?.closest?.("input, textarea, [contenteditable], [data-testid=stDataFrame]")
  return Boolean(typing || event.ctrlKey || event.metaKey || event.altKey)
}

// Hears the keys of the whole page, once for each piece however often it is drawn; returns what ends that. Streamlit
// may end a drawing only after the next one has begun, whose keys go on being heard then.
function hearKeys(root, onKey, first = false) {
  root.onKeyNow = onKey
  root.hear ??= (event) => root.onKeyNow(event)
  document.addEventListener("keydown", root.hear, first)
  return () => root.onKeyNow === onKey && document.removeEventListener("keydown", root.hear, first)
}

// Shows one of the pictures that stand in equal columns and rows in a larger one.
function showTile(node, link, columns, rows, index) {
  const percent = (place, count) => (count > 1 ? (100 * place) / (count - 1) : 0)
  node.style.backgroundImage = `url("${link}")`
  node.style.backgroundSize = `${100 * columns}% ${100 * rows}%`
  node.style.backgroundPosition =
    `${percent(index % columns, columns)}% ${percent(Math.floor(index / columns), rows)}%`
}
