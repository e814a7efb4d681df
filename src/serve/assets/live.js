// Keeps the open page as the server would render it now. Every page works without it.

const connection = document.getElementById("connection");
const filter = document.getElementById("filter");
const retryAfter = 1000; // milliseconds
let source;
let retry;
let pending;

/** Shows a newer rendering; focus and chosen boxes stay where they are. */
function show(html) {
  const next = new DOMParser().parseFromString(html, "text/html");
  const parts = [...document.querySelectorAll("[data-live]")];
  const fresh = [...next.querySelectorAll("[data-live]")];
  if (parts.length > 0 && parts.map(({ id }) => id).join() === fresh.map(({ id }) => id).join()) {
    parts.forEach((part, i) => replace(part, fresh[i]));
    return;
  }
  const content = next.getElementById("main") ?? next.body;
  document.getElementById("main").replaceChildren(...content.childNodes);
}

function replace(part, fresh) {
  if (part.innerHTML === fresh.innerHTML) return;
  const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
  const chosen = [...part.querySelectorAll("input:checked")].map(({ id }) => id);
  part.replaceChildren(...fresh.childNodes);
  for (const id of chosen) {
    const box = document.getElementById(id);
    if (box) box.checked = true;
  }
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

/** Listens to the address that the page has now; a hidden page does not. */
function connect() {
  source?.close();
  clearTimeout(retry);
  if (document.hidden) return;
  source = new EventSource(location.href);
  source.onopen = () => connection.textContent = "live";
  source.onmessage = ({ data }) => show(JSON.parse(data));
  source.onerror = () => {
    connection.textContent = "The server does not answer; trying again";
    source.close();
    retry = setTimeout(connect, retryAfter);
  };
}

/** Goes to another choice of the same table without leaving the page. */
async function turnTo(address) {
  pending?.abort();
  pending = new AbortController();
  try {
    const response = await fetch(address, { signal: pending.signal });
    const html = await response.text();
    if (!response.ok) throw new Error(html);
    history.replaceState(null, "", address);
    show(html);
    connect();
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
  }
}

if (filter) {
  const submit = () => turnTo(`/?${new URLSearchParams(new FormData(filter))}`);
  filter.addEventListener("input", submit);
  filter.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.sort");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    turnTo(link.href);
  });
}

document.addEventListener("visibilitychange", connect);
connect();
