// Draws frames cut out of one picture, each a button, and tells Python the time of the one that was pressed.
export default function (component) {
  const { parentElement, data, setTriggerValue } = component
  const root = parentElement.querySelector(".strip")
  const nudge = (frame) => frame && setTriggerValue("nudge", frame.at)
  const focused = root.getRootNode().activeElement?.dataset?.place
  root.replaceChildren(...data.frames.map((frame, place) => draw(frame, place, data, nudge)))
  if (focused !== undefined) root.children[focused]?.focus()
  const current = root.children[data.current]
  root.scrollLeft = current.offsetLeft - (root.clientWidth - current.clientWidth) / 2

  const step = { ",": -1, ".": 1 }
  const onKey = (event) => {
    const typing = event.composedPath()[0]?.closest?.("input, textarea, [contenteditable], [data-testid=stDataFrame]")
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !(event.key in step)) return
    nudge(data.frames[data.current + step[event.key]])
  }
  document.addEventListener("keydown", onKey)
  return () => document.removeEventListener("keydown", onKey)
}

function draw(frame, place, data, nudge) {
  const count = data.frames.length
  const button = document.createElement("button")
  button.type = "button"
  button.dataset.place = place
  button.className = place === data.current ? "frame current" : "frame"
  button.setAttribute("aria-label", `Frame at ${frame.time}${frame.note ? `, ${frame.note}` : ""}`)
  button.setAttribute("aria-pressed", String(place === data.current))
  button.onclick = () => place !== data.current && nudge(frame)
  const picture = document.createElement("div")
  picture.className = "picture"
  picture.style.backgroundImage = `url("${data.picture}")`
  picture.style.backgroundSize = `${100 * count}% 100%`
  picture.style.backgroundPosition = `${count > 1 ? (100 * place) / (count - 1) : 0}% 0`
  const label = document.createElement("span")
  label.textContent = frame.time
  const note = document.createElement("span")
  note.className = "note"
  note.append(...frame.note.split(", ").flatMap((word) => [word, document.createElement("br")]))
  button.append(picture, label, note)
  return button
}
