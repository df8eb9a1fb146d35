// The frame of the moment in turn, large; the film itself, where the browser has it; and beneath them the whole film
// as a line with a tick for each moment. Tells Python which moment to go to, and where a person marks a new one.
export default function (component) {
  const { parentElement, data, setTriggerValue } = component
  const root = parentElement.querySelector(".player")
  const player = (root.player ??= new Player(root))
  player.tell = setTriggerValue
  player.show(data)
  // Before the frames beneath: while the film is open, a comma and a full stop step through it.
  return hearKeys(root, (event) => player.onKey(event), true)
}

class Player {
  place = null // seconds, where a person points on the line
  isKept = false // whether the place stays when the pointer leaves
  isOpen = false // whether the film is shown in place of the moment's frame

  constructor(root) {
    const find = (name) => root.querySelector(`.${name}`)
    this.root = root
    for (const name of ["still", "rough", "film", "line", "rail", "ticks", "head", "bubble", "tile", "when", "time"]) {
      this[name] = find(name)
    }
    this.playButton = find("play")
    this.markButton = find("mark")
    this.playButton.onclick = () => this.toggle()
    this.markButton.onclick = () => this.mark()
    this.film.muted = true
    this.film.onplay = this.film.onpause = this.film.onseeked = () => this.draw()
    this.film.ontimeupdate = () => this.draw()
    this.film.onclick = () => this.toggle()
    this.film.onerror = () => this.giveUp()
    this.rail.onpointermove = (event) => this.point(event)
    this.rail.onpointerdown = (event) => this.point(event)
    this.rail.onpointerleave = () => this.isKept || this.pointAt(null)
    this.rail.onclick = (event) => this.press(event)
    this.rail.onkeydown = (event) => this.move(event)
    this.rail.onblur = () => this.pointAt(null)
  }

  show(data) {
    if (this.data?.moment !== data.moment || this.data?.film !== data.film) this.close()
    this.data = data
    const [width, height] = data.shape
    this.root.style.setProperty("--shape", `${width} / ${height}`)
    this.still.alt = data.alt
    if (data.picture) this.still.src = data.picture
    this.still.hidden = !data.picture
    this.rough.hidden = Boolean(data.picture)
    if (data.board) this.showBoard(this.rough, data.at)
    this.playButton.hidden = !data.film
    const focused = this.root.getRootNode().activeElement?.dataset?.id
    this.ticks.replaceChildren(...data.ticks.map((tick) => this.tick(tick)))
    if (focused) this.ticks.querySelector(`[data-id="${focused}"]`)?.focus()
    this.draw()
  }

  tick(tick) {
    const button = element("button", `tick ${tick.state}${tick.id === this.data.moment ? " current" : ""}`)
    button.type = "button"
    button.dataset.id = tick.id
    button.style.left = this.percent(tick.at)
    button.setAttribute("aria-label", `${tick.name} at ${clock(tick.at)}, ${tick.word}`)
    if (tick.id === this.data.moment) button.setAttribute("aria-current", "true")
    button.onclick = () => this.go(tick)
    button.onpointerenter = button.onfocus = () => this.bubbleFor(tick)
    button.onpointerleave = button.onblur = () => this.draw()
    return button
  }

  go(tick) {
    this.close()
    this.tell("go", tick.id)
  }

  mark() {
    const at = this.isOpen ? this.film.currentTime : this.place
    if (at === null) return
    this.close()
    this.tell("mark", Math.round(at * 1000) / 1000)
  }

  // The film

  toggle() {
    if (!this.data.film) return
    if (!this.film.paused) return this.film.pause()
    this.open(this.place ?? this.data.at)
    this.film.play().catch(() => {}) // paused again before it began, or told by onerror
  }

  open(at) {
    if (this.isOpen) return
    this.isOpen = true
    if (this.film.getAttribute("src") !== this.data.film) this.film.src = this.data.film
    this.film.currentTime = at
    this.film.hidden = false
    this.pointAt(null)
  }

  close() {
    this.isOpen = false
    this.film.pause()
    this.film.hidden = true
    this.pointAt(null)
  }

  seek(at) {
    this.film.currentTime = Math.min(Math.max(at, 0), this.data.duration)
    this.draw()
  }

  giveUp() {
    if (!this.isOpen) return
    this.close()
    this.data = { ...this.data, film: null }
    this.playButton.hidden = true
    this.time.textContent = "This browser cannot play this film."
  }

  // Pointing

  point(event) {
    const box = this.rail.getBoundingClientRect()
    this.isKept = event.pointerType !== "mouse"
    const share = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1)
    this.pointAt(share * this.data.duration)
  }

  pointAt(place) {
    this.place = place
    this.isKept &&= place !== null
    if (this.data) this.draw()
  }

  press(event) {
    if (this.isOpen) this.seek(this.place)
    else if (event.pointerType === "mouse") this.mark() // a finger only points: it hides what it points at
  }

  // Keys

  onKey(event) {
    if (isForOthers(event)) return
    const step = { ",": -1, ".": 1 }[event.key]
    if (event.key === "k") this.toggle()
    else if (event.key === "m") this.mark()
    else if (event.key === "Escape" && (this.isOpen || this.place !== null)) this.close()
    else if (step && this.isOpen) {
      this.film.pause()
      this.seek(this.film.currentTime + step / this.data.fps)
    } else return
    event.stopPropagation()
    event.preventDefault()
  }

  move(event) {
    const here = this.isOpen ? this.film.currentTime : this.place ?? this.data.at
    const { duration } = this.data
    const to = {
      ArrowLeft: here - duration / 100, ArrowDown: here - duration / 100, PageDown: here - duration / 10, Home: 0,
      ArrowRight: here + duration / 100, ArrowUp: here + duration / 100, PageUp: here + duration / 10, End: duration,
    }[event.key]
    if (event.key === "Enter") this.mark()
    else if (to === undefined) return
    else if (this.isOpen) this.seek(to)
    else {
      this.isKept = true
      this.pointAt(Math.min(Math.max(to, 0), duration))
    }
    event.stopPropagation()
    event.preventDefault()
  }

  // Drawing

  draw() {
    const { data } = this
    const at = this.isOpen ? this.film.currentTime : this.place ?? data.at
    this.head.style.left = this.percent(at)
    this.head.hidden = !this.isOpen && this.place === null
    this.rail.setAttribute("aria-valuemax", String(data.duration))
    this.rail.setAttribute("aria-valuenow", String(at))
    this.rail.setAttribute("aria-valuetext", clock(at))
    this.time.textContent = `${clock(at)} / ${clock(data.duration)}`
    this.playButton.firstChild.data = this.film.paused ? "Play" : "Pause"
    this.markButton.disabled = !this.isOpen && this.place === null
    if (this.place === null) this.bubble.hidden = true
    else this.bubbleAt(this.place, this.isOpen ? clock(this.place) : `${clock(this.place)} · click to mark`)
  }

  bubbleFor(tick) {
    this.bubbleAt(tick.at, `${clock(tick.at)} · ${tick.word}`)
    if (tick.picture) showTile(this.tile, tick.picture, 1, 1, 0)
  }

  bubbleAt(at, words) {
    if (this.data.board) this.showBoard(this.tile, at)
    this.tile.hidden = !this.data.board
    this.when.textContent = words
    this.bubble.hidden = false
    const half = this.bubble.offsetWidth / 2
    const middle = (at / this.data.duration) * this.line.offsetWidth
    this.bubble.style.left = `${Math.min(Math.max(middle, half), this.line.offsetWidth - half)}px`
  }

  // The tile of the frame that is shown nearest to a time.
  showBoard(node, at) {
    const { picture, times, columns } = this.data.board
    const distances = times.map((time) => Math.abs(time - at))
    const index = distances.indexOf(Math.min(...distances))
    showTile(node, picture, columns, Math.ceil(times.length / columns), index)
  }

  percent(at) {
    return `${(100 * Math.min(at, this.data.duration)) / this.data.duration}%`
  }
}

// Minutes, seconds and tenths, as everywhere in the app: rounded down.
function clock(seconds) {
  const tenths = Math.floor(seconds * 10 + 1e-6)
  const [hours, minutes, rest] = [Math.floor(tenths / 36000), Math.floor(tenths / 600) % 60, tenths % 600]
  const tail = `${String(Math.floor(rest / 10)).padStart(2, "0")}.${rest % 10}`
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`
}
