//! What reaches which environment.

use super::*;

fn component(ecosystem: Ecosystem, environment: &str, name: &str) -> Component {
    let environment = PathBuf::from(environment);
    Component {
        name: name.into(),
        version: "1".into(),
        ecosystem,
        path: environment.join(name),
        environment,
        installer: None,
        owner_uid: 1000,
        copied: None,
        installed: None,
    }
}

fn programs(programs: &[&str], folder: Option<&str>) -> Invocation {
    Invocation {
        programs: programs.iter().map(Into::into).collect(),
        folder: folder.map(Into::into),
        ..Invocation::default()
    }
}

/// The clause of what is reached, by user 1000.
fn check(invocation: &Invocation, component: &Component, expected: Option<&str>) {
    let all = [component.clone()];
    let found = reached(invocation, 1000, component, &all).map(|reached| reached.clause());
    assert_eq!(found.as_deref(), expected, "{}", component.environment.display());
}

#[test]
fn programs_of_an_environment_run_it() {
    let bad = component(Ecosystem::PyPI, "/srv/a/.venv/lib/python3.12/site-packages", "bad");
    let runs = Some("runs /srv/a/.venv/bin/python");
    check(&programs(&["/srv/a/.venv/bin/python"], None), &bad, runs);
    check(&programs(&["/srv/a/.venv/bin/web", "/srv/a/.venv/bin/python"], None), &bad, runs);
    check(&programs(&["/srv/b/.venv/bin/python", "/usr/bin/python3"], None), &bad, None);
    let works = Some("works in the project /srv/a");
    check(&programs(&["/usr/bin/python3"], Some("/srv/a/x")), &bad, works);
    let project = Some("runs the project /srv/a, which may import it");
    check(&programs(&["uv"], Some("/srv/a")), &bad, project);
    let active = Invocation { searched: vec!["/srv/a/.venv".into()], ..Invocation::default() };
    check(&active, &bad, Some("has this environment active or in a search path"));
}

#[test]
fn the_interpreter_of_the_system_reads_the_packages_of_the_system() {
    let debian = component(Ecosystem::PyPI, "/usr/local/lib/python3.12/dist-packages", "bad");
    let user = component(Ecosystem::PyPI, "/home/ana/.local/lib/python3.12/site-packages", "bad");
    let image = component(Ecosystem::PyPI, "/usr/local/lib/python3.12/site-packages", "bad");
    let python = programs(&["/usr/bin/python3"], None);
    check(&python, &debian, Some("runs /usr/bin/python3"));
    check(&python, &user, Some("runs /usr/bin/python3"));
    check(&python, &image, None);
    check(&programs(&["/usr/bin/node"], None), &debian, None);
    assert_eq!(reached(&python, 7, &user, &[]), None, "the site of another user");
}

#[test]
fn a_project_of_node_is_run_by_a_script_or_by_working_in_it() {
    let bad = component(Ecosystem::Npm, "/srv/a/node_modules/b/node_modules", "bad");
    let project = Some("runs the project /srv/a, which may import it");
    check(&programs(&["/usr/bin/node", "/srv/a/server.js"], None), &bad, project);
    check(&programs(&["npm"], Some("/srv/a")), &bad, project);
    check(&programs(&["/usr/bin/node"], Some("/srv")), &bad, None);
    let own = programs(&["/srv/a/node_modules/b/node_modules/bad/cli.js"], None);
    check(&own, &bad, Some("runs /srv/a/node_modules/b/node_modules/bad"));
    let global = component(Ecosystem::Npm, "/usr/lib/node_modules", "bad");
    check(&programs(&["/usr/lib/node_modules/npm/cli.js"], Some("/usr")), &global, None);
    let root = component(Ecosystem::Npm, "/node_modules", "bad");
    check(&programs(&["/usr/bin/sort"], Some("/srv")), &root, None);
}

#[test]
fn a_tool_that_is_fetched_brings_what_lies_beside_it() {
    let environment = "/home/ana/.cache/uv/archive-v0/x/lib/python3.12/site-packages";
    let bad = component(Ecosystem::PyPI, environment, "bad");
    let all = [bad.clone(), component(Ecosystem::PyPI, environment, "tool-server")];
    let fetch = |name: &str| Invocation {
        packages: vec![(Ecosystem::PyPI, name.into())],
        ..Invocation::default()
    };
    let brought = Some(Reached::Fetches("tool-server".into()));
    assert_eq!(reached(&fetch("Tool_Server"), 1000, &bad, &all), brought);
    assert_eq!(reached(&fetch("Tool_Server"), 1001, &bad, &all), None);
    assert_eq!(reached(&fetch("other"), 1000, &bad, &all), None);
}

#[test]
fn a_mapped_file_is_told_from_those_of_other_packages() {
    let bad = component(Ecosystem::PyPI, "/v/lib/python3.12/site-packages", "bad-name");
    let file = |name: &str| is_file_of(&bad.environment.join(name), &bad);
    assert!(file("bad_name/_speedups.so") && file("bad_name.cpython-312.so"));
    assert!(!file("other/bad_name.so") && !file("bad_name_more/x.so"));
}
