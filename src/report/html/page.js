// Puts the page together, and keeps it true while somebody works with it.

/** More would be a book: then only what is to be rotated first is printed open. */
const PRINTED_OPEN_MAX = 300;
/** An explanation is asked for to be read. */
const EXPLAINED_OPEN_MAX = 5;

function navigation() {
  const links = [...document.querySelectorAll("#page > section")].map((part) =>
    el("li", null, el("a", { href: `#${part.id}` }, part.querySelector("h2").textContent)),
  );
  return links.length > 1
    ? el("nav", { class: "contents", "aria-label": "Parts of this report" }, el("ul", null, links))
    : null;
}

/** Paper has no buttons: what matters is open on it. */
function preparePrint() {
  if (IS_AUDIT || ITEMS.length === 0) return;
  renderAll();
  const open = shownItems
    .filter((item) => !AT_REST.includes(item.standing))
    .slice(0, PRINTED_OPEN_MAX);
  preparePrint.opened = open.filter((item) => !rowOf(item).isOpen);
  preparePrint.opened.forEach((item) => toggle(item, true));
}

function endPrint() {
  (preparePrint.opened ?? []).forEach((item) => toggle(item, false));
}

/** `report.html#credential-7` is work for somebody: the row is open when they come. */
function openAddressed() {
  const rank = /^#credential-(\d+)$/.exec(location.hash)?.[1];
  const item = BY_RANK.get(Number(rank));
  if (!item || IS_AUDIT) return;
  goTo(item);
}

function start() {
  const page = document.getElementById("page");
  const figuresPlace = document.getElementById("figures");
  figuresPlace.append(...[figures(), statusNote()].filter(Boolean));
  const parts = [
    question(),
    containment(),
    timeline(),
    reach(),
    credentials(),
    installs(),
    startup(),
    brokers(),
    authorizedKeys(),
    coverage(),
  ];
  page.append(
    ...parts.filter(Boolean),
    help(),
    el("p", { id: "said", class: "said", role: "status", "aria-live": "polite" }),
  );
  page.prepend(navigation() ?? "");
  document.getElementById("tools").append(...tools());
  if (controls.chips) apply();
  if (RUN.explained) shownItems.slice(0, EXPLAINED_OPEN_MAX).forEach((item) => toggle(item, true));
  stateListeners.push(() => {
    if (!controls.chips) return;
    if (filter.done) apply();
    else {
      for (const row of ROWS.values()) row.sync();
      syncControls();
    }
  });
  loadState();
  openAddressed();
  window.addEventListener("hashchange", openAddressed);
  document.addEventListener("keydown", onKey);
  window.addEventListener("beforeprint", preparePrint);
  window.addEventListener("afterprint", endPrint);
  document.documentElement.dataset.ready = "yes";
  performance.mark("credreach ready");
}

start();
