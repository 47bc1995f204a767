// Building blocks of the page: elements, and text from the host made harmless. Everything that
// is shown passes through `visible`, and nothing is ever parsed as markup.

/** What moves a cursor, hides, or turns the reading order: the list of report/escape.rs. */
const TREACHEROUS = new RegExp(
  "[\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e" +
    "\\u2060-\\u206f\\ufe00-\\ufe0f\\ufeff\\ufff9-\\ufffb\\u{e0000}-\\u{e0fff}]",
  "gu",
);
const NAMED_ESCAPES = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function escapeOf(character) {
  const code = character.codePointAt(0);
  if (NAMED_ESCAPES[character]) return NAMED_ESCAPES[character];
  const digits = code.toString(16);
  return code < 0x80 ? `\\x${digits.padStart(2, "0")}` : `\\u{${digits}}`;
}

/** Text of which no character does anything but stand there. */
function visible(text) {
  return String(text).replace(TREACHEROUS, escapeOf);
}

/** A path of the host: bytes that are not UTF-8 become `\xff`, a backslash is doubled. */
function shownPath(at) {
  if (typeof at === "string") return at.replaceAll("\\", "\\\\");
  if (!at.path_base64) return at.path.replaceAll("\\", "\\\\");
  const bytes = Uint8Array.from(atob(at.path_base64), (byte) => byte.charCodeAt(0));
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let shown = "";
  for (let start = 0; start < bytes.length;) {
    const length = [1, 2, 3, 4].find((n) => {
      try {
        return decoder.decode(bytes.subarray(start, start + n)).length > 0;
      } catch {
        return false;
      }
    });
    const piece = bytes.subarray(start, start + (length ?? 1));
    shown += length
      ? decoder.decode(piece).replace("\\", "\\\\")
      : `\\x${piece[0].toString(16).padStart(2, "0")}`;
    start += piece.length;
  }
  return shown;
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(name, value);
    else node.setAttribute(name, value === true ? "" : visible(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    node.append(child instanceof Node ? child : document.createTextNode(visible(child)));
  }
  return node;
}

/** An element; a function among the attributes listens to the event of its name. */
function el(name, attributes, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** The same for drawings. */
function svg(name, attributes, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function button(label, attributes, press) {
  return el("button", { type: "button", ...attributes, click: press }, label);
}

const number = (n) => n.toLocaleString("en-US");
const counted = (n, noun) => `${number(n)} ${noun}${n === 1 ? "" : "s"}`;

/** `2026-03-24 11:02`; a time beyond the calendar as it is. */
function minute(moment) {
  return moment.length === 20 && moment.endsWith("Z")
    ? `${moment.slice(0, 10)} ${moment.slice(11, 16)}`
    : moment;
}

/** A moment for a machine and for a person. */
function time(moment) {
  return moment ? el("time", { datetime: moment, title: moment }, minute(moment)) : "not known";
}

function code(text) {
  return el("code", null, text);
}

/** A sentence of a rule, in which what is to be typed stands between backticks. */
function prose(text) {
  return text.split("`").map((piece, index) => (index % 2 ? code(piece) : piece));
}

/** A path that may be broken after each of its slashes, and nowhere else unless it must. */
function path(at, line) {
  const parts = visible(shownPath(at)).split(/(?<=\/)/);
  const pieces = parts.flatMap((part, index) => (index ? [el("wbr"), part] : [part]));
  return el(
    "code",
    { class: "path" },
    pieces,
    line ? el("span", { class: "line" }, `:${line}`) : null,
  );
}

/** A list of words with a heading of its own: `dl` rows without those that are empty. */
function facts(rows) {
  const told = rows.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return el(
    "dl",
    { class: "facts" },
    told.map(([name, value]) => el("div", null, el("dt", null, name), el("dd", null, value))),
  );
}

/** What is only drawn when somebody opens it. */
function fold(title, build) {
  const folded = el("details", { class: "fold" }, el("summary", null, title));
  folded.addEventListener("toggle", () => folded.append(...[build()].flat().filter(Boolean)), {
    once: true,
  });
  return folded;
}

function section(id, title, lead, ...children) {
  return el(
    "section",
    { id, "aria-labelledby": `${id}-title` },
    el("h2", { id: `${id}-title` }, title),
    lead ? el("p", { class: "lead" }, lead) : null,
    children,
  );
}

function table(caption, heads, rows) {
  return el(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    el(
      "table",
      null,
      el("caption", null, caption),
      el(
        "thead",
        null,
        el(
          "tr",
          null,
          heads.map((head) => el("th", { scope: "col" }, head)),
        ),
      ),
      el(
        "tbody",
        null,
        rows.map((row) =>
          el(
            "tr",
            null,
            row.map((cell) => el("td", null, cell)),
          ),
        ),
      ),
    ),
  );
}
