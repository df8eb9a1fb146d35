// Has Python look at what others have done, while the page is in sight and no cell of the table stands open: a table
// whose rows are others by then is drawn anew, and what is being typed into it would be gone.
export default function (component) {
  const { data, setTriggerValue } = component
  const isOpen = () => document.querySelector("#portal input, #portal textarea")
  const look = setInterval(() => document.hidden || isOpen() || setTriggerValue("look", true), 1000 * data.seconds)
  return () => clearInterval(look)
}
