//! A headless Chromium that is spoken to over two pipes, as its DevTools protocol wants it: one
//! JSON object, one zero byte. Waits for nothing longer than a minute.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use credreach::selftest::is_root;
use data_encoding::BASE64;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A cold start on a busy machine takes seconds; a minute is a browser that hangs.
const PATIENCE: Duration = Duration::from_secs(60);

const NAMES: [&str; 5] =
    ["chromium", "chromium-browser", "google-chrome", "chrome", "headless_shell"];

/// A browser with one page.
pub struct Browser {
    child: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    n_calls: u64,
    session: Option<String>,
    /// What the page did by itself, in order.
    pub events: Vec<Value>,
    /// Where its profile and its downloads lie.
    pub folder: TempDir,
}

/// The browser of this machine: named by `CREDREACH_CHROMIUM`, or found on the search path.
pub fn binary() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("CREDREACH_CHROMIUM") {
        return Some(named.into());
    }
    let folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
    let found = NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    found.into_iter().find(|path| path.is_file())
}

impl Browser {
    /// Starts it, with a profile of its own and an empty page.
    pub fn start(binary: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // The protocol is spoken on descriptors 3 and 4; a shell puts our pipes there, so that no
        // code of ours runs between fork and exec.
        let mut command = Command::new("sh");
        command.args(["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 1>&2"]).arg(binary);
        command.args(["--headless", "--remote-debugging-pipe", "--no-first-run", "--disable-gpu"]);
        command.args(["--disable-background-networking", "--disable-component-update"]);
        command.args(["--hide-scrollbars", "--force-color-profile=srgb", "--lang=en-US"]);
        if is_root() {
            command.arg("--no-sandbox");
        }
        command.arg(format!("--user-data-dir={}", folder.path().join("profile").display()));
        command.env("HOME", folder.path()).stderr(Stdio::null());
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let input = child.stdin.take().unwrap();
        let messages = listen(BufReader::new(child.stdout.take().unwrap()));
        let (n_calls, session, events) = (0, None, Vec::new());
        let mut browser = Self { child, input, messages, n_calls, session, events, folder };
        browser.attach();
        browser
    }

    fn attach(&mut self) {
        let page = self.call("Target.createTarget", json!({"url": "about:blank"}));
        let attach = json!({"targetId": page["targetId"], "flatten": true});
        let attached = self.call("Target.attachToTarget", attach);
        self.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network", "Audits"] {
            self.call(&format!("{domain}.enable"), json!({}));
        }
        let downloads = self.folder.path().join("downloads");
        std::fs::create_dir(&downloads).unwrap();
        let session = self.session.take();
        let allow = json!({"behavior": "allow", "downloadPath": downloads});
        self.call("Browser.setDownloadBehavior", allow);
        self.session = session;
        self.size(1440, 900);
    }

    /// Asks for one thing and gives its answer.
    pub fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.n_calls += 1;
        let mut message = json!({"id": self.n_calls, "method": method, "params": parameters});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        let mut bytes = serde_json::to_vec(&message).unwrap();
        bytes.push(0);
        self.input.write_all(&bytes).unwrap();
        loop {
            let message = self.messages.recv_timeout(PATIENCE);
            let mut message = message.unwrap_or_else(|_| panic!("no answer to {method}"));
            if message["id"] == self.n_calls {
                assert!(message["error"].is_null(), "{method}: {}", message["error"]);
                return message["result"].take();
            }
            self.events.push(message);
        }
    }

    /// Opens a file and waits until its script is done.
    pub fn open(&mut self, file: &Path) {
        self.events.clear();
        self.call("Page.navigate", json!({"url": format!("file://{}", file.display())}));
        self.wait_for("document.documentElement?.dataset.ready === 'yes'");
    }

    /// The width and height of the page, in pixels.
    pub fn size(&mut self, width: u32, height: u32) {
        let metrics =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.call("Emulation.setDeviceMetricsOverride", metrics);
    }

    /// What an expression is in the page.
    pub fn ask(&mut self, expression: &str) -> Value {
        let ask = json!({
            "expression": expression, "returnByValue": true, "awaitPromise": true,
        });
        let mut answer = self.call("Runtime.evaluate", ask);
        assert!(
            answer["exceptionDetails"].is_null(),
            "{expression}: {}",
            answer["exceptionDetails"]
        );
        answer["result"]["value"].take()
    }

    /// Waits until an expression is true.
    pub fn wait_for(&mut self, expression: &str) {
        let started = Instant::now();
        while self.ask(expression) != json!(true) {
            assert!(started.elapsed() < PATIENCE, "never became true: {expression}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Clicks, as a person would, in the middle of what a selector finds first; again where the
    /// page moved it away under the click.
    pub fn click(&mut self, selector: &str) {
        let arm = format!(
            "window.wasHit = false; document.querySelector({})?.addEventListener('click', \
             () => {{ window.wasHit = true; }}, {{ capture: true, once: true }}); true",
            json!(selector)
        );
        for _ in 0..20 {
            let middle = self.resting_place(selector);
            assert!(middle.is_array(), "nothing to click on: {selector}");
            self.ask(&arm);
            for kind in ["mousePressed", "mouseReleased"] {
                let event = json!({
                    "type": kind, "x": middle[0], "y": middle[1], "button": "left", "clickCount": 1,
                });
                self.call("Input.dispatchMouseEvent", event);
            }
            if self.ask("window.wasHit") == json!(true) {
                return;
            }
        }
        panic!("no click reaches it: {selector}");
    }

    /// The middle of an element, once the page no longer moves it: rows above it may still grow.
    fn resting_place(&mut self, selector: &str) -> Value {
        let middle = format!(
            "(() => {{ const it = document.querySelector({}); if (!it) return null; \
             it.scrollIntoView({{ block: 'center' }}); const box = it.getBoundingClientRect(); \
             return [box.x + box.width / 2, box.y + box.height / 2]; }})()",
            json!(selector)
        );
        let mut last = self.ask(&middle);
        for _ in 0..100 {
            std::thread::sleep(Duration::from_millis(30));
            let now = self.ask(&middle);
            if now == last && now.is_array() {
                break;
            }
            last = now;
        }
        last
    }

    /// Presses a key.
    pub fn press(&mut self, key: &str) {
        let text = match key {
            "Enter" => "\r",
            _ if key.chars().count() == 1 => key,
            _ => "",
        };
        let down = json!({"type": "keyDown", "key": key, "code": key, "text": text,
            "windowsVirtualKeyCode": if key == "Enter" { 13 } else { 0 }});
        self.call("Input.dispatchKeyEvent", down);
        self.call("Input.dispatchKeyEvent", json!({"type": "keyUp", "key": key, "code": key}));
    }

    /// Types into what has the focus.
    pub fn type_text(&mut self, text: &str) {
        self.call("Input.insertText", json!({"text": text}));
    }

    /// Pretends another medium or colour scheme; the empty text ends it.
    pub fn pretend(&mut self, medium: &str, scheme: &str) {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.call("Emulation.setEmulatedMedia", json!({"media": medium, "features": features}));
    }

    /// A picture of the page, from its top down to a height.
    pub fn picture(&mut self, height: u32) -> Vec<u8> {
        let width = self.ask("innerWidth");
        let clip = json!({"x": 0, "y": 0, "width": width, "height": height, "scale": 1});
        let shot = json!({"format": "png", "clip": clip});
        decoded(&self.call("Page.captureScreenshot", shot))
    }

    /// The page as it would be printed.
    pub fn printed(&mut self) -> Vec<u8> {
        let paper = json!({"printBackground": false, "preferCSSPageSize": true});
        decoded(&self.call("Page.printToPDF", paper))
    }

    /// What was downloaded under a name, once it is whole.
    pub fn downloaded(&mut self, name: &str) -> String {
        let path = self.folder.path().join("downloads").join(name);
        let started = Instant::now();
        loop {
            match std::fs::read_to_string(&path) {
                Ok(text) if text.ends_with('\n') => return text,
                _ => assert!(started.elapsed() < PATIENCE, "{name} never arrived"),
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// What the page did by itself that no report should: errors, messages, refusals of its
    /// policy, requests for anything but the file and what it hands over itself.
    pub fn misdeeds(&mut self) -> Vec<String> {
        // An answer comes after everything that was sent before it.
        self.ask("1");
        let is_own = |url: &str| url.starts_with("file://") || url.starts_with("blob:");
        let misdeed = |event: &Value| match event["method"].as_str()? {
            "Runtime.exceptionThrown"
            | "Runtime.consoleAPICalled"
            | "Log.entryAdded"
            | "Audits.issueAdded" => Some(event.to_string()),
            "Network.requestWillBeSent" => {
                let url = event["params"]["request"]["url"].as_str()?;
                (!is_own(url)).then(|| event.to_string())
            }
            _ => None,
        };
        self.events.iter().filter_map(misdeed).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Asked to close, it ends its own children too; killed, it could not.
        let _ = self.input.write_all(b"{\"id\":0,\"method\":\"Browser.close\"}\0");
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(5) {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn listen(mut output: impl BufRead + Send + 'static) -> Receiver<Value> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        while output.read_until(0, &mut bytes).is_ok_and(|n| n > 0) {
            let message = serde_json::from_slice(bytes.strip_suffix(&[0]).unwrap_or(&bytes));
            if message.is_ok_and(|message| sender.send(message).is_err()) {
                return;
            }
            bytes.clear();
        }
    });
    receiver
}

fn decoded(answer: &Value) -> Vec<u8> {
    BASE64.decode(answer["data"].as_str().unwrap().as_bytes()).unwrap()
}
