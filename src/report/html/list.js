// The list in rotation order: filters, search, sorting, and rows put into the page a screenful
// first and the rest while nobody waits.

const FIRST_ROWS = 60;
const FURTHER_ROWS = 150;
/** Pixels, about: what is out of sight is taken to be so high. */
const ROW_HEIGHT = 66;

const DEFAULTS = {
  kind: "",
  user: "",
  opens: "",
  protection: "",
  phase: "",
  done: "",
  query: "",
  sort: "rank",
};
const filter = { standings: new Set(), ...DEFAULTS };
let shownItems = [];
let nShown = 0;
let pending = 0;
const list = el("div", { class: "rows", id: "rows" });
const controls = {};

const SORTS = {
  rank: ["Rotation order", (a, b) => a.credential.rank - b.credential.rank],
  verdict: ["Verdict", byText((item) => String(Object.keys(STANDINGS).indexOf(item.standing)))],
  kind: ["Kind", byText((item) => item.credential.title)],
  place: ["Place", byText((item) => item.credential.locations[0]?.path ?? "")],
  changed: [
    "Last changed, newest first",
    (a, b) => byText((item) => changedAt(item.credential) ?? "")(b, a),
  ],
  impact: ["Impact", (a, b) => b.credential.impact - a.credential.impact],
};

function byText(key) {
  return (a, b) =>
    key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a.credential.rank - b.credential.rank;
}

function isShown(item) {
  const { credential } = item;
  return (
    (filter.standings.size === 0 || filter.standings.has(item.standing)) &&
    (!filter.kind || credential.title === filter.kind) &&
    (!filter.user ||
      (item.users.length ? item.users.includes(filter.user) : filter.user === "root alone")) &&
    (!filter.opens ||
      (filter.opens === UNDECODED
        ? opensOf(credential).length === 0
        : opensOf(credential).includes(filter.opens))) &&
    (!filter.protection || credential.protection.state === filter.protection) &&
    (!filter.phase || credential.phase === filter.phase) &&
    (!filter.done || (filter.done === "done") === isDone(item)) &&
    (!filter.query || filter.query.split(/\s+/).every((word) => searchText(item).includes(word)))
  );
}

/** Shows what passes the filters. */
function apply() {
  const started = performance.now();
  shownItems = ITEMS.filter(isShown).sort(SORTS[filter.sort][1]);
  list.replaceChildren();
  nShown = 0;
  renderMore(FIRST_ROWS);
  renderRest();
  syncControls();
  performance.measure("credreach filter", { start: started, end: performance.now() });
}

/**
 * Puts further rows into the page, with a heading where a new group starts. They come in chunks,
 * of which the browser lays out those near the screen only. When each row was a chunk of its own,
 * taking 5,000 away took a second.
 */
function renderMore(n) {
  const chunk = el("ol", { class: "chunk" });
  const rows = shownItems.slice(nShown, nShown + n);
  for (const item of rows) {
    const previous = shownItems[nShown - 1];
    if (filter.sort === "rank" && (!previous || groupOf(previous) !== groupOf(item))) {
      chunk.append(groupHeading(item));
    }
    const row = rowOf(item);
    row.sync();
    chunk.append(row.node);
    nShown += 1;
  }
  chunk.style.containIntrinsicSize = `auto ${rows.length * ROW_HEIGHT}px`;
  list.append(chunk);
}

function renderRest() {
  cancelIdle(pending);
  if (nShown >= shownItems.length) {
    list.setAttribute("aria-busy", "false");
    return;
  }
  list.setAttribute("aria-busy", "true");
  pending = whenIdle(() => {
    renderMore(FURTHER_ROWS);
    renderRest();
  });
}

/** Idle time may never come on a busy machine: then it is taken. */
const whenIdle = window.requestIdleCallback
  ? (work) => requestIdleCallback(work, { timeout: 300 })
  : (work) => setTimeout(work, 16);
const cancelIdle = window.cancelIdleCallback ?? clearTimeout;

function renderAll() {
  renderMore(shownItems.length - nShown);
  renderRest();
}

function renderThrough(item) {
  const index = shownItems.indexOf(item);
  if (index >= nShown) renderMore(index + 1 - nShown);
}

const PHASES = new Map(REPORT.plan.phases.map((one) => [one.phase, one]));
const groupOf = (item) =>
  PHASES.has(item.credential.phase) ? item.credential.phase : item.standing;

/** `Stop the spread` for what the terminal shouts, and a capital where a sentence begins. */
function calm(text) {
  const rest = text === text.toUpperCase() ? text.slice(1).toLowerCase() : text.slice(1);
  return text.slice(0, 1).toUpperCase() + rest;
}

function groupHeading(item) {
  const phase = PHASES.get(item.credential.phase);
  const [title, why] = phase
    ? [calm(phase.title), calm(phase.why)]
    : [standingTitle(item.standing), IS_SUPPOSED ? null : STANDINGS[item.standing][1]];
  const n = shownItems.filter((one) => groupOf(one) === groupOf(item)).length;
  return el(
    "li",
    { class: "group" },
    el("h3", null, title, " ", el("span", { class: "n" }, number(n))),
    why ? el("p", null, why) : null,
  );
}

function chips() {
  const standings = Object.keys(STANDINGS).filter((standing) => countOf(standing) > 0);
  controls.chips = standings.map((standing) =>
    button(
      [verdictMark(standing), el("span", { class: "n" }, number(countOf(standing)))],
      { class: "chip", "data-standing": standing, "aria-pressed": "false" },
      () => {
        if (!filter.standings.delete(standing)) filter.standings.add(standing);
        apply();
      },
    ),
  );
  return el("div", { class: "chips", role: "group", "aria-label": "Verdict" }, controls.chips);
}

function choice(name, label, values) {
  if (values.length < 2 && !["sort", "done"].includes(name)) return null;
  const all = name === "sort" ? [] : [el("option", { value: "" }, "all")];
  const select = el(
    "select",
    {
      id: `filter-${name}`,
      change: () => {
        filter[name] = select.value;
        apply();
      },
    },
    all,
    values.map(([value, title]) => el("option", { value }, title)),
  );
  controls[name] = select;
  return el("div", { class: "field" }, el("label", { for: select.id }, label), select);
}

/** Every value that occurs, with its count, in alphabetical order. */
const occurring = (values) =>
  [...countBy(values)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([value, n]) => [value, `${value} (${number(n)})`]);

function toolbar() {
  const search = el("input", {
    type: "search",
    id: "search",
    placeholder: "Search kind, path, account, key id, user",
    autocomplete: "off",
    spellcheck: "false",
    input: () => {
      filter.query = search.value.trim().toLowerCase();
      apply();
    },
  });
  controls.search = search;
  controls.count = el("output", { class: "count", id: "count", "aria-live": "polite" });
  const users = ITEMS.flatMap((item) => (item.users.length ? item.users : ["root alone"]));
  const phases = REPORT.plan.phases.map((one) => [one.phase, calm(one.title)]);
  return el(
    "div",
    { class: "toolbar", role: "search", "aria-label": "Filter the credentials" },
    el(
      "div",
      { class: "search" },
      el("label", { for: "search", class: "unseen" }, "Search"),
      search,
      el("kbd", { "aria-hidden": "true" }, "/"),
    ),
    chips(),
    el(
      "details",
      { class: "filters" },
      el("summary", null, "More filters"),
      el(
        "div",
        { class: "choices" },
        choice("phase", "Phase", phases),
        choice("kind", "Kind", occurring(ITEMS.map((item) => item.credential.title))),
        choice("user", "User", occurring(users)),
        choice(
          "opens",
          "Opens",
          occurring(ITEMS.flatMap((item) => opensOf(item.credential))).slice(0, 500),
        ),
        choice(
          "protection",
          "Protection",
          occurring(ITEMS.map((item) => item.credential.protection.state)),
        ),
        choice("done", "Ticked off", [
          ["open", "still to do"],
          ["done", "done"],
        ]),
        choice(
          "sort",
          "Sorted by",
          Object.entries(SORTS).map(([name, [title]]) => [name, title]),
        ),
      ),
    ),
    el(
      "p",
      { class: "tally" },
      controls.count,
      (controls.reset = button("Show all", { class: "link-button", hidden: true }, resetFilters)),
    ),
  );
}

function resetFilters() {
  Object.assign(filter, DEFAULTS);
  filter.standings.clear();
  apply();
}

function showOnly(standing) {
  resetFilters();
  filter.standings.add(standing);
  apply();
}

function showOnlyWith(name, value) {
  resetFilters();
  filter[name] = value;
  apply();
  document.getElementById("list").scrollIntoView();
}

function syncControls() {
  for (const chip of controls.chips) {
    chip.setAttribute("aria-pressed", String(filter.standings.has(chip.dataset.standing)));
  }
  for (const name of ["kind", "user", "opens", "protection", "phase", "done", "sort"]) {
    if (controls[name] && controls[name].value !== filter[name])
      controls[name].value = filter[name];
  }
  if (controls.search.value.trim().toLowerCase() !== filter.query)
    controls.search.value = filter.query;
  const isAll = shownItems.length === ITEMS.length;
  const done = shownItems.filter(isDone).length;
  controls.count.textContent = `${isAll ? counted(ITEMS.length, "credential") : `${number(shownItems.length)} of ${counted(ITEMS.length, "credential")}`}, ${number(done)} ticked off`;
  controls.reset.hidden = isAll && filter.sort === "rank";
  controls.empty.hidden = shownItems.length > 0;
}

function credentials() {
  if (IS_AUDIT) return null;
  const bar = toolbar();
  controls.empty = el("p", { class: "empty", hidden: true }, "Nothing passes these filters.");
  const lead =
    REPORT.infected_install.length || IS_SUPPOSED
      ? "In safe order. Tick off what is done; export the state to hand it on."
      : "In the order in which they would have to be rotated.";
  return section(
    "list",
    "Credentials",
    ITEMS.length ? lead : "No credential was found.",
    ITEMS.length ? [bar, list, controls.empty] : null,
  );
}
