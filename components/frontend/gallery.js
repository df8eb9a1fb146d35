// Draws the cards of the gallery from plain values, and tells Python which button was pressed.
export default function (component) {
  const { parentElement, data, setTriggerValue } = component
  const root = parentElement.querySelector(".gallery")
  const known = new Map([...root.children].map((card) => [card.dataset.id, card]))
  data.cards.forEach((card, place) => {
    const drawn = JSON.stringify(card)
    let node = known.get(card.id)
    known.delete(card.id)
    if (!node) {
      node = element("article", "card")
      node.dataset.id = card.id
      node.setAttribute("role", "listitem")
    }
    if (node.drawn !== drawn) {
      const focused = node.contains(root.getRootNode().activeElement) && root.getRootNode().activeElement.dataset.do
      node.replaceChildren(...contents(card, setTriggerValue))
      node.className = `card ${card.status}`
      node.drawn = drawn
      if (focused) node.querySelector(`[data-do="${focused}"]`)?.focus()
    }
    if (root.children[place] !== node) root.insertBefore(node, root.children[place] ?? null)
  })
  known.forEach((gone) => gone.remove())
}

function contents(card, setTriggerValue) {
  const frame = element("div", "frame")
  frame.style.aspectRatio = "16 / 9"
  if (card.picture) {
    const picture = element("img")
    picture.src = card.picture
    picture.alt = card.alt
    picture.loading = "lazy"
    frame.append(picture)
  }
  const top = element("div", "top")
  top.append(element("span", "pill", card.word), element("span", "time", card.time))
  const body = element("div", "body")
  body.append(top, element("p", "reason", card.reason))
  if (card.older) body.append(element("p", "note", "Cut at an older time of this moment"))
  if (card.error) body.append(element("p", "error", card.error))
  if (card.status === "processing" || card.status === "queued") body.append(bar(card))
  if (card.size) body.append(element("p", "size", card.size))

  const actions = element("div", "actions")
  const press = (label, what) => {
    const button = element("button", "", label)
    button.type = "button"
    button.dataset.do = what
    button.setAttribute("aria-label", `${label}: thumbnail at ${card.time}`)
    button.onclick = () => setTriggerValue("act", { id: card.id, do: what })
    actions.append(button)
  }
  if (card.status === "ready") press("Choose as final", "choose")
  if (card.status === "failed" || card.status === "cancelled") press("Try again", "again")
  if (card.overdue) press("Keep waiting", "wait")
  if (card.status === "queued" || card.status === "processing") press("Cancel", "cancel")
  if (card.download) {
    const link = element("a", "", "Download")
    link.href = card.download
    link.setAttribute("download", "")
    link.setAttribute("aria-label", `Download the thumbnail at ${card.time}`)
    actions.append(link)
  }
  body.append(actions)
  return [frame, body]
}

function bar(card) {
  const track = element("div", card.progress == null ? "bar unknown" : "bar")
  track.setAttribute("role", "progressbar")
  track.setAttribute("aria-label", `Cutting the thumbnail at ${card.time}`)
  const part = element("div", "part")
  if (card.progress != null) {
    part.style.width = `${100 * card.progress}%`
    track.setAttribute("aria-valuenow", String(Math.round(100 * card.progress)))
  }
  track.append(part)
  return track
}

function element(tag, className, text) {
  const made = document.createElement(tag)
  if (className) made.className = className
  if (text) made.textContent = text
  return made
}
