// A heading that becomes a field, and tells Python what was written there.
const PENCIL = `<svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="m3 13 .6-2.9L10.8 3
  13 5.2 5.9 12.4Z" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linejoin="round"/></svg>`

export default function (component) {
  const { parentElement, data, setTriggerValue } = component
  const root = parentElement.querySelector(".title")
  root.data = data
  const isShown = root.querySelector("input") || root.querySelector("h1")?.textContent === data.title
  if (!isShown) rest(root.contains(root.getRootNode().activeElement))

  function rest(focus = false) {
    const words = element("h1", "", root.data.title)
    const button = element("button")
    button.type = "button"
    button.innerHTML = PENCIL
    button.setAttribute("aria-label", "Rename this review")
    button.title = "Rename"
    words.onclick = button.onclick = edit
    root.replaceChildren(words, button)
    if (focus) button.focus()
  }

  function edit() {
    const field = element("input")
    field.value = root.data.title
    field.maxLength = data.longest
    field.setAttribute("aria-label", "Title of this review")
    let isDone = false
    const leave = (keeps, focus) => {
      if (isDone) return
      isDone = true
      const written = field.value.trim()
      const isNew = keeps && written && written !== root.data.title
      rest(focus)
      if (!isNew) return
      root.querySelector("h1").textContent = written
      setTriggerValue("renamed", written)
    }
    field.onkeydown = (event) => {
      event.stopPropagation()
      if (event.key !== "Enter" && event.key !== "Escape") return
      event.preventDefault() // or the same press would be a click on the pencil, which has the focus next
      leave(event.key === "Enter", true)
    }
    field.onblur = () => leave(true, false)
    root.replaceChildren(field)
    field.select()
  }
}
