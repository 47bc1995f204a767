// The top of the page: the figures as filters, how far the look went, and what must be done
// before anything is rotated.

function figures() {
  const shown = Object.keys(STANDINGS).filter(
    (standing) =>
      countOf(standing) > 0 || (TO_ROTATE.includes(standing) && REPORT.infected_install.length > 0),
  );
  if (IS_AUDIT || shown.length === 0) return null;
  return el(
    "ul",
    { class: "figures" },
    shown.map((standing) =>
      el(
        "li",
        null,
        button(
          [
            el("b", null, number(countOf(standing))),
            verdictMark(standing),
            IS_SUPPOSED ? null : el("span", { class: "meaning" }, STANDINGS[standing][1]),
          ],
          { class: "figure", "data-figure": standing },
          () => {
            showOnly(standing);
            document.getElementById("list").scrollIntoView();
          },
        ),
      ),
    ),
  );
}

/** A verdict by shape, word and colour. */
function verdictMark(standing) {
  return el(
    "span",
    { class: `verdict v-${standing}` },
    el("i", { class: "mark-shape", "aria-hidden": "true" }),
    standingTitle(standing),
  );
}

function statusNote() {
  const listed = Object.values(COVERAGE.problems.counts).reduce((sum, n) => sum + n, 0);
  if (REPORT.summary.status === "complete") return null;
  const what =
    REPORT.summary.status === "interrupted"
      ? "The sweep was stopped before its end."
      : "Not everything in scope was read.";
  return el(
    "p",
    { class: "notice", id: "gaps" },
    el("strong", null, what),
    " ",
    listed
      ? [
          `${counted(listed, "place")} could not be looked into: an absence here proves nothing. `,
          el("a", { href: "#coverage" }, "Which ones"),
        ]
      : "An absence here proves nothing.",
  );
}

/** What is done, and left undone, before any rotation. */
function containment() {
  const steps = REPORT.plan.containment;
  if (steps.length === 0) return null;
  const doing = steps.filter((one) => one.kind !== "never");
  const never = steps.filter((one) => one.kind === "never");
  return section(
    "contain",
    "Before you rotate",
    "In this order. Some campaigns punish a revoked token: nothing below starts until this is done.",
    el("ol", { class: "steps" }, doing.map(containmentStep)),
    never.length
      ? [
          el("h3", { class: "never-title" }, "What to leave alone"),
          el(
            "ul",
            { class: "never" },
            never.map((one) => el("li", null, prose(one.says), measureFacts(one))),
          ),
        ]
      : null,
  );
}

function containmentStep(one, index) {
  const isDanger = one.kind === "watcher";
  const box = el("input", {
    type: "checkbox",
    id: `contain-${index}`,
    change: (event) => tickContainment(one.says, event.target.checked),
  });
  stateListeners.push(() => {
    box.checked = state.containment.has(one.says);
  });
  const danger =
    isDanger && one.why
      ? el("p", null, el("strong", { class: "lead-word" }, "Danger: "), one.why)
      : null;
  return el(
    "li",
    null,
    box,
    el(
      "div",
      null,
      danger,
      el("label", { for: box.id }, prose(one.says)),
      measureFacts(isDanger ? { ...one, why: null } : one),
    ),
  );
}

/** Why, which files it is about, and which campaign asks for it where there are several. */
function measureFacts({ why, paths, n_paths: nPaths, advisory }) {
  const more = nPaths - paths.length;
  return [
    why ? el("p", { class: "hint" }, why) : null,
    paths.map((at) => el("p", { class: "at" }, path(at))),
    more > 0 ? el("p", { class: "at" }, `and ${number(more)} more`) : null,
    REPORT.advisory.length > 1 && advisory ? el("p", { class: "source" }, advisory) : null,
  ];
}
