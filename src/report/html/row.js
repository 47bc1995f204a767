// One credential: its row, and what opens below it. A row is made when it is first shown, what
// lies below it when it is first opened.

const ROWS = new Map();
/** Most credentials named that come before one, for one reason. */
const PREDECESSORS_MAX = 5;
const PROTECTION_TAGS = {
  weak: "weakly protected",
  encrypted: "encrypted",
  hardware: "in hardware",
  unknown: "protection unknown",
};

function rowOf(item) {
  if (!ROWS.has(item)) ROWS.set(item, makeRow(item));
  return ROWS.get(item);
}

function tags(credential) {
  const expired =
    credential.expiry?.at && credential.expiry.at < RUN.started && !credential.expiry.renewable;
  return [
    credential.propagates ? "can publish" : null,
    credential.mints ? "makes others" : null,
    PROTECTION_TAGS[credential.protection.state] ?? null,
    expired ? "expired" : null,
    credential.known ? "in the baseline" : null,
  ].filter(Boolean);
}

function makeRow(item) {
  const { credential } = item;
  const place = credential.locations[0];
  const box = el("input", {
    type: "checkbox",
    class: "tick",
    "aria-label": `Rotated: ${credential.rank}. ${credential.title}`,
    change: () => tick(item.id, { done: box.checked }),
  });
  const named = [
    /^\S+$/.test(credential.hint) ? `${credential.hint}…` : null,
    credential.key_id,
  ].filter(Boolean);
  const opener = button(
    [
      el("span", { class: "rank" }, credential.rank),
      verdictMark(item.standing),
      el(
        "span",
        { class: "what" },
        el("span", { class: "title" }, credential.title),
        named.map((one) => el("code", { class: "id" }, one)),
        credential.account ? el("span", { class: "account" }, credential.account) : null,
        place
          ? el(
              "span",
              { class: "where" },
              hostOf(place),
              path(place, place.line),
              credential.locations.length > 1
                ? el(
                    "span",
                    { class: "more" },
                    ` +${counted(credential.locations.length - 1, "place")}`,
                  )
                : null,
            )
          : null,
      ),
      el(
        "span",
        { class: "tags" },
        tags(credential).map((tag) => el("span", { class: "tag" }, tag)),
      ),
    ],
    { class: "opener", "aria-expanded": "false" },
    () => toggle(item),
  );
  const node = el(
    "li",
    { class: "row", id: `credential-${credential.rank}`, "data-standing": item.standing },
    el("div", { class: "row-head" }, box, opener),
  );
  const row = { node, box, opener, detail: null, isOpen: false };
  row.sync = () => {
    box.checked = isDone(item);
    node.classList.toggle("done", box.checked);
  };
  row.sync();
  return row;
}

function toggle(item, open) {
  const row = rowOf(item);
  const isOpen = open ?? !row.isOpen;
  if (isOpen && !row.detail) {
    row.detail = el(
      "div",
      {
        class: "detail",
        role: "group",
        "aria-label": `About ${item.credential.rank}. ${item.credential.title}`,
      },
      details(item),
    );
    row.node.append(row.detail);
  }
  row.isOpen = isOpen;
  row.node.classList.toggle("open", isOpen);
  row.opener.setAttribute("aria-expanded", String(isOpen));
  if (row.detail) row.detail.hidden = !isOpen;
}

function details(item) {
  const { credential } = item;
  return [
    el("div", { class: "detail-main" }, whyHere(credential), rotation(item), places(credential)),
    el("div", { class: "detail-side" }, tickForm(item), about(credential), opensList(credential)),
  ];
}

function sub(title, ...children) {
  return el("section", null, el("h4", null, title), children);
}

/** Why it stands at this place, and what is rotated before it. */
function whyHere(credential) {
  const { because, after } = credential;
  if (because.length + after.length === 0) return null;
  return sub(
    "Why here",
    el(
      "ul",
      { class: "plain" },
      because.map((says) => el("li", null, prose(calm(says)))),
      after.map((one) =>
        el(
          "li",
          null,
          "After ",
          one.ranks
            .slice(0, PREDECESSORS_MAX)
            .map((rank, index) => [index ? ", " : "", rankLink(rank)]),
          one.n_all > PREDECESSORS_MAX ? ` and ${number(one.n_all - PREDECESSORS_MAX)} more` : null,
          `: ${one.why}`,
        ),
      ),
    ),
  );
}

function rankLink(rank) {
  const item = BY_RANK.get(rank);
  if (!item) return `credential ${rank}`;
  return button(`${rank}. ${item.credential.title}`, { class: "link-button" }, () => {
    goTo(item);
  });
}

/** Shows a credential wherever it is in the list, open. */
function goTo(item) {
  if (!shownItems.includes(item)) resetFilters();
  renderThrough(item);
  toggle(item, true);
  focusRow(item);
}

function rotation({ credential, standing }) {
  const plan = credential.rotation;
  const first = {
    create: "Make the new one first, then revoke the old one.",
    revoke: "Revoke it first: it does more harm than its absence.",
  }[plan.first];
  const lines = (texts) => texts.map((text) => el("li", null, prose(text)));
  return [
    sub(
      AT_REST.includes(standing) ? "If it is rotated all the same" : "Rotate",
      first ? el("p", { class: "first" }, first) : null,
      plan.place ? el("p", null, "Where: ", prose(plan.place)) : null,
      el("ol", { class: "numbered" }, lines(plan.steps)),
      plan.commands.length
        ? [el("p", { class: "hint" }, "From another, clean machine:"), plan.commands.map(command)]
        : null,
    ),
    plan.checks.length ? sub("Then check", el("ul", { class: "plain" }, lines(plan.checks))) : null,
    plan.breaks ? sub("What breaks", el("p", null, prose(plan.breaks))) : null,
  ];
}

function command(text) {
  const shown = el("code", null, text);
  const copy = button("Copy", { class: "copy" }, () => copyText(text, shown, copy));
  return el("div", { class: "command" }, shown, copy);
}

async function copyText(text, shown, copy) {
  const say = (done) => {
    copy.textContent = done ? "Copied" : "Select it";
    setTimeout(() => {
      copy.textContent = "Copy";
    }, 1500);
  };
  try {
    await navigator.clipboard.writeText(text);
    say(true);
  } catch {
    // A file may be refused the clipboard: then it is at least selected.
    getSelection().selectAllChildren(shown);
    say(document.execCommand("copy"));
  }
}

const SIDES = {
  ran: ["▸", "the code ran"],
  for: ["+", "for"],
  doubt: ["?", "in doubt"],
  against: ["−", "against"],
};

function reasons(exposure) {
  const step = (one) => {
    const [sign, word] = SIDES[one.side] ?? ["·", "says"];
    return el(
      "li",
      { class: `side-${one.side}` },
      el("span", { class: "sign", "aria-hidden": "true" }, sign),
      el("span", null, el("span", { class: "unseen" }, `${word}: `), one.says),
    );
  };
  const aim =
    exposure.aim === "targeted"
      ? `The campaign looks for it${exposure.aim_what ? ` (${exposure.aim_what})` : ""}.`
      : exposure.aim === "off-list"
        ? "Not on the campaign's list."
        : null;
  return el(
    "div",
    { class: "exposure" },
    el(
      "p",
      { class: "whose" },
      verdictMark(exposure.verdict === "not-exposed" ? "out" : exposure.verdict),
      ` to ${exposure.user}, by ${exposure.install === null ? "the question" : installName(exposure.install)}`,
    ),
    el("ul", { class: "reasons" }, exposure.reasons.map(step)),
    exposure.flags.length
      ? el(
          "ul",
          { class: "plain" },
          exposure.flags.map((flag) => el("li", null, flag.says)),
        )
      : null,
    aim ? el("p", { class: "hint" }, aim) : null,
    exposure.counter
      ? el("p", { class: "hint" }, "What would change this: ", exposure.counter)
      : null,
  );
}

/** Of a merged report each place names its host. */
const hostOf = (place) => (place.host ? el("b", { class: "host" }, `${place.host} `) : null);

function places(credential) {
  const place = (one, index) => {
    const exposures = [...one.exposures].sort(byVerdict);
    const [first, ...rest] = exposures;
    return el(
      "li",
      null,
      hostOf(one),
      path(one, one.line),
      el(
        "p",
        { class: "hint" },
        [one.store_title, `${one.owner.user}:${one.group.name} ${one.mode}`]
          .filter(Boolean)
          .join(" · "),
        " · last changed ",
        time(one.times.changed),
        " · written ",
        time(one.times.modified),
      ),
      one.containers.length
        ? el(
            "p",
            { class: "hint" },
            "inside ",
            one.containers.map((name) => code(name)),
          )
        : null,
      one.other_names.length
        ? el(
            "p",
            { class: "hint" },
            "also named ",
            one.other_names.slice(0, 5).map((name) => [path(name), " "]),
          )
        : null,
      one.explanation
        ? fold("Every way to it, folder by folder", () => one.explanation.ways.map(way))
        : null,
      first ? (index === 0 ? reasons(first) : fold("Why", () => reasons(first))) : null,
      rest.length
        ? fold(`${counted(rest.length, "more verdict")}: other users and installs`, () =>
            rest.map(reasons),
          )
        : null,
    );
  };
  const shown = credential.locations.slice(0, 50).map(place);
  const more = credential.locations.length - shown.length;
  return sub(
    counted(credential.locations.length, "place"),
    el("ol", { class: "places" }, shown),
    more > 0 ? el("p", null, `and ${number(more)} more: the JSON report has each`) : null,
  );
}

/** A way to a file, and what each folder on it says to each user. */
function way(one) {
  const rows = one.components.map(({ inode, answers, ...component }) => [
    path(component),
    inode ? `${inode.owner.user}:${inode.group.name} ${inode.mode}` : "not looked at",
    answers.map((answer) => el("p", null, `${answer.user}: ${answer.passes}, ${answer.why}`)),
  ]);
  return table("What each component says", ["Component", "Whose", "Who may pass"], rows);
}

function about(credential) {
  const end = credential.expiry;
  const changed = changedAt(credential);
  const against =
    { before: ", before the window", during: ", inside the window", after: ", after the window" }[
      credential.last_changed?.against_window
    ] ?? "";
  return sub(
    "About it",
    facts([
      ["Issuer", credential.issuer],
      ["Kind", code(credential.kind)],
      ["Key id", credential.key_id ? code(credential.key_id) : null],
      ["Account", credential.account],
      [
        "Protection",
        [credential.protection.state, credential.protection.how].filter(Boolean).join(", "),
      ],
      [
        "Ends",
        end
          ? [end.at ? time(end.at) : "never", end.renewable ? ", renewed by a token beside it" : ""]
          : null,
      ],
      ["Last changed", changed ? [time(changed), against] : null],
      ["Confidence", credential.confidence],
      ["Impact", `${credential.impact} of 5`],
      ["Readable today by", credential.readers.map((user) => user.user).join(", ") || "root alone"],
      [
        "Set aside",
        credential.suppressed
          ? [
              credential.suppressed.reason,
              credential.suppressed.expires
                ? [", until ", time(credential.suppressed.expires)]
                : null,
            ]
          : null,
      ],
      ["Secret id", code(credential.secret_id)],
    ]),
  );
}

/** How sure it is that it opens a place; nobody was asked whether it still does. */
const OPENS_HOW = {
  beside: "it stands beside the secret",
  "lets-in": "an account of this host lets it in",
  named: "named for just this key",
  default: "tried by default",
  met: "perhaps: the user's ssh has met it",
};
const OPENINGS_MAX = 40;

function opensList({ opens }) {
  if (opens.length === 0) return null;
  const clue = (one) => el("p", { class: "hint" }, path(one, one.line));
  const opening = (one) =>
    el(
      "li",
      null,
      code(one.what),
      el("p", { class: "hint" }, OPENS_HOW[one.how] ?? one.how),
      one.how === "beside" ? null : one.evidence.slice(0, 3).map(clue),
    );
  const more = opens.length - OPENINGS_MAX;
  return sub(
    "What it opens",
    el("ul", { class: "plain" }, opens.slice(0, OPENINGS_MAX).map(opening)),
    more > 0 ? el("p", null, `and ${number(more)} more: the JSON report has each`) : null,
  );
}

function tickForm(item) {
  const field = (name, label, kind) => {
    const input = el(kind, {
      id: `${name}-${item.credential.rank}`,
      maxlength: NOTE_LENGTH_MAX,
      autocomplete: "off",
      rows: kind === "textarea" ? "2" : null,
      change: () => tick(item.id, { [name]: input.value }),
    });
    const sync = () => {
      if (document.activeElement !== input) input.value = tickOf(item.id)[name];
    };
    sync();
    stateListeners.push(sync);
    return el("div", { class: "field" }, el("label", { for: input.id }, label), input);
  };
  return el(
    "section",
    { class: "tick-form" },
    el("h4", null, "Who did it"),
    field("by", "By", "input"),
    field("at", "When", "input"),
    field("note", "Note", "textarea"),
  );
}
