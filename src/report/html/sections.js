// What stands below the list: installs, the question, startup code, brokers, and how far the
// look went.

const SECTION_ROWS_MAX = 200;

const PRESENCES = {
  installed: "installed",
  traces: "files of the campaign, no package",
  bundle: "inside a bundle",
  leftover: "left over",
  log: "a log speaks of it",
  cache: "in a package cache",
  history: "in a shell history",
  lockfile: "in a lock file",
  "lockfile-history": "in an older lock file",
};

/** Entries up to a bound, with the number of the others. */
function entries(all, draw) {
  const more = all.length - SECTION_ROWS_MAX;
  return [
    el(
      "ul",
      { class: "entries" },
      all.slice(0, SECTION_ROWS_MAX).map((one) => el("li", { class: "entry" }, draw(one))),
    ),
    more > 0 ? el("p", null, `and ${number(more)} more: the JSON report has each`) : null,
  ];
}

function installEntry(install) {
  const span = (dated) =>
    dated
      ? [
          time(dated.start),
          " to ",
          time(dated.end),
          el("span", { class: "hint" }, ` (${dated.evidence})`),
        ]
      : null;
  const advisory = REPORT.advisory.find((one) => one.id === install.advisory);
  const { asked_for: askedFor, requirers, changes } = install.provenance;
  const move = [
    install.clean_after ? `${install.clean_after} or later` : null,
    install.clean_before ? `back to ${install.clean_before}` : null,
  ]
    .filter(Boolean)
    .join(", or ");
  return [
    el(
      "h3",
      null,
      installName(install.index),
      " ",
      el("span", { class: "tag" }, PRESENCES[install.presence] ?? install.presence),
    ),
    advisory ? el("p", null, advisory.title) : null,
    facts([
      ["Where", install.package ? path(install.package) : null],
      ["Can have run", span(install.window)],
      ["Certainly here", span(install.certain)],
      [
        "Taken away",
        install.removed ? [time(install.removed.at), ", says ", path(install.removed)] : null,
      ],
      [
        "Ran as",
        install.runners.length
          ? el(
              "ul",
              { class: "plain" },
              install.runners.slice(0, 10).map((one) =>
                el(
                  "li",
                  null,
                  el("strong", null, one.user),
                  `, ${one.certainty}: ${one.evidence}`,
                  one.authority.map((way) =>
                    el("p", { class: "hint" }, `${way.reach} by ${way.means}: ${way.evidence}`),
                  ),
                ),
              ),
            )
          : "not known",
      ],
      [
        "Files of it",
        install.sightings.length
          ? el(
              "ul",
              { class: "plain" },
              install.sightings
                .slice(0, 20)
                .map((one) =>
                  el(
                    "li",
                    null,
                    path(one),
                    el(
                      "p",
                      { class: "hint" },
                      `${one.role}, ${one.weight}`,
                      one.note ? `: ${one.note}` : null,
                    ),
                  ),
                ),
            )
          : null,
      ],
      [
        "Named in",
        install.mentions.length
          ? el(
              "ul",
              { class: "plain" },
              install.mentions
                .slice(0, 20)
                .map((one) =>
                  el(
                    "li",
                    null,
                    path(one, one.line),
                    el("p", { class: "hint" }, PRESENCES[one.source] ?? one.source),
                  ),
                ),
            )
          : null,
      ],
      [
        "Brought by",
        requirers.length
          ? requirers
              .slice(0, 5)
              .map((one) => `${one.name} ${one.version}`)
              .join(", ")
          : askedFor
            ? "asked for by name"
            : null,
      ],
      [
        "To change",
        changes.length
          ? el(
              "ul",
              { class: "plain" },
              changes
                .slice(0, 20)
                .map((one) =>
                  el(
                    "li",
                    null,
                    path(one, one.line),
                    el("span", { class: "hint" }, ` ${one.kind}`),
                  ),
                ),
            )
          : null,
      ],
      ["Move to", move || null],
      ["Advisory", advisory ? [advisory.id, ...advisory.ids].join(", ") : install.advisory],
    ]),
  ];
}

function installs() {
  if (REPORT.infected_install.length === 0) return null;
  return section(
    "installs",
    "Infected installs",
    null,
    entries(REPORT.infected_install, installEntry),
  );
}

function question() {
  const asked = REPORT.run.what_if;
  if (!asked) return null;
  return section(
    "question",
    "The question",
    "A supposition: nothing says that such code ran here.",
    facts([
      ["As", asked.users.map((user) => user.user).join(", ")],
      ["From", time(asked.start)],
      ["Until", time(asked.end)],
      ["Campaign", asked.campaign],
    ]),
  );
}

function startup() {
  const odd = REPORT.startup_code.filter((one) => one.signs.length > 0);
  if (odd.length === 0) return null;
  const entry = (one) => [
    el("h3", null, path(one, one.line)),
    el("p", null, one.what),
    facts([
      [
        "Signs",
        el(
          "ul",
          { class: "plain" },
          one.signs.map((sign) =>
            el(
              "li",
              null,
              sign.sign.replaceAll("-", " "),
              sign.install !== null ? `, ${installName(sign.install)}` : null,
            ),
          ),
        ),
      ],
      ["Would run", one.runs],
      ["Package", one.package],
      ["Owner", one.owner.user],
      ["Appeared", time(one.appeared)],
      ["SHA-256", one.sha256 ? code(one.sha256) : null],
    ]),
  ];
  return section(
    "startup",
    "Startup code worth a look",
    "Something starts it unasked. Nothing proves it bad.",
    entries(odd, entry),
  );
}

function brokers() {
  const worst = (broker) => [...broker.exposures].sort(byVerdict)[0];
  const sorted = REPORT.broker
    .map((broker) => ({ broker, worst: worst(broker) }))
    .sort(
      (a, b) =>
        (a.worst ? WORST.indexOf(a.worst.verdict) : 9) -
        (b.worst ? WORST.indexOf(b.worst.verdict) : 9),
    );
  if (sorted.length === 0) return null;
  const entry = ({ broker, worst: one }) => [
    el("h3", null, broker.what),
    facts([
      ["At", path(broker)],
      ["Serves", broker.serves ? broker.serves.user : "any process"],
      ["Gives", broker.gives === "use" ? "the use of a key, not the key" : "the secret"],
      ["There since", broker.since ? time(broker.since) : null],
    ]),
    one ? reasons(one) : null,
  ];
  return section(
    "brokers",
    "Within reach without a file",
    "It is enough to ask these. The sweep asked none of them.",
    entries(sorted, entry),
  );
}

/** Whom the accounts of this host let in: what a thief may have added. */
function authorizedKeys() {
  const keys = REPORT.authorized_key;
  if (keys.length === 0) return null;
  const rows = keys
    .slice(0, SECTION_ROWS_MAX)
    .map((key) => [
      key.user,
      code(key.fingerprint),
      key.comment ?? "",
      key.limits.join(", ") || "nothing",
      path(key, key.line),
    ]);
  const more = keys.length - rows.length;
  return section(
    "authorized",
    "Whom accounts let in",
    "Public keys in authorized_keys. One that nobody knows may be a way back in.",
    table(
      "Keys that accounts of this host let in",
      ["Account", "Key", "Called", "Asked for besides", "Where"],
      rows,
    ),
    more > 0 ? el("p", null, `and ${number(more)} more: the JSON report has each`) : null,
  );
}

const inWords = (counts) =>
  Object.entries(counts)
    .filter(([, n]) => n > 0)
    .map(([word, n]) => `${number(n)} ${word.replaceAll("-", " ")}`)
    .join(", ");

function problems() {
  const { counts, listed, unlisted } = COVERAGE.problems;
  const all = REPORT.problem.length ? REPORT.problem : listed;
  if (Object.keys(counts).length === 0) return el("p", null, "Everything in scope was read.");
  return [
    el(
      "p",
      null,
      Object.entries(counts).map(([word, n], index) => [
        index ? ", " : "",
        `${number(n)} `,
        code(word),
      ]),
    ),
    table(
      "What could not be looked into",
      ["What", "Where", "Why"],
      all.slice(0, SECTION_ROWS_MAX).map((one) => [code(one.code), path(one), one.why]),
    ),
    unlisted > 0 ? el("p", null, `and ${number(unlisted)} more that are only counted`) : null,
  ];
}

function coverage() {
  const status = {
    complete: "Everything in scope was read.",
    incomplete: "Not everything in scope was read.",
    interrupted: "The sweep was stopped before its end.",
  };
  return section(
    "coverage",
    "How far the look went",
    status[REPORT.summary.status],
    facts([
      [
        "Read",
        `${counted(COVERAGE.n_files_read, "file")} in ${counted(COVERAGE.n_folders, "folder")}, ${counted(COVERAGE.n_process_environments, "process environment")}`,
      ],
      ["Left alone", inWords(COVERAGE.skipped) || null],
      [
        "Roots",
        fold(counted(RUN.roots.length, "root"), () =>
          el(
            "ul",
            { class: "plain" },
            RUN.roots
              .slice(0, SECTION_ROWS_MAX)
              .map((root) => el("li", null, path(root), ` ${root.why}`)),
          ),
        ),
      ],
      ["Clock", REPORT.run.clock.doubts.length ? REPORT.run.clock.doubts.join("; ") : null],
      ["Guards", COVERAGE.guards.length ? `${COVERAGE.guards.join(", ")}: not judged` : null],
      [
        "Evidence of the past",
        COVERAGE.evidence.length
          ? el(
              "ul",
              { class: "plain" },
              COVERAGE.evidence.map((one) =>
                el(
                  "li",
                  null,
                  `${one.family}: ${counted(one.n_files, "file")}`,
                  one.earliest ? [", since ", time(one.earliest)] : null,
                ),
              ),
            )
          : null,
      ],
      ["Swept by", `user ${RUN.uid}, rules ${RUN.rules_digest.slice(0, 16)}, key ${RUN.key.id}`],
    ]),
    problems(),
  );
}
