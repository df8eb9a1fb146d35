// Has Python look at what has changed, while the page is in sight and nobody is at work in it: a table whose rows are
// others by then is drawn anew, and what is being typed into it, or was and is not yet sent, would be gone.
const QUIET = 300 // milliseconds; a table sends what was typed after 150

export default function (component) {
  const { data, setTriggerValue } = component
  let latest = -Infinity
  const act = () => (latest = performance.now())
  const isAtWork = () =>
    performance.now() - latest < QUIET || document.querySelector("#portal input, #portal textarea")
  const acts = ["keydown", "pointerdown", "pointerup"]
  acts.forEach((name) => document.addEventListener(name, act, true))
  const look = setInterval(() => document.hidden || isAtWork() || setTriggerValue("look", true), 1000 * data.seconds)
  return () => {
    clearInterval(look)
    acts.forEach((name) => document.removeEventListener(name, act, true))
  }
}
