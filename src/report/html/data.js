// The report as the page works with it: records by name, and what follows from them for each
// credential. Judges nothing anew.

/** What a credential asks of the reader, as the terminal report groups them, in its order. */
const STANDINGS = {
  exposed: ["Exposed", "The code ran, could read them, and they were there."],
  likely: ["Likely", "Nothing speaks against it, but one link is not certain."],
  unknown: ["Unknown", "Facts are missing. Treat them as exposed."],
  here: ["On this host", "What would have to be rotated, and in which order."],
  doubtful: ["Low confidence", "Perhaps no credentials at all. Look before you rotate."],
  out: ["Not exposed", "Shown that the code could not read them."],
  suppressed: ["Suppressed", "Set aside by files and comments that are named."],
};
const TO_ROTATE = ["exposed", "likely", "unknown"];

/** Those that ask for nothing. */
const AT_REST = ["out", "suppressed"];

function standingOf(credential) {
  if (credential.suppressed) return "suppressed";
  const verdict = credential.verdict ?? credential.asked;
  if (verdict === "not-exposed") return "out";
  if (credential.confidence === "low") return "doubtful";
  return TO_ROTATE.includes(verdict) ? verdict : "here";
}

/** Records by name, in the order in which they came. */
function readRecords(text) {
  const report = {
    run: null,
    summary: null,
    plan: null,
    advisory: [],
    infected_install: [],
    startup_code: [],
    credential: [],
    broker: [],
    authorized_key: [],
    problem: [],
  };
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const record = JSON.parse(line);
    if (Array.isArray(report[record.record])) report[record.record].push(record);
    else report[record.record] = record;
  }
  return report;
}

const REPORT = readRecords(document.getElementById("records").textContent);
const RUN = REPORT.run.run;
const SUMMARY = REPORT.summary.summary;
const COVERAGE = REPORT.summary.coverage;
const IS_AUDIT = RUN.task === "audit";
/** Whether all verdicts are answers to a question, and nothing infected was found. */
const IS_SUPPOSED =
  REPORT.run.what_if !== null && REPORT.credential.every((one) => one.verdict === null);

const WORST = ["exposed", "likely", "unknown", "not-exposed"];
const isReach = (verdict) => TO_ROTATE.includes(verdict);

const byVerdict = (a, b) => WORST.indexOf(a.verdict) - WORST.indexOf(b.verdict);

/** Users whose code had it, or could read it today where nothing is said to have run. */
function usersOf(credential) {
  const users = new Set();
  for (const place of credential.locations) {
    for (const one of place.exposures) if (isReach(one.verdict)) users.add(one.user);
  }
  return users.size ? [...users] : credential.readers.map((reader) => reader.user);
}

/** What it opens, as words: what was decoded, else whose it is. */
function opensOf(credential) {
  const decoded = credential.opens.map((one) => one.what);
  if (decoded.length) return [...new Set(decoded)];
  return credential.account ? [credential.account] : [];
}

function changedAt(credential) {
  const given = credential.last_changed?.at;
  return (
    given ??
    credential.locations
      .map((place) => place.times.changed)
      .sort()
      .at(-1) ??
    null
  );
}

/** Everything that a search looks through, put together at the first search. */
function searchText(item) {
  const { credential } = item;
  item.text ??= wordsOf(credential);
  return item.text;
}

function wordsOf(credential) {
  const places = credential.locations.flatMap((place) => [
    shownPath(place),
    place.store_title ?? "",
    ...place.containers,
  ]);
  return [
    credential.title,
    credential.kind,
    credential.issuer,
    credential.key_id,
    credential.account,
    credential.hint,
    credential.secret_id,
    ...opensOf(credential),
    ...usersOf(credential),
    ...places,
  ]
    .filter(Boolean)
    .join("\n")
    .toLowerCase();
}

/** What the page keeps of each credential beside the record itself. */
const ITEMS = REPORT.credential.map((credential) => ({
  credential,
  id: credential.secret_id,
  standing: standingOf(credential),
  users: usersOf(credential),
  text: null,
}));
const BY_RANK = new Map(ITEMS.map((item) => [item.credential.rank, item]));

function countBy(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

const countOf = (standing) => ITEMS.filter((item) => item.standing === standing).length;

function standingTitle(standing) {
  const [title] = STANDINGS[standing];
  if (!IS_SUPPOSED) return title;
  return { exposed: "Would be exposed", likely: "Would likely be" }[standing] ?? title;
}

function installName(index) {
  const install = REPORT.infected_install.find((one) => one.index === index);
  if (!install) return "the question";
  const named = install.package ?? install.mentions[0];
  return named ? `${named.name} ${named.version}` : `${install.advisory} (traces)`;
}
