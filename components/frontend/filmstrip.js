// Draws frames cut out of one picture, each a button, and tells Python the time of the one that was pressed.
export default function (component) {
  const { parentElement, data, setTriggerValue } = component
  const root = parentElement.querySelector(".strip")
  const nudge = (frame) => frame && setTriggerValue("nudge", frame.at)
  root.style.setProperty("--shape", data.shape)
  const focused = root.getRootNode().activeElement?.dataset?.place
  const blanks = Array.from({ length: data.blanks }, blank)
  root.replaceChildren(...data.frames.map((frame, place) => draw(frame, place, data, nudge)), ...blanks)
  if (focused !== undefined) root.children[focused]?.focus()
  const current = root.children[data.current]
  if (current) root.scrollLeft = current.offsetLeft - (root.clientWidth - current.clientWidth) / 2

  const step = { ",": -1, ".": 1 }
  return hearKeys(root, (event) => {
    if (isForOthers(event) || !(event.key in step)) return
    nudge(data.frames[data.current + step[event.key]])
  })
}

// The room of a frame that is still being made.
function blank() {
  const frame = element("div", "frame")
  frame.append(element("div", "picture blank"), element("span", "", "\u00a0"), element("span", "note"))
  return frame
}

function draw(frame, place, data, nudge) {
  const button = element("button", place === data.current ? "frame current" : "frame")
  button.type = "button"
  button.dataset.place = place
  button.setAttribute("aria-label", `Frame at ${frame.time}${frame.note ? `, ${frame.note}` : ""}`)
  button.setAttribute("aria-pressed", String(place === data.current))
  button.onclick = () => place !== data.current && nudge(frame)
  const picture = element("div", "picture")
  showTile(picture, data.picture, data.frames.length, 1, place)
  const note = element("span", "note")
  note.append(...frame.note.split(", ").flatMap((word) => [word, element("br")]))
  button.append(picture, element("span", "", frame.time), note)
  return button
}
