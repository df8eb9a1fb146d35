// Shows one picture of the gallery large, or two of them side by side, over the page. Everything it needs has come with
// the cards; only what is pressed in it goes to Python, as from a card.
class Viewer {
  shown = null // the id of the picture that the arrows change
  kept = null // the id of the one that it stands beside, if it does
  cards = []
  panels = [new Panel(), new Panel()] // of the kept one, and of the shown one

  constructor(dialog, gallery) {
    const find = (name) => dialog.querySelector(`.${name}`)
    this.dialog = dialog
    this.gallery = gallery
    for (const name of ["sheet", "before", "place", "after", "beside", "panels"]) this[`${name}Node`] = find(name)
    this.beforeNode.onclick = () => this.step(-1)
    this.afterNode.onclick = () => this.step(1)
    this.besideNode.onclick = () => this.toggle()
    this.panelsNode.append(this.panels[1].node)
    find("close").onclick = () => dialog.close()
    dialog.onclick = (event) => event.target === dialog && dialog.close()
    dialog.onclose = () => this.giveBack()
    this.hear = (event) => this.onKey(event)
  }

  // What there is to see by now. Called whenever the page is drawn anew, so what is looked at stays as it is.
  update(data, press) {
    this.data = data
    this.press = press
    const place = this.cards.findIndex((card) => card.id === this.shown)
    this.cards = data.cards.filter((card) => card.picture)
    if (!this.dialog.open) return
    if (!this.cards.length) return this.dialog.close()
    if (!this.card(this.shown)) this.shown = this.cards[Math.min(Math.max(place, 0), this.cards.length - 1)].id
    if (!this.card(this.kept) || this.kept === this.shown) this.kept = null
    this.draw()
  }

  open(id) {
    this.shown = id
    this.kept = null
    this.draw()
    this.dialog.showModal()
    this.sheetNode.focus()
    window.addEventListener("keydown", this.hear, true)
  }

  giveBack() {
    window.removeEventListener("keydown", this.hear, true)
    const card = [...this.gallery.children].find((node) => node.dataset.id === this.shown)
    card?.querySelector("[data-do=look]")?.focus()
  }

  card(id) {
    return this.cards.find((card) => card.id === id)
  }

  // The one so many places further, in a circle, that is not beside it already.
  neighbour(step) {
    const others = this.cards.filter((card) => card.id !== this.kept)
    const place = others.findIndex((card) => card.id === this.shown)
    return others[(place + step + others.length) % others.length].id
  }

  step(step) {
    this.shown = this.neighbour(step)
    this.draw()
  }

  // Beside the final one, where that is another; else the next one comes beside this one.
  toggle() {
    const final = this.cards.find((card) => card.status === "final")
    if (this.cards.length < 2) return
    if (this.kept) this.kept = null
    else if (final && final.id !== this.shown) this.kept = final.id
    else return this.keep()
    this.draw()
  }

  // Have the others stand beside the one that is shown.
  keep() {
    const next = this.neighbour(1)
    this.kept = this.shown
    this.shown = next
    this.draw()
  }

  // While it is open all keys are its own, wherever on the page they would be heard otherwise.
  onKey(event) {
    if (!this.dialog.isConnected || !this.dialog.open) return window.removeEventListener("keydown", this.hear, true)
    event.stopPropagation()
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (step && this.cards.length > 1) this.step(step)
    else if (event.key === "s") this.toggle()
  }

  draw() {
    const several = this.cards.length > 1
    this.placeNode.textContent = this.words()
    for (const button of [this.beforeNode, this.afterNode, this.besideNode]) button.hidden = !several
    this.besideNode.setAttribute("aria-pressed", String(Boolean(this.kept)))
    this.panelsNode.classList.toggle("pair", Boolean(this.kept))
    // As wide as the wider one, so that both pictures come out equally high.
    const both = this.cards.filter((card) => card.id === this.kept || card.id === this.shown)
    const ratios = both.map((card) => card.width / card.height)
    this.panelsNode.style.setProperty("--ratio", String(Math.max(...ratios)))
    const [kept, shown] = this.panels
    if (!this.kept) kept.node.remove()
    else if (!kept.node.isConnected) this.panelsNode.prepend(kept.node)
    if (this.kept) kept.draw(this.card(this.kept), this.data, this.press)
    const keep = this.kept && this.cards.length > 2 ? () => this.keep() : null
    shown.draw(this.card(this.shown), this.data, this.press, keep)
  }

  words() {
    const place = this.cards.findIndex((card) => card.id === this.shown)
    const words = `${place + 1} of ${this.cards.length}`
    if (!this.kept) return words
    const kept = this.card(this.kept)
    return `${words}, beside ${kept.status === "final" ? "the final one" : kept.time}`
  }
}

// One picture with its words, its buttons, and the small sizes in which viewers see it.
class Panel {
  constructor() {
    this.node = element("section", "panel")
    this.node.tabIndex = -1 // has the focus once a button that had it is gone
    this.picture = element("img", "large")
    this.words = element("div", "words")
    this.node.append(this.picture, this.words)
  }

  // Its buttons are those of the card, and, given ``keep``, one that has the others stand beside it.
  draw(card, data, press, keep = null) {
    const drawn = JSON.stringify([card, data.title, data.length, Boolean(keep)])
    if (this.drawn === drawn) return
    this.drawn = drawn
    this.node.setAttribute("aria-label", named(card))
    if (this.picture.getAttribute("src") !== card.picture) this.picture.src = card.picture
    this.picture.alt = card.alt
    const row = actions(card, false, press)
    if (keep) row.append(button("Compare others with it", "keep", card, keep))
    const focused = focusedIn(this.words)
    this.words.className = `words ${card.status}`
    this.words.replaceChildren(...said(card), row, seen(card, data))
    if (focused) (this.words.querySelector(`[data-do="${focused}"]`) ?? this.node).focus()
  }
}

// The picture as one of a list of videos, where it has to tell what it is.
function seen(card, data) {
  const part = element("div", "seen")
  part.append(element("p", "size", "As viewers see it"))
  for (const size of ["usual", "tiny"]) {
    const row = element("div", `row ${size}`)
    const tile = element("div", "tile")
    const picture = element("img")
    picture.src = card.picture
    picture.alt = ""
    tile.append(picture)
    if (data.length) tile.append(element("span", "length", data.length))
    row.append(tile, element("span", "title", data.title))
    part.append(row)
  }
  return part
}
