// The keyboard, the help, the look, and the buttons on top.

const KEYS = [
  ["j or ↓", "next credential"],
  ["k or ↑", "previous credential"],
  ["Enter", "open or close it"],
  ["x", "tick it off"],
  ["/", "search"],
  ["1 to 7", "only one verdict, in the order of the chips"],
  ["0", "show all"],
  ["e", "export the state"],
  ["d", "light or dark"],
  ["?", "this help"],
  ["Esc", "leave the search, close the help"],
];

const focusedItem = () => {
  const node = document.activeElement?.closest?.(".row");
  return node ? (shownItems.find((item) => ROWS.get(item)?.node === node) ?? null) : null;
};

function focusRow(item) {
  const row = rowOf(item);
  row.opener.focus({ preventScroll: true });
  row.node.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const index = shownItems.indexOf(focusedItem());
  const next = shownItems[index < 0 ? 0 : Math.min(Math.max(index + by, 0), shownItems.length - 1)];
  if (!next) return;
  renderThrough(next);
  focusRow(next);
}

function onKey(event) {
  const inField = event.target.closest?.("input:not([type=checkbox]), textarea, select");
  if (event.key === "Escape" && inField) {
    event.target.blur();
    return;
  }
  if (
    event.ctrlKey ||
    event.metaKey ||
    event.altKey ||
    inField ||
    document.querySelector("dialog[open]")
  )
    return;
  const item = focusedItem();
  const inDetail = event.target.closest?.(".detail");
  const chip = controls.chips?.[Number(event.key) - 1];
  const acts = {
    j: () => step(1),
    ArrowDown: item && !inDetail ? () => step(1) : null,
    k: () => step(-1),
    ArrowUp: item && !inDetail ? () => step(-1) : null,
    x: item ? () => tick(item.id, { done: !isDone(item) }) : null,
    "/": controls.search ? () => controls.search.focus() : null,
    0: controls.search ? resetFilters : null,
    e: exportState,
    d: turnLook,
    "?": () => document.getElementById("help").showModal(),
  };
  const act = acts[event.key] ?? (chip ? () => showOnly(chip.dataset.standing) : null);
  if (!act) return;
  event.preventDefault();
  act();
}

function turnLook() {
  const root = document.documentElement;
  const isDark = root.dataset.look
    ? root.dataset.look === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.look = isDark ? "light" : "dark";
}

function help() {
  const dialog = el(
    "dialog",
    { id: "help", "aria-labelledby": "help-title" },
    el("h2", { id: "help-title" }, "Keys"),
    el(
      "dl",
      { class: "keys" },
      KEYS.map(([key, does]) =>
        el("div", null, el("dt", null, el("kbd", null, key)), el("dd", null, does)),
      ),
    ),
    button("Close", { class: "tool" }, () => dialog.close()),
  );
  return dialog;
}

/** A cell that no spreadsheet takes for a formula, nor for two cells. */
function cell(value) {
  const text = visible(value ?? "");
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

function exportTable() {
  const heads = [
    "rank",
    "verdict",
    "kind",
    "key_id",
    "account",
    "users",
    "place",
    "places",
    "secret_id",
    "done",
    "by",
    "at",
    "note",
  ];
  const rows = shownItems.map((item) => {
    const { credential } = item;
    const { done, by, at: when, note } = tickOf(item.id);
    return [
      credential.rank,
      standingTitle(item.standing),
      credential.title,
      credential.key_id,
      credential.account,
      item.users.join(" "),
      credential.locations[0] ? shownPath(credential.locations[0]) : "",
      credential.locations.length,
      item.id,
      done ? "yes" : "no",
      by,
      when,
      note,
    ];
  });
  download(
    `${fileStem()}.csv`,
    "text/csv",
    [heads, ...rows].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n",
  );
}

function tools() {
  const tool = (label, title, press, id) => button(label, { class: "tool", title, id }, press);
  const ofList =
    IS_AUDIT || ITEMS.length === 0
      ? []
      : [
          tool("Export state", "What is ticked off, as a file (e)", exportState, "export-state"),
          tool("Import state", "Take over such a file", importState, "import-state"),
          tool("CSV", "The credentials shown now, as a table", exportTable, "export-table"),
        ];
  return [
    ...ofList,
    tool("Print", "Print, or save as PDF", () => window.print(), "print"),
    tool("Light/dark", "Light or dark (d)", turnLook, "look"),
    tool("?", "Keys", () => document.getElementById("help").showModal(), "keys"),
  ];
}
