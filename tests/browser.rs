//! The HTML page in a real browser, driven as a person would: clicks, keys, downloads. Without
//! Chromium each test says that it is skipped. `CREDREACH_SHOTS=DIR` leaves pictures of the page
//! in a folder. Asserts no figure of speed: it prints them.

#![allow(clippy::unwrap_used, reason = "a test that cannot drive its browser has failed")]
#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

use std::path::PathBuf;
use std::sync::Mutex;

use credreach::view::Report;
use credreach::{error, model};
use serde_json::{Value, json};

#[path = "browser/driver.rs"]
mod driver;
#[path = "support/inventories.rs"]
#[allow(dead_code, reason = "each test uses its own part of this file")]
mod inventories;
#[path = "browser/reports.rs"]
mod reports;

use driver::Browser;
use reports::{HOSTILE_NAME, every_kind, hostile, infected, many, page};

/// Browsers are heavy: one at a time.
static TURN: Mutex<()> = Mutex::new(());

/// Runs a test in a browser that has a report open.
fn in_browser(test: &str, report: &Report, check: impl FnOnce(&mut Browser)) {
    let Some(binary) = driver::binary() else {
        eprintln!("skipped: {test}: no Chromium found");
        return;
    };
    let _turn = TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut browser = Browser::start(&binary);
    let file = browser.folder.path().join("report.html");
    std::fs::write(&file, page(report)).unwrap();
    browser.open(&file);
    check(&mut browser);
    assert_eq!(browser.misdeeds(), Vec::<String>::new());
}

/// Titles of the rows that the list holds now.
fn n_rows(browser: &mut Browser) -> u64 {
    browser.wait_for("document.getElementById('rows').getAttribute('aria-busy') === 'false'");
    browser.ask("document.querySelectorAll('#rows .row').length").as_u64().unwrap()
}

fn count_line(browser: &mut Browser) -> String {
    browser.ask("document.getElementById('count').textContent").as_str().unwrap().to_owned()
}

#[test]
fn a_click_on_a_verdict_leaves_only_its_rows() {
    in_browser("a_click_on_a_verdict_leaves_only_its_rows", &many(42), |browser| {
        assert_eq!(n_rows(browser), 42);
        browser.click(".chip[data-standing=likely]");
        let n_likely = n_rows(browser);
        assert!((1..42).contains(&n_likely));
        let others = "document.querySelectorAll('#rows .row:not([data-standing=likely])').length";
        assert_eq!(browser.ask(others), 0);
        browser.click(".chip[data-standing=exposed]");
        assert!(n_rows(browser) > n_likely, "two verdicts at once");
        browser.click(".figure[data-figure=out]");
        let others = "document.querySelectorAll('#rows .row:not([data-standing=out])').length";
        assert_eq!(browser.ask(others), 0);
        browser.click(".tally button");
        assert_eq!(n_rows(browser), 42);
    });
}

#[test]
fn what_is_typed_into_the_search_is_looked_for_everywhere() {
    in_browser("what_is_typed_into_the_search_is_looked_for_everywhere", &many(42), |browser| {
        browser.press("/");
        browser.type_text("SLACK workspace");
        assert_eq!(n_rows(browser), 3);
        let titles = browser
            .ask("[...document.querySelectorAll('.row .title')].map((it) => it.textContent)");
        assert_eq!(titles, json!(["Slack bot token", "Slack bot token", "Slack bot token"]));
        assert!(count_line(browser).starts_with("3 of 42 credentials"));
        browser.click("#search");
        browser.type_text(" nothing has this");
        assert_eq!(n_rows(browser), 0);
        browser.wait_for("document.querySelector('.empty').checkVisibility()");
    });
}

#[test]
fn a_choice_narrows_the_list_and_a_sorting_turns_it() {
    in_browser("a_choice_narrows_the_list_and_a_sorting_turns_it", &many(42), |browser| {
        let choose = |name: &str, value: &str| {
            format!(
                "(() => {{ const it = document.getElementById('filter-{name}'); it.value = '{value}'; \
                 it.dispatchEvent(new Event('change')); }})()"
            )
        };
        browser.ask(&choose("kind", "SSH private key"));
        assert_eq!(n_rows(browser), 3);
        browser.ask(&choose("kind", ""));
        browser.ask(&choose("user", "ci"));
        let n_of_ci = n_rows(browser);
        assert!((1..42).contains(&n_of_ci), "{n_of_ci}");
        browser.ask(&choose("user", ""));
        browser.ask(&choose("sort", "kind"));
        assert_eq!(n_rows(browser), 42);
        let first = browser.ask("document.querySelector('.row .title').textContent");
        assert_eq!(first, "AWS secret access key");
        assert_eq!(browser.ask("document.querySelectorAll('.group').length"), 0);
    });
}

#[test]
fn what_is_ticked_off_is_in_the_exported_state_and_comes_back() {
    let test = "what_is_ticked_off_is_in_the_exported_state_and_comes_back";
    in_browser(test, &many(42), |browser| {
        let report = many(42);
        browser.click("#credential-2 .tick");
        browser.click("#credential-2 .opener");
        browser.click("#note-2");
        browser.type_text("rotated with bob");
        browser.click("#contain-0");
        browser.click("#export-state");
        let state: Value =
            serde_json::from_str(&browser.downloaded("credreach-web-3-state.json")).unwrap();
        assert_eq!([&state["format"], &state["version"]], [&json!("credreach-state"), &json!(1)]);
        assert_eq!(state["report"]["key"], report.run.key.id);
        let credentials = state["credentials"].as_array().unwrap();
        assert_eq!(credentials.len(), 1);
        assert_eq!(credentials[0]["secret_id"], report.credentials[1].secret_id);
        assert_eq!(
            [&credentials[0]["done"], &credentials[0]["note"]],
            [&json!(true), &json!("rotated with bob")]
        );
        assert_eq!(state["containment"].as_array().unwrap().len(), 1);
        browser.click("#credential-2 .tick");
        assert!(count_line(browser).ends_with("0 ticked off"));
        import(browser, &state.to_string());
        browser.wait_for("document.getElementById('count').textContent.endsWith('1 ticked off')");
    });
}

/// Hands a file to the page as the dialog of the browser would.
fn import(browser: &mut Browser, state: &str) {
    let file = browser.folder.path().join("state.json");
    std::fs::write(&file, state).unwrap();
    browser.call("Page.setInterceptFileChooserDialog", json!({"enabled": true}));
    browser.click("#import-state");
    let node = browser
        .call("Runtime.evaluate", json!({"expression": "document.getElementById('import')"}));
    let chosen = json!({"files": [file], "objectId": node["result"]["objectId"]});
    browser.call("DOM.setFileInputFiles", chosen);
}

#[test]
fn a_state_that_is_none_is_refused_in_words() {
    in_browser("a_state_that_is_none_is_refused_in_words", &infected(), |browser| {
        for (state, said) in [
            ("{", "This file is not JSON: nothing was taken over."),
            (
                "{\"format\": \"x\"}",
                "This file is not a state of credreach: nothing was taken over.",
            ),
            (
                "{\"format\": \"credreach-state\", \"version\": 9}",
                "This state is of layout 9, this page reads 1: nothing was taken over.",
            ),
            (
                "{\"format\": \"credreach-state\", \"version\": 1, \"credentials\": [{\"secret_id\": \"f\"}, 7, null]}",
                "0 credentials taken over. 3 entries left out: not in this report. It was made with another key.",
            ),
        ] {
            import(browser, state);
            browser.wait_for(&format!(
                "document.getElementById('said').textContent === {}",
                json!(said)
            ));
        }
        assert!(count_line(browser).ends_with("0 ticked off"));
    });
}

#[test]
fn the_whole_list_can_be_worked_through_by_keyboard() {
    in_browser("the_whole_list_can_be_worked_through_by_keyboard", &many(42), |browser| {
        let focused = "document.activeElement.closest('.row')?.id ?? document.activeElement.id";
        browser.press("j");
        assert_eq!(browser.ask(focused), "credential-1");
        browser.press("j");
        browser.press("ArrowDown");
        browser.press("k");
        assert_eq!(browser.ask(focused), "credential-2");
        browser.press("Enter");
        browser.wait_for("document.querySelector('#credential-2 .detail').checkVisibility()");
        browser.press("x");
        assert!(count_line(browser).ends_with("1 ticked off"));
        browser.press("/");
        assert_eq!(browser.ask(focused), "search");
        browser.press("x");
        assert!(
            count_line(browser).ends_with(" ticked off")
                && browser.ask("document.getElementById('search').value") == "x"
        );
        browser.press("Escape");
        browser.press("0");
        assert_eq!(n_rows(browser), 42);
        browser.press("?");
        browser.wait_for("document.getElementById('help').open");
        browser.press("Escape");
    });
}

#[test]
fn a_file_name_made_of_html_stays_text() {
    in_browser("a_file_name_made_of_html_stays_text", &hostile(), |browser| {
        // All that can be opened is.
        open_everything(browser);
        assert_eq!(browser.ask("typeof window.ran"), "undefined");
        assert_eq!(
            browser.ask("document.querySelectorAll('img, iframe, object, embed, base').length"),
            0
        );
        assert_eq!(browser.ask("document.querySelectorAll('script').length"), 2);
        assert_eq!(browser.ask("document.querySelectorAll('a[href^=javascript]').length"), 0);
        let shown = HOSTILE_NAME.replace('\u{202e}', "\\u{202e}");
        let text = browser.ask("document.querySelector('.row .path').textContent");
        assert!(text.as_str().unwrap().starts_with(&shown), "{text}");
        let body = browser.ask("document.getElementById('page').textContent");
        assert!(
            body.as_str().unwrap().contains(&shown) && !body.as_str().unwrap().contains('\u{202e}')
        );
    });
}

#[test]
fn every_kind_of_report_is_drawn_without_a_complaint() {
    let test = "every_kind_of_report_is_drawn_without_a_complaint";
    in_browser(test, &infected(), |browser| {
        for (name, report) in every_kind() {
            let file = browser.folder.path().join("another.html");
            std::fs::write(&file, page(&report)).unwrap();
            browser.open(&file);
            open_everything(browser);
            assert_eq!(browser.misdeeds(), Vec::<String>::new(), "{name}");
            let undrawn = browser.ask("/undefined|\\[object|NaN/.exec(document.body.innerText)");
            assert_eq!(undrawn, Value::Null, "{name}");
        }
    });
}

fn open_everything(browser: &mut Browser) {
    browser.ask("document.querySelectorAll('.opener').forEach((it) => it.click())");
    browser.ask("document.querySelectorAll('details').forEach((it) => { it.open = true; })");
    browser.wait_for(
        "[...document.querySelectorAll('.drawing')].every((it) => it.firstChild) && \
         [...document.querySelectorAll('details')].every((it) => it.children.length > 1)",
    );
}

#[test]
fn the_policy_stops_markup_and_requests_even_if_a_script_of_ours_tried() {
    let test = "the_policy_stops_markup_and_requests_even_if_a_script_of_ours_tried";
    in_browser(test, &infected(), |browser| {
        let tried = browser.ask(
            "(() => { try { document.body.innerHTML = '<b>'; return 'done'; } catch { return 'refused'; } })()",
        );
        assert_eq!(tried, "refused");
        let fetched = "fetch('http://127.0.0.1:9/').then(() => 'done', () => 'refused')";
        assert_eq!(browser.ask(fetched), "refused");
        assert!(!browser.misdeeds().is_empty(), "misdeeds would be seen");
        browser.events.clear();
    });
}

#[test]
fn it_can_be_read_in_the_dark_and_on_paper() {
    in_browser("it_can_be_read_in_the_dark_and_on_paper", &many(42), |browser| {
        let paper = "getComputedStyle(document.body).backgroundColor";
        let light = browser.ask(paper);
        browser.pretend("", "dark");
        assert_ne!(browser.ask(paper), light);
        browser.press("d");
        assert_eq!(browser.ask(paper), light, "the reader's own choice counts more");
        browser.pretend("print", "dark");
        let hidden = "['.tools', '.toolbar', '.contents'].every((it) => !document.querySelector(it).checkVisibility())";
        assert_eq!(browser.ask(hidden), true);
        browser.pretend("", "");
        assert!(browser.printed().starts_with(b"%PDF-"));
        // What was opened for the paper is closed again.
        browser.wait_for("document.querySelectorAll('.row.open').length === 0");
    });
}

#[test]
fn five_thousand_credentials_are_shown_and_filtered() {
    let test = "five_thousand_credentials_are_shown_and_filtered";
    let report = many(5000);
    in_browser(test, &report, |browser| {
        let n_bytes = browser.ask("document.getElementById('records').textContent.length");
        browser.wait_for("performance.getEntriesByName('first-contentful-paint').length > 0");
        let paint =
            browser.ask("performance.getEntriesByName('first-contentful-paint')[0].startTime");
        let ready = browser.ask("performance.getEntriesByName('credreach ready')[0].startTime");
        assert_eq!(n_rows(browser), 5000);
        let mut filters = Vec::new();
        for act in [
            "document.querySelector('.chip[data-standing=likely]').click()",
            "document.querySelector('.tally button').click()",
            "(() => { const it = document.getElementById('search'); it.value = 'bot token'; it.dispatchEvent(new Event('input')); })()",
        ] {
            let shown = format!(
                "(async () => {{ const start = performance.now(); {act}; \
                 await new Promise((done) => requestAnimationFrame(() => setTimeout(done))); \
                 return performance.now() - start; }})()"
            );
            filters.push(browser.ask(&shown).as_f64().unwrap().round());
        }
        assert!(n_rows(browser) < 5000);
        eprintln!(
            "5,000 credentials, {n_bytes} characters: first paint {paint} ms, ready {ready} ms, \
             a verdict, all, a search until painted: {filters:?} ms"
        );
    });
}

#[test]
fn pictures_of_the_page_are_left_where_they_are_wanted() {
    let Some(folder) = std::env::var_os("CREDREACH_SHOTS").map(PathBuf::from) else { return };
    let test = "pictures_of_the_page_are_left_where_they_are_wanted";
    in_browser(test, &many(42), |browser| {
        let save = |name: &str, bytes: Vec<u8>| std::fs::write(folder.join(name), bytes).unwrap();
        n_rows(browser);
        browser.ask("document.querySelector('#credential-2 .opener').click()");
        for (name, width, height, scheme) in [
            ("wide.png", 1440, 3000, "light"),
            ("dark.png", 1440, 3000, "dark"),
            ("narrow.png", 390, 4200, "light"),
        ] {
            // As high as the picture: what is out of sight is not laid out.
            browser.size(width, height);
            browser.pretend("", scheme);
            wait_for_drawings(browser);
            save(name, browser.picture(height));
        }
        browser.size(1440, 900);
        browser.pretend("", "light");
        wait_for_drawings(browser);
        save("print.pdf", browser.printed());
    });
}

/// Drawings follow the width when nothing else is to be done.
fn wait_for_drawings(browser: &mut Browser) {
    browser.ask("new Promise((done) => setTimeout(done, 500))");
    browser.wait_for(
        "[...document.querySelectorAll('.drawing')].every((it) => \
         it.firstChild?.clientWidth >= it.clientWidth)",
    );
}
