// Keeps the open page as the server would render it now. Every page works without it.

const main = document.getElementById("main");
const connection = document.getElementById("connection");
const filter = document.getElementById("filter");
const patience = 30_000; // milliseconds
let timer;
let pending;

/** Shows a newer rendering; focus and chosen boxes stay where they are. */
function show(html) {
  const next = new DOMParser().parseFromString(html, "text/html").getElementById("main");
  if (!next?.dataset.tag) throw new Error("this is no page of wick"); // a proxy's own, perhaps
  const parts = [...main.querySelectorAll("[data-live]")];
  const fresh = [...next.querySelectorAll("[data-live]")];
  if (parts.length > 0 && parts.map(({ id }) => id).join() === fresh.map(({ id }) => id).join()) {
    parts.forEach((part, i) => replace(part, fresh[i]));
  } else {
    main.replaceChildren(...next.childNodes);
  }
  main.dataset.tag = next.dataset.tag;
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

/** Asks for an address, and for nothing else any more. */
function ask(address, headers) {
  clearTimeout(timer);
  pending?.abort();
  pending = new AbortController();
  const signal = AbortSignal.any([pending.signal, AbortSignal.timeout(patience)]);
  return fetch(address, { headers, signal, cache: "no-store" });
}

/**
 * Looks again and again whether there is a newer rendering; a hidden page does not. No connection
 * stays open: browsers have six a server, for all windows together.
 */
async function follow() {
  clearTimeout(timer);
  if (document.hidden) return;
  try {
    const response = await ask(location.href, { "if-none-match": `"${main.dataset.tag}"` });
    if (response.status !== 304) show(await response.text());
    connection.textContent = "live";
  } catch (error) {
    if (error.name === "AbortError") return;
    connection.textContent = "The server does not answer; trying again";
  }
  timer = setTimeout(follow, Number(main.dataset.every));
}

/** Goes to another choice of the same table without leaving the page. */
async function turnTo(address) {
  try {
    const response = await ask(address, {});
    const html = await response.text();
    if (!response.ok) throw new Error(html);
    show(html);
    history.replaceState(null, "", address);
    follow();
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
  }
}

if (filter) {
  const submit = () => turnTo(`?${new URLSearchParams(new FormData(filter))}`);
  filter.addEventListener("input", submit);
  filter.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.turn");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    turnTo(link.href);
  });
}

document.addEventListener("visibilitychange", follow);
follow();
