// Draws the cards of the gallery from plain values, and tells Python which button was pressed.
export default function (component) {
  const { parentElement, data, setTriggerValue } = component
  const root = parentElement.querySelector(".gallery")
  const viewer = (root.viewer ??= new Viewer(parentElement.querySelector(".viewer"), root))
  const press = (card, what) => setTriggerValue("act", { id: card.id, do: what })
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
      const focused = focusedIn(node)
      node.replaceChildren(...contents(card, press, () => viewer.open(card.id)))
      node.className = card.late ? "card late" : `card ${card.status}`
      node.setAttribute("aria-label", `${named(card)}: ${card.word}`)
      node.drawn = drawn
      if (focused) node.querySelector(`[data-do="${focused}"]`)?.focus()
    }
    if (root.children[place] !== node) root.insertBefore(node, root.children[place] ?? null)
  })
  known.forEach((gone) => gone.remove())
  viewer.update(data, press)
}

// What the button in there that has the focus does: drawn anew, it is to have it again.
function focusedIn(node) {
  const focused = node.getRootNode().activeElement
  return node.contains(focused) ? focused.dataset.do : undefined
}

// Two sizes of one moment look alike until they are ready: the size tells them apart.
function named(card) {
  return `Thumbnail at ${card.time}, ${card.size}`
}

function contents(card, press, look) {
  const body = element("div", "body")
  const underWay = card.status === "processing" || card.status === "queued"
  body.append(...said(card))
  if (card.note) body.append(element("p", "note", card.note))
  if (card.error) body.append(element("p", "error", card.error))
  if (underWay) body.append(bar(card))
  body.append(actions(card, underWay, press))
  return [frame(card, look), body]
}

// The picture, which a press shows large; before it is there, its room.
function frame(card, look) {
  if (!card.picture) return element("div", "frame")
  const made = button("", "look", card, look)
  made.className = "frame"
  made.title = "Look at it large"
  made.setAttribute("aria-label", `Look at it large: ${named(card)}`)
  const picture = element("img")
  picture.src = card.picture
  picture.alt = card.alt
  picture.loading = "lazy"
  made.append(picture)
  return made
}

// What there is to know of a picture.
function said(card) {
  const top = element("div", "top")
  top.append(element("span", "pill", card.word), element("span", "time", card.time))
  const lines = [top, element("p", "size", card.size), element("p", "reason", card.reason)]
  if (card.now) lines.push(element("p", "note", `Older time: this moment is now at ${card.now}`))
  return lines
}

function actions(card, underWay, press) {
  const row = element("div", "actions")
  const offer = (label, what) => row.append(button(label, what, card, () => press(card, what)))
  const givenUp = card.status === "failed" || card.status === "cancelled"
  if (card.status === "ready") offer("Choose as final", "choose")
  if (givenUp || card.late) offer(card.now ? `Try again at ${card.now}` : "Try again", "again")
  else if (card.now) offer(`Cut at ${card.now}`, "recut")
  if (card.late) offer("Keep waiting", "wait")
  if (underWay) offer("Cancel", "cancel")
  if (card.download) {
    const link = element("a", "", "Download")
    link.href = card.download
    link.setAttribute("download", "")
    link.setAttribute("aria-label", `Download: ${named(card)}`)
    row.append(link)
  }
  return row
}

function button(label, what, card, onclick) {
  const made = element("button", "", label)
  made.type = "button"
  made.dataset.do = what
  made.setAttribute("aria-label", `${label}: ${named(card)}`)
  made.onclick = onclick
  return made
}

function bar(card) {
  const known = card.progress != null
  const waits = card.status === "queued" && !card.late // its turn has not come, so nothing moves
  const track = element("div", known || card.late || waits ? "bar" : "bar unknown")
  track.setAttribute("role", "progressbar")
  track.setAttribute("aria-label", `${waits ? "Waiting" : "Cutting"}: ${named(card)}`)
  if (waits) return track
  const part = element("div", "part")
  if (known) {
    part.style.width = `${100 * card.progress}%`
    track.setAttribute("aria-valuenow", String(Math.round(100 * card.progress)))
  }
  track.append(part)
  return track
}
