// Has Python draw the page anew once it would be another one, while the page is in sight and nobody is at work in it:
// a table whose rows are others by then is replaced, and what is being typed into it, or was and is not yet sent,
// would be gone. The server is asked beside Streamlit, so that nothing runs where nothing has changed.
const QUIET = 1500 // milliseconds; a table sends what was typed after 150, and a busy browser a second later
const SOON = 100 // milliseconds to the next try where this one would disturb
const PATIENCE = 5000 // milliseconds in which a page that was asked for should have come

export default function (component) {
  const { data, parentElement: root, setTriggerValue } = component
  const me = (root.follower = {}) // Streamlit does not always end a drawing when the next one begins: the latest counts
  let asked = -Infinity
  let hadOpenCell = false
  const act = () => (root.acted = performance.now()) // kept from drawing to drawing
  const acts = ["keydown", "pointerdown", "pointerup"]
  acts.forEach((name) => document.addEventListener(name, act, true))
  setTimeout(look, 1000 * data.seconds)

  function disturbs() {
    const hasOpenCell = document.querySelector("#portal input, #portal textarea") !== null
    if (hasOpenCell || hadOpenCell) act() // one that was closed since the last look, however long ago
    hadOpenCell = hasOpenCell
    const now = performance.now()
    const isAtWork = now - root.acted < QUIET // never so before the first press
    const isDrawing = now - asked < PATIENCE || !document.querySelector("[data-test-script-state=notRunning]")
    return document.hidden || isAtWork || isDrawing
  }

  async function look() {
    let isOther = false
    if (!disturbs()) {
      const answer = fetch(data.path, { cache: "no-store" })
      const stamp = await answer.then((told) => told.ok && told.text()).catch(() => "")
      isOther = stamp && stamp !== data.stamp
    }
    if (root.follower !== me || !root.isConnected) {
      acts.forEach((name) => document.removeEventListener(name, act, true))
      return
    }
    if (isOther && !disturbs()) {
      asked = performance.now()
      setTriggerValue("outdated", true)
    }
    setTimeout(look, isOther || disturbs() ? SOON : 1000 * data.seconds)
  }

  return () => {
    if (root.follower === me) root.follower = null
  }
}
