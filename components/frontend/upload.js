// Sends one file to the server with a ticket, shows how far it is, and hands the receipt to Python.

export default function (component) {
  const { parentElement, data, setTriggerValue } = component
  const root = parentElement.querySelector(".upload")
  root.ticket = data.ticket
  if (root.ready) return
  root.ready = true

  const zone = element("label", "zone")
  const input = element("input")
  input.type = "file"
  input.accept = "video/mp4,video/webm,video/quicktime,.mp4,.webm,.mov"
  input.setAttribute("aria-label", "Upload a video")
  const words = element("span", "words", "Choose a video, or drop one here")
  const bar = element("progress", "bar")
  bar.max = 1
  bar.setAttribute("aria-label", "Upload of the video")
  bar.hidden = true
  const cancel = element("button", "cancel", "Cancel")
  cancel.type = "button"
  cancel.hidden = true
  const trouble = element("p", "trouble")
  trouble.setAttribute("role", "alert")
  zone.append(input, words)
  root.append(zone, bar, cancel, trouble)

  input.onchange = () => input.files.length && send(input.files[0])
  zone.ondragover = (event) => { event.preventDefault(); zone.classList.add("over") }
  zone.ondragleave = () => zone.classList.remove("over")
  zone.ondrop = (event) => {
    event.preventDefault()
    zone.classList.remove("over")
    if (event.dataTransfer.files.length) send(event.dataTransfer.files[0])
  }

  function send(file) {
    if (input.disabled) return
    trouble.textContent = ""
    if (file.size > data.most) return fail(data.tooLarge)
    const request = new XMLHttpRequest()
    request.open("PUT", `/uploads/${root.ticket}`)
    request.setRequestHeader("Content-Type", "application/octet-stream")
    request.setRequestHeader("X-File-Name", encodeURIComponent(file.name))
    request.upload.onprogress = (event) => {
      bar.value = event.loaded / event.total
      words.textContent = `Uploading ${file.name} · ${Math.round(100 * bar.value)} %`
    }
    request.onload = () => {
      if (request.status !== 201) return fail(request.responseText || "The upload did not work. Try again.")
      rest()
      setTriggerValue("done", { name: file.name, receipt: request.responseText })
    }
    request.onerror = () => fail("The connection broke during the upload. Try again.")
    request.onabort = () => rest()
    cancel.onclick = () => request.abort()
    bar.value = 0
    bar.hidden = cancel.hidden = false
    input.disabled = true
    request.send(file)
  }

  function rest() {
    bar.hidden = cancel.hidden = true
    input.disabled = false
    input.value = ""
    words.textContent = "Choose a video, or drop one here"
  }

  function fail(sentence) {
    rest()
    trouble.textContent = sentence
  }
}
