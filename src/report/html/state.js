// What was ticked off: kept in memory, in the browser's own store where it lets a file have one,
// and in a file that people hand to each other. Sends nothing anywhere.

const STATE_FORMAT = "credreach-state";
const STATE_VERSION = 1;
const STORE_NAME = `credreach ${RUN.key.id} ${RUN.host} ${RUN.started}`;
/** More than anybody writes by hand; an imported file is not trusted to be one of ours. */
const NOTE_LENGTH_MAX = 2000;

const state = { credentials: new Map(), containment: new Set() };
const stateListeners = [];

const tickOf = (id) => state.credentials.get(id) ?? { done: false, by: "", at: "", note: "" };
const isDone = (item) => tickOf(item.id).done;

function tick(id, changes) {
  const now = { ...tickOf(id), ...changes };
  if (changes.done && !now.at) now.at = new Date().toISOString().slice(0, 16) + "Z";
  if (changes.done && !now.by) now.by = state.lastBy ?? "";
  if (changes.by) state.lastBy = changes.by;
  state.credentials.set(id, now);
  stateChanged();
}

function tickContainment(says, done) {
  if (done) state.containment.add(says);
  else state.containment.delete(says);
  stateChanged();
}

function stateChanged() {
  try {
    localStorage.setItem(STORE_NAME, stateText());
  } catch {
    /* a file may not have a store */
  }
  stateListeners.forEach((listener) => listener());
}

/** The state as a file: in rotation order, and nothing of what was never touched. */
function stateText() {
  const touched = ITEMS.filter((item) => state.credentials.has(item.id));
  const credentials = touched.map((item) => ({
    secret_id: item.id,
    rank: item.credential.rank,
    title: item.credential.title,
    ...tickOf(item.id),
  }));
  return (
    JSON.stringify(
      {
        format: STATE_FORMAT,
        version: STATE_VERSION,
        report: { host: RUN.host, started: RUN.started, key: RUN.key.id },
        containment: [...state.containment],
        credentials,
      },
      null,
      2,
    ) + "\n"
  );
}

const line = (value) => (typeof value === "string" ? value.slice(0, NOTE_LENGTH_MAX) : "");

/** Takes over a state; what it has wins. Says what came of it. */
function readState(text) {
  let read;
  try {
    read = JSON.parse(text);
  } catch {
    return "This file is not JSON: nothing was taken over.";
  }
  if (read?.format !== STATE_FORMAT)
    return "This file is not a state of credreach: nothing was taken over.";
  if (read.version !== STATE_VERSION)
    return `This state is of layout ${read.version}, this page reads ${STATE_VERSION}: nothing was taken over.`;
  const known = new Set(ITEMS.map((item) => item.id));
  const given = Array.isArray(read.credentials) ? read.credentials : [];
  const taken = given.filter((one) => known.has(one?.secret_id));
  for (const one of taken) {
    state.credentials.set(one.secret_id, {
      done: one.done === true,
      by: line(one.by),
      at: line(one.at),
      note: line(one.note),
    });
  }
  for (const says of Array.isArray(read.containment) ? read.containment : []) {
    if (typeof says === "string") state.containment.add(says.slice(0, NOTE_LENGTH_MAX));
  }
  stateChanged();
  const strangers = given.length - taken.length;
  const otherKey = read.report?.key !== RUN.key.id ? " It was made with another key." : "";
  return (
    `${counted(taken.length, "credential")} taken over.` +
    (strangers
      ? ` ${counted(strangers, "entry").replace("entrys", "entries")} left out: not in this report.${otherKey}`
      : "")
  );
}

function loadState() {
  try {
    const kept = localStorage.getItem(STORE_NAME);
    if (kept) readState(kept);
  } catch {
    /* a file may not have a store */
  }
}

/** Hands a text to the user as a file. */
function download(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = el("a", { href: address, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

const fileStem = () =>
  `credreach-${RUN.host.replace(/[^A-Za-z0-9-]/g, "_").slice(0, 40) || "host"}`;

function exportState() {
  download(`${fileStem()}-state.json`, "application/json", stateText());
  announce("The state was handed to you as a file.");
}

function importState() {
  const chooser = el("input", {
    type: "file",
    accept: "application/json,.json",
    hidden: true,
    id: "import",
  });
  chooser.addEventListener("change", async () => {
    const file = chooser.files[0];
    chooser.remove();
    if (file) announce(readState(await file.text()));
  });
  document.getElementById("import")?.remove();
  document.body.append(chooser);
  chooser.click();
}

/** Says something to everybody, also to those who do not see it. */
function announce(text) {
  const place = document.getElementById("said");
  place.textContent = visible(text);
  place.classList.add("shown");
  clearTimeout(announce.timer);
  announce.timer = setTimeout(() => place.classList.remove("shown"), 5000);
}
