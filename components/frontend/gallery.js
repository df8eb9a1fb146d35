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
      node.className = card.late ? "card late" : `card ${card.status}`
      node.setAttribute("aria-label", `${named(card)}: ${card.word}`)
      node.drawn = drawn
      if (focused) node.querySelector(`[data-do="${focused}"]`)?.focus()
    }
    if (root.children[place] !== node) root.insertBefore(node, root.children[place] ?? null)
  })
  known.forEach((gone) => gone.remove())
}

// Two sizes of one moment look alike until they are ready: the size tells them apart.
function named(card) {
  return `Thumbnail at ${card.time}, ${card.size}`
}

function contents(card, setTriggerValue) {
  const frame = element("div", "frame")
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
  body.append(top, element("p", "size", card.size), element("p", "reason", card.reason))
  if (card.now) body.append(element("p", "note", `Older time: this moment is now at ${card.now}`))
  if (card.note) body.append(element("p", "note", card.note))
  if (card.error) body.append(element("p", "error", card.error))
  const underWay = card.status === "processing" || card.status === "queued"
  if (underWay) body.append(bar(card))
  body.append(actions(card, underWay, setTriggerValue))
  return [frame, body]
}

function actions(card, underWay, setTriggerValue) {
  const row = element("div", "actions")
  const press = (label, what) => {
    const button = element("button", "", label)
    button.type = "button"
    button.dataset.do = what
    button.setAttribute("aria-label", `${label}: ${named(card)}`)
    button.onclick = () => setTriggerValue("act", { id: card.id, do: what })
    row.append(button)
  }
  const givenUp = card.status === "failed" || card.status === "cancelled"
  if (card.status === "ready") press("Choose as final", "choose")
  if (givenUp || card.late) press(card.now ? `Try again at ${card.now}` : "Try again", "again")
  else if (card.now) press(`Cut at ${card.now}`, "recut")
  if (card.late) press("Keep waiting", "wait")
  if (underWay) press("Cancel", "cancel")
  if (card.download) {
    const link = element("a", "", "Download")
    link.href = card.download
    link.setAttribute("download", "")
    link.setAttribute("aria-label", `Download: ${named(card)}`)
    row.append(link)
  }
  return row
}

function bar(card) {
  const known = card.progress != null
  const track = element("div", known || card.late ? "bar" : "bar unknown")
  track.setAttribute("role", "progressbar")
  track.setAttribute("aria-label", `Cutting: ${named(card)}`)
  const part = element("div", "part")
  if (known) {
    part.style.width = `${100 * card.progress}%`
    track.setAttribute("aria-valuenow", String(Math.round(100 * card.progress)))
  }
  track.append(part)
  return track
}
