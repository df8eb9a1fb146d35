// Keeps a person's name in their browser, and tells Python the one that it has kept from an earlier visit.
const KEY = "posterframe-name"

export default function (component) {
  const { parentElement, data, setTriggerValue } = component
  const root = parentElement.host ?? parentElement
  const hadName = root.hadName
  root.hadName = Boolean(data.name)
  try {
    const kept = (localStorage.getItem(KEY) ?? "").slice(0, data.longest)
    if (data.name) localStorage.setItem(KEY, data.name)
    else if (hadName) localStorage.removeItem(KEY)
    else if (kept) setTriggerValue("known", kept)
  } catch {
    // This browser keeps nothing: the name lasts as long as the page.
  }
}
