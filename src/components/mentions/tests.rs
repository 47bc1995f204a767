//! Every parser on small samples in the shape that the real tools write, and on hostile ones.

use proptest::prelude::*;

use super::*;
use crate::model::artifact::{ArtifactKind, Inode};

fn artifact(path: &str) -> Artifact {
    let at = Moment::new(1_774_348_740, 0);
    let times = FileTimes { accessed: at, modified: at, changed: at, born: Some(at) };
    Artifact {
        path: path.into(),
        inode: Inode {
            device: 1,
            number: 1,
            mode: 0o100_644,
            uid: 1000,
            gid: 1000,
            n_links: 1,
            size_bytes: 1,
            times,
        },
        kind: ArtifactKind::File,
    }
}

fn all(path: &str, bytes: &[u8]) -> (Vec<Mention>, Option<Problem>) {
    let testimony = mentions(&artifact(path), bytes, &|_, _, _| true);
    (testimony.mentions, testimony.problem)
}

/// What a file mentions: `name version`, with the time where the file itself has one.
fn said(path: &str, text: &str) -> Vec<String> {
    let (found, _) = all(path, text.as_bytes());
    let line = |one: Mention| {
        let at = one.at.filter(|dated| !dated.evidence.starts_with("birth of"));
        let at = at.map_or_else(String::new, |dated| format!(" {}", dated.at));
        format!("{} {}{at}", one.name, one.version)
    };
    found.into_iter().map(line).collect()
}

#[track_caller]
fn check(path: &str, text: &str, expected: &[&str]) {
    assert_eq!(said(path, text), expected, "{path}");
}

#[test]
fn requirements_count_where_they_are_exact() {
    let text = "# made by a tool\n-e .\n--index-url x==1\nSix==1.16.0 \\\n    --hash=sha256:00\n\
                attrs[dev] == 23.2.0 ; python_version < '4' # via x\nnot>=1.0\nstar==1.*\n\
                pkg @ https://files.example/lite_llm-1.82.8-py3-none-any.whl\n";
    let expected = ["attrs 23.2.0", "lite-llm 1.82.8", "six 1.16.0"];
    check("/srv/app/requirements.txt", text, &expected);
    check("/srv/app/dev-requirements.txt", text, &expected);
    check("/srv/app/requirements/base.txt", text, &expected);
    check("/srv/app/notes.txt", text, &[]);
}

#[test]
fn toml_lock_files_give_name_and_version_of_each_package() {
    let poetry = "[[package]]\nname = \"Six\"\nversion = \"1.16.0\"\ndescription = \"\"\n\n\
                  [package.dependencies]\nversion = \"9.9.9\"\n\n[metadata]\nversion = \"8\"\n";
    check("/srv/app/poetry.lock", poetry, &["six 1.16.0"]);
    check("/srv/app/pdm.lock", poetry, &["six 1.16.0"]);
    let uv = "version = 1\n[[package]]\nname = \"attrs\"\nversion = \"23.2.0\"\n\
              source = { registry = \"https://registry.example\" }\n[package.metadata]\n\
              requires-dist = [\n    { name = \"six\", specifier = \"==1.0\" },\n]\n";
    check("/srv/app/uv.lock", uv, &["attrs 23.2.0"]);
    let pylock = "[[packages]]\nname = 'six'\nversion = '1.16.0'\n[[packages]]\nname = \"demo\"\n";
    check("/srv/app/pylock.toml", pylock, &["six 1.16.0"]);
    check("/srv/app/pylock.dev.toml", pylock, &["six 1.16.0"]);
}

#[test]
fn pipenv_and_conda_lock_their_own_way() {
    let pipfile = r#"{"_meta": {"hash": {"sha256": "00"}, "pipfile-spec": 6},
        "default": {"six": {"hashes": [], "version": "==1.16.0"}, "git": {"ref": "0"}},
        "develop": {"attrs": {"version": "==23.2.0"}}}"#;
    check("/srv/app/Pipfile.lock", pipfile, &["attrs 23.2.0", "six 1.16.0"]);
    let environment = "dependencies:\n  - conda-forge::six=1.16.0=py_0\n  - python\n  - pip:\n    \
                       - attrs==23.2.0\n";
    check("/srv/app/environment.yml", environment, &["attrs 23.2.0", "six 1.16.0"]);
    let lock = "package:\n- name: six\n  version: 1.16.0\n  manager: conda\n- name: 'attrs'\n  \
                version: '23.2.0'\n";
    check("/srv/app/conda-lock.yml", lock, &["attrs 23.2.0", "six 1.16.0"]);
}

#[test]
fn npm_lock_files_of_all_versions_are_read() {
    let one = r#"{"name": "app", "lockfileVersion": 1, "requires": true, "dependencies": {
        "@s/is": {"version": "4.0.0", "requires": {"x": "^1"}},
        "alias": {"version": "npm:chalk@5.6.1"},
        "is-odd": {"version": "3.0.1", "dependencies": {"is-number": {"version": "6.0.0"}}}}}"#;
    let expected = ["@s/is 4.0.0", "chalk 5.6.1", "is-number 6.0.0", "is-odd 3.0.1"];
    check("/srv/app/package-lock.json", one, &expected);
    let three = r#"{"lockfileVersion": 3, "packages": {
        "": {"name": "app", "version": "1.0.0", "dependencies": {"is-odd": "3.0.1"}},
        "node_modules/@s/is": {"version": "4.0.0", "license": "MIT"},
        "node_modules/alias": {"name": "chalk", "version": "5.6.1"},
        "node_modules/linked": {"resolved": "packages/linked", "link": true},
        "node_modules/is-odd/node_modules/is-number": {"version": "6.0.0"}}}"#;
    let expected = ["@s/is 4.0.0", "app 1.0.0", "chalk 5.6.1", "is-number 6.0.0"];
    check("/srv/app/npm-shrinkwrap.json", three, &expected);
    check("/srv/app/node_modules/.package-lock.json", three, &expected);
}

#[test]
fn yarn_lock_files_of_both_families_are_read() {
    let one = "# yarn lockfile v1\n\n\"@s/is@4.0.0\", \"@s/is@^4\":\n  version \"4.0.0\"\n\n\
               is-odd@3.0.1:\n  version \"3.0.1\"\n  dependencies:\n    is-number \"^6.0.0\"\n\n\
               alias@npm:chalk@5.6.1:\n  version \"5.6.1\"\n";
    check("/srv/app/yarn.lock", one, &["@s/is 4.0.0", "chalk 5.6.1", "is-odd 3.0.1"]);
    let berry = "__metadata:\n  version: 8\n\n\"@s/is@npm:4.0.0, @s/is@npm:^4\":\n  version: 4.0.0\n  \
                 resolution: \"@s/is@npm:4.0.0\"\n\n\"alias@npm:chalk@5.6.1\":\n  version: 5.6.1\n";
    check("/srv/app/yarn.lock", berry, &["@s/is 4.0.0", "chalk 5.6.1"]);
}

#[test]
fn pnpm_and_bun_lock_files_are_read() {
    let path = "/srv/app/pnpm-lock.yaml";
    let expected = ["@s/is 4.0.0", "is-odd 3.0.1"];
    let five = "lockfileVersion: 5.4\npackages:\n\n  /@s/is/4.0.0:\n    dev: false\n\n  \
                /is-odd/3.0.1_react@17.0.0:\n    version: 9.9.9\n";
    check(path, five, &expected);
    let six = "packages:\n\n  /@s/is@4.0.0:\n    dev: false\n\n  /is-odd@3.0.1(react@17.0.0):\n";
    check(path, six, &expected);
    let nine = "importers:\n\n  .:\n    dependencies:\n      no:\n        version: 1.0.0\n\n\
                packages:\n\n  '@s/is@4.0.0':\n    resolution: {integrity: x}\n\nsnapshots:\n\n  \
                '@s/is@4.0.0': {}\n\n  is-odd@3.0.1:\n    dependencies:\n      is-number: 6.0.0\n";
    check(path, nine, &expected);
    let bun = "{\n  \"lockfileVersion\": 1,\n  \"packages\": {\n    \"@s/is\": [\"@s/is@4.0.0\", \"\", \
               {}, \"sha512-00\"],\n\n    \"is-odd\": [\"is-odd@3.0.1\", \"\", {}, \"sha512-00\"],\n  }\n}\n";
    check("/srv/app/bun.lock", bun, &expected);
}

#[test]
fn a_mention_of_a_lock_file_has_its_line() {
    let line = |path: &str, text: &str| all(path, text.as_bytes()).0[0].line;
    assert_eq!(line("/srv/requirements.txt", "# x\n\nsix==1.16.0\n"), Some(3));
    assert_eq!(line("/srv/uv.lock", "[[package]]\nname = 'six'\nversion = '1.0'\n"), Some(3));
    let npm = "{\"packages\": {\n\"node_modules/a\": {\n\"version\": \"1.0.0\"}}}";
    assert_eq!(line("/srv/package-lock.json", npm), Some(2));
    let pipfile = "{\"default\": {\n\n\"six\": {\"version\": \"==1.16.0\"}}}";
    assert_eq!(line("/srv/Pipfile.lock", pipfile), Some(3));
    assert_eq!(line("/srv/yarn.lock", "a@^1:\n  version \"1.0.0\"\n"), Some(2));
    assert_eq!(line("/home/a/.bash_history", "pip install six==1.0\n"), None);
}

#[test]
fn archives_that_run_as_they_lie_are_bundles() {
    let source = |path: &str, bytes: &[u8]| all(path, bytes).0[0].source;
    let zip = b"PK\x01\x02six-1.16.0.dist-info/METADATAPK\x05\x06";
    assert_eq!(source("/opt/tool.pyz", zip), MentionSource::Bundle);
    check("/s/site-packages/six-1.16.0-py3.11.egg", "", &["six 1.16.0"]);
    let map = "const RAW =\n'{\\\n  \"packageRegistryData\": [\\\n    [null, [\\\n    [\"@s/is\", [\\\n      \
               [\"virtual:00#npm:4.0.0\", {\\\n      \"packageDependencies\": [\\\n        \
               [\"is-odd\", \"npm:3.0.1\"]\\\n      ]}]\\\n    ]],\\\n    [\"p\", [\\\n      \
               [\"workspace:.\", {\\\n";
    check("/srv/app/.pnp.cjs", map, &["@s/is 4.0.0"]);
    check("/srv/app/.pnp.data.json", &map.replace('\\', ""), &["@s/is 4.0.0"]);
}

#[test]
fn what_package_managers_keep_in_node_modules_is_read() {
    let state =
        "__metadata:\n  version: 1\n\n\"@s/is@npm:4.0.0\":\n  locations:\n\n\"p@workspace:.\":\n";
    check("/srv/node_modules/.yarn-state.yml", state, &["@s/is 4.0.0"]);
    let lock = "packages:\n\n  is-odd@3.0.1:\n";
    check("/srv/node_modules/.pnpm/lock.yaml", lock, &["is-odd 3.0.1"]);
    check("/srv/lock.yaml", lock, &[]);
    assert!(all("/srv/bun.lockb", b"").1.is_some(), "not read, and never silently");
}

#[test]
fn data_of_an_installed_package_installs_nothing() {
    check("/v/lib/python3.12/site-packages/x/requirements.txt", "six==1.16.0\n", &[]);
}

#[test]
fn caches_are_known_by_the_names_of_their_files() {
    let six = ["six 1.16.0"];
    check("/home/a/.cache/pip/wheels/00/six-1.16.0-py2.py3-none-any.whl", "", &six);
    check("/home/a/.cache/uv/wheels-v8/pypi/six/1.16.0-py2.py3-none-any.msgpack", "", &six);
    check("/home/a/.cache/uv/wheels-v5/index/0a1b/six/1.16.0-py3-none-any.http", "", &six);
    check("/home/a/.cache/uv/sdists-v11/pypi/six/1.16.0/revision.http", "", &six);
    check("/home/a/.cache/uv/simple-v28/pypi/six.rkyv", "", &[]);
    check("/opt/conda/pkgs/six-1.16.0-pyh6c4a22f_0.conda", "", &six);
    let cache = "/home/a/.yarn/berry/cache/is-odd-npm-3.0.1-93c3c3f41b-7.zip";
    check(cache, "", &["is-odd 3.0.1"]);
    let scoped = "/home/a/.yarn/berry/cache/@s-is-npm-4.0.0-5aa71e5397-7.zip";
    check(scoped, "", &["@s-is 4.0.0", "@s/is 4.0.0"]);
    check("/home/a/.bun/install/cache/is-odd@3.0.1@@@1/package.json", "{}", &["is-odd 3.0.1"]);
    check("/home/a/.bun/install/cache/@s/is@4.0.0@@@1/package.json", "{}", &["@s/is 4.0.0"]);
}

#[test]
fn caches_say_the_rest_in_their_files() {
    let odd = r#"{"name": "is-odd", "version": "3.0.1", "files": {}}"#;
    let yarn = "/home/a/.cache/yarn/v6/npm-is-odd-3.0.1-00-integrity/node_modules/is-odd";
    check(&format!("{yarn}/package.json"), odd, &["is-odd 3.0.1"]);
    check("/home/a/.pnpm/store/v3/files/5a/00-index.json", odd, &["is-odd 3.0.1"]);
    check("/home/a/.pnpm/store/v10/index/5a/00-is-odd@3.0.1.json", odd, &["is-odd 3.0.1"]);
    let database = "SQLite\0sha512-0/0+0==\tis-odd@3.0.1\u{81}\0sha512-0==\t@s/is@4.0.0sha512-0";
    let expected = ["@s/is 4.0.0", "is-odd 3.0.1"];
    check("/home/a/.local/share/pnpm/store/v11/index.db", database, &expected);
    let body = "PK\u{1}\u{2}\0\0lite_llm-1.82.8.dist-info/METADATAPK";
    check("/home/a/.cache/pip/http-v2/0/1/2/3/4/012.body", body, &["lite-llm 1.82.8"]);
    let index = "\n00\t{\"key\":\"make-fetch-happen:request-cache:https://registry.example/@s/is/-/\
                 is-4.0.0.tgz\",\"integrity\":\"sha512-0\",\"time\":1774348740123,\"size\":1}\n11\t{\"key\":";
    let path = "/home/a/.npm/_cacache/index-v5/8c/f0/1234";
    check(path, index, &["@s/is 4.0.0 2026-03-24T10:39:00Z"]);
}

#[test]
fn metadata_counts_where_it_is_not_installed() {
    let metadata = "Metadata-Version: 2.1\nName: Six\nVersion: 1.16.0\n\nVersion: 9.9.9\n";
    let source = |path: &str| all(path, metadata.as_bytes()).0.first().map(|one| one.source);
    let cache = Some(MentionSource::Cache);
    assert_eq!(source("/c/archive-v0/Zx0/six-1.16.0.dist-info/METADATA"), cache);
    assert_eq!(source("/conda/pkgs/six-1-0/site-packages/six-1.16.0.dist-info/METADATA"), cache);
    let site = "/venv/lib/python3.12/site-packages";
    assert_eq!(source(&format!("{site}/six-1.16.0.dist-info/METADATA")), None);
    // uv keeps whole environments there too, and those have run.
    assert_eq!(source(&format!("/c/archive-v0/Zx0{site}/six-1.16.0.dist-info/METADATA")), None);
    let leftover = format!("{site}/~ix-1.16.0.dist-info/METADATA");
    assert_eq!(source(&leftover), Some(MentionSource::Leftover));
    check(&leftover, metadata, &["six 1.16.0"]);
}

#[test]
fn rust_is_known_by_lock_file_caches_and_notes_of_the_compiler() {
    let lock = "version = 4\n\n[[package]]\nname = \"faster_log\"\nversion = \"1.7.8\"\n\
                source = \"registry+https://registry.example\"\ndependencies = [\n \"memchr\",\n]\n";
    let cargo = "/opt/cargo/registry";
    check("/srv/app/Cargo.lock", lock, &["faster-log 1.7.8"]);
    check(&format!("{cargo}/src/index-0/x-1.0.0/Cargo.lock"), lock, &[]);
    check(&format!("{cargo}/cache/index-0/proc-macro2-1.0.95.crate"), "", &["proc-macro2 1.0.95"]);
    check(&format!("{cargo}/src/index-0/a-b-1.0.0-rc.1/Cargo.toml"), "", &["a-b 1.0.0-rc.1"]);
    check("/srv/app/src/a-1.0.0/Cargo.toml", "", &[]);
    let note = "/srv/app/target/debug/deps/libc-00.rmeta: /opt/cargo/registry/src/index-0/\
                libc-0.2.1/src/lib.rs /opt/cargo/registry/src/index-0/other-1.0.0/x.rs\n";
    check("/srv/app/target/debug/deps/libc-00.d", note, &["libc 0.2.1"]);
    check("/srv/app/target/debug/build/libc-00/build_script_build-00.d", note, &["libc 0.2.1"]);
    let built = witness(Path::new("/t/deps/x.d")).map(|witness| witness.source);
    assert_eq!(built, Some(MentionSource::Log));
}

#[test]
fn go_is_known_by_what_was_downloaded_and_not_by_what_was_only_resolved() {
    let cache = "/home/a/go/pkg/mod";
    let download = format!("{cache}/cache/download/example.com/!azure/x/@v");
    check(&format!("{download}/v1.2.3.zip"), "", &["example.com/Azure/x v1.2.3"]);
    check(&format!("{download}/v1.2.3.mod"), "", &[]);
    check(&format!("{download}/v1.2.3.info"), "{}", &[]);
    let unpacked = format!("{cache}/example.com/!azure/x@v1.2.3+incompatible/go.mod");
    let expected = ["example.com/Azure/x v1.2.3+incompatible"];
    check(&unpacked, "require other v1.0.0\n", &expected);
    let package = "!<arch>\ngo object linux\n\u{1}/root/go/pkg/mod/a.example/!x@v1.0.0/x.go\u{0}/root/\
                   go/pkg/mod/a.example/!x@v1.0.0/y.go\u{2}/root/go/pkg/mod/broken@v1";
    check("/home/a/.cache/go-build/d1/d126-d", package, &["a.example/X v1.0.0"]);
    check("/home/a/.cache/go-build/d1/d126-d", &package[1..], &[]);
    let sums = "rsc.io/quote v1.5.2 h1:0=\nrsc.io/quote v1.5.2/go.mod h1:0=\n\
                rsc.io/sampler v1.3.0/go.mod h1:0=\n";
    check("/srv/app/go.sum", sums, &["rsc.io/quote v1.5.2"]);
    let text = "module app\n\ngo 1.22\n\nrequire rsc.io/quote v1.5.2 // indirect\nrequire (\n\t\
                a.example/x v1.0.0\n)\nexclude (\n\tb.example/x v1.0.0\n)\nreplace c.example/x => \
                d.example/x v1.1.0\nreplace e.example/x => ../x\n";
    let expected = ["a.example/x v1.0.0", "d.example/x v1.1.0", "rsc.io/quote v1.5.2"];
    check("/srv/app/go.mod", text, &expected);
    check(&format!("{cache}/example.com/x@v1.0.0/examples/go.mod"), text, &[]);
}

#[test]
fn ruby_and_php_are_known_by_their_lock_files_and_gems_by_name() {
    let lock = "GEM\n  remote: https://registry.example/\n  specs:\n    nokogiri (1.15.4-x86_64-\
                linux)\n      racc (~> 1.4)\n    rake (13.0.6)\n\nDEPENDENCIES\n  rake (= 13.0.6)\n";
    check("/srv/app/Gemfile.lock", lock, &["nokogiri 1.15.4", "rake 13.0.6"]);
    check("/var/lib/gems/3.1.0/gems/x-1.0.0/Gemfile.lock", lock, &[]);
    let gem = "/var/lib/gems/3.1.0/cache/nokogiri-1.15.4-x86_64-linux.gem";
    check(gem, "", &["nokogiri 1.15.4"]);
    let lock = r#"{"packages": [{"name": "Psr/Log", "version": "v3.0.0", "require": {}}],
        "packages-dev": [{"name": "a/b", "version": "1.0.0"}, {"name": "a/c", "version": "dev-x"}]}"#;
    check("/srv/app/composer.lock", lock, &["a/b 1.0.0", "psr/log v3.0.0"]);
}

#[test]
fn editors_list_their_extensions_with_times_and_what_they_will_remove() {
    let folder = "/home/a/.vscode/extensions";
    let list = r#"[{"identifier": {"id": "Pub.name", "uuid": "0"}, "version": "1.2.3", "location": {},
        "metadata": {"installedTimestamp": 1774348740123}},
        {"identifier": {"id": "a.b"}, "version": "1.0.0"}]"#;
    let expected = ["a.b 1.0.0", "pub.name 1.2.3 2026-03-24T10:39:00Z"];
    check(&format!("{folder}/extensions.json"), list, &expected);
    check("/srv/app/.vscode/extensions.json", list, &[]);
    let obsolete = r#"{"pub.name-1.2.3-linux-x64": true, "a.b-1.0.0": true}"#;
    check(&format!("{folder}/.obsolete"), obsolete, &["a.b 1.0.0", "pub.name 1.2.3"]);
    let obsolete = witness(Path::new("/x/extensions/.obsolete")).map(|witness| witness.source);
    assert_eq!(obsolete, Some(MentionSource::Leftover));
    let packed = "/home/a/.config/Code/CachedExtensionVSIXs/pub.name-1.2.3-linux-x64";
    check(packed, "", &["pub.name 1.2.3"]);
    check("/home/a/pub.name-1.2.3.vsix", "", &["pub.name 1.2.3"]);
}

#[test]
fn workflows_and_runners_name_actions_with_tags_and_commits() {
    let commit = "0123456789".repeat(4);
    let text = format!(
        "jobs:\n  a:\n    steps:\n      - uses: Actions/checkout@v4 # x\n      - name: x\n        \
         uses: \"a/b/sub/folder@{commit}\"\n      - uses: ./local\n      - uses: docker://x@v1\n    \
         uses: a/c/.github/workflows/x.yml@main\n"
    );
    let sub = format!("a/b {commit}");
    let expected = [sub.as_str(), "a/c main", "actions/checkout v4"];
    check("/srv/app/.github/workflows/ci.yml", &text, &expected);
    check("/srv/app/.github/actions/x/action.yaml", &text, &expected);
    check("/srv/app/workflows/ci.yml", &text, &[]);
    let log = format!(
        "2025-03-14T17:04:05.1234567Z Download action repository 'a/b@v45' (SHA:{commit})\n"
    );
    let at = "2025-03-14T17:04:05Z";
    let expected = [format!("a/b {commit} {at}"), format!("a/b v45 {at}")];
    assert_eq!(said("/r/_diag/pages/x_1.log", &log), expected);
}

#[test]
fn npm_logs_tell_what_was_placed_and_fetched_and_when() {
    let path = "/home/a/.npm/_logs/2026-03-24T11_02_03_123Z-debug-0.log";
    let log = "7 verbose title npm i is-odd@3.0.1\n24 silly fetch manifest is-odd@3.0.1\n\
               25 silly placeDep ROOT is-odd@3.0.1 OK for: app@0.0.1 want: 3.0.1\n\
               36 http cache @s/is@https://registry.example/@s/is/-/is-4.0.0.tgz 0ms (cache hit)\n\
               37 http fetch GET 200 https://registry.example/x/-/x-1.0.0.tgz 3ms (cache miss)\n";
    let at = "2026-03-24T11:02:03Z";
    let fetched = [format!("@s/is 4.0.0 {at}"), format!("x 1.0.0 {at}")];
    assert_eq!(said(path, log), fetched, "what was only planned does not count");
    let written = format!("{log}45 silly ADD node_modules/is-odd\n");
    let expected = [&fetched[0], &format!("is-odd 3.0.1 {at}"), &fetched[1]];
    assert_eq!(said(path, &written), expected.map(String::clone));
}

#[test]
fn logs_of_python_tools_and_distributions_are_read() {
    let at = "2026-03-24T11:02:03Z";
    let six = format!("six 1.16.0 {at}");
    let pip = "2026-03-24T11:02:03,123 Successfully installed six-1.16.0 ruamel.yaml-0.18\n";
    check("/home/a/pip.log", pip, &[&format!("ruamel-yaml 0.18 {at}"), &six]);
    let pipx = "862.1ms (setup:1994): 2026-03-24 11:02:03\n862.4ms (setup:1995): \
                /usr/bin/pipx install six==1.16.0\n900ms (run:2): running /x/pip uninstall a==1\n";
    check("/home/a/.local/state/pipx/log/cmd_2026-03-24_11.02.03.log", pipx, &[&six]);
    check("/opt/pipx/logs/cmd_2026-03-24_11.02.03.log", pipx, &[&six]);
    let conda = "==> 2026-03-24 11:02:03 <==\n# cmd: conda install six\n+conda-forge/noarch::six-\
                 1.16.0-pyh6c4a22f_0\n-defaults::attrs-1.0-0\n";
    check("/opt/conda/conda-meta/history", conda, &[&six]);
    let dpkg = "2026-03-24 11:02:03 install python3-six:all <none> 1:1.15.0-2\n2026-03-24 11:02:03 \
                status installed python3-six:all 1:1.16.0-4+b1\n2026-03-24 11:02:03 status \
                installed libc6:amd64 2.36-9\n";
    check("/var/log/dpkg.log.1", dpkg, &[&six]);
    let apt = "Start-Date: 2026-03-24  11:02:03\nInstall: python3-six:amd64 (1.16.0-4, automatic), \
               node-is-odd:all (3.0.1-1)\nUpgrade: python3-attrs:all (1.0-1, 2.0-1)\n";
    let expected = [format!("attrs 2.0 {at}"), six, format!("is-odd 3.0.1 {at}")];
    check("/var/log/apt/history.log", apt, &expected.each_ref().map(String::as_str));
}

#[test]
fn histories_tell_who_asked_and_when_the_shell_kept_it() {
    let at = "2026-03-24T10:39:00Z";
    let six = format!("six 1.16.0 {at}");
    let bash = "#1774348740\npip install six==1.16.0\n#1774348741\nls\n";
    check("/home/a/.bash_history", bash, &[&six]);
    check("/home/a/.zsh_history", ": 1774348740:0;uv pip install 'six==1.16.0'\n", &[&six]);
    let fish = "- cmd: uvx six@1.16.0\n  when: 1774348740\n- cmd: pip install last==1.0\n";
    check("/home/a/.local/share/fish/fish_history", fish, &["last 1.0", &six]);
    check("/home/a/.bash_history", "pip install six==1.16.0\n", &["six 1.16.0"]);
}

#[test]
fn commands_of_every_installer_are_understood() {
    let path = "/home/a/.bash_history";
    for command in [
        "sudo -H python3 -m pip install -U 'Six[x]==1.16.0' other",
        "cd /srv && /opt/v/bin/pip3.12 install six==1.16.0;ls",
        "uv tool install six@1.16.0",
        "uv run --with six==1.16.0 x.py",
        "uvx --from=six==1.16.0 six",
        "pipx run six==1.16.0",
        "poetry add six==1.16.0",
    ] {
        check(path, command, &["six 1.16.0"]);
    }
    for command in [
        "npm i -g @s/is@4.0.0",
        "npx -y @s/is@4.0.0 x",
        "yarn global add @s/is@4.0.0",
        "pnpm dlx @s/is@4.0.0",
        "bun add alias@npm:@s/is@4.0.0",
    ] {
        check(path, command, &["@s/is 4.0.0"]);
    }
    for command in [
        "gem install x-y:1.2.3",
        "sudo gem install --no-document x-y -v 1.2.3",
        "cargo install --locked --version 1.2.3 x-y",
        "cargo add x-y@1.2.3",
    ] {
        check(path, command, &["x-y 1.2.3"]);
    }
    let modules = ["a.example v1.2.3", "a.example/x v1.2.3", "a.example/x/cmd v1.2.3"];
    check(path, "go install a.example/x/cmd@v1.2.3", &modules);
    check(path, "composer require --dev a/b:1.2.3", &["a/b 1.2.3"]);
    check(path, "code --install-extension pub.name@1.2.3 --force", &["pub.name 1.2.3"]);
    for command in [
        "code --uninstall-extension pub.name@1.2.3",
        "gem uninstall x-y -v 1.2.3",
        "pip uninstall six==1.16.0",
        "npm uninstall @s/is@4.0.0",
        "echo six==1.16.0",
        "npm i is@latest is@^4.0.0",
        "pip install six==$V",
        "ssh ana@10.0.0.1",
    ] {
        check(path, command, &[]);
    }
}

#[test]
fn a_file_that_is_cut_off_gives_what_came_before_and_a_problem() {
    let cut = br#"{"packages": {"node_modules/a": {"version": "1.0.0"}, "node_modules/b": {"ver"#;
    let (found, problem) = all("/srv/package-lock.json", cut);
    assert_eq!(found.len(), 1);
    assert_eq!(problem.map(|one| one.code), Some(ProblemCode::ComponentsMalformed));
    let deep = format!("{{\"dependencies\":{}", "{\"a\":{\"dependencies\":".repeat(100_000));
    assert!(all("/srv/package-lock.json", deep.as_bytes()).1.is_some());
    assert!(all("/srv/package-lock.json", b"").1.is_some());
}

#[test]
fn names_with_escapes_and_versions_that_are_none_are_not_kept() {
    let hostile = "si\u{1b}[31mx==1.0\nsix==\u{1b}]0;x\u{7}\nsix==../../etc\nsix==\n==1.0\n";
    check("/srv/requirements.txt", hostile, &[]);
    let long = format!("six==1.{}\n{}==1.0\n", "0".repeat(10_000), "x".repeat(10_000));
    check("/srv/requirements.txt", &long, &[]);
}

#[test]
fn a_million_lines_are_read_and_only_the_wanted_one_is_kept() {
    let mut text: String = (0..1_000_000).map(|n| format!("p{n}==1.0\n")).collect();
    text += "six==1.16.0\n";
    let is_wanted = |_: Ecosystem, name: &str, _: Option<&str>| name == "six";
    let heard = mentions(&artifact("/requirements.txt"), text.as_bytes(), &is_wanted);
    assert_eq!((heard.mentions.len(), heard.problem), (1, None));
    assert_eq!(all("/requirements.txt", text.as_bytes()).0.len(), MENTIONS_MAX);
}

#[test]
fn one_package_named_twice_is_kept_with_its_earliest_time() {
    let bash = "#1774348745\npip install six==1.0\n#1774348740\npip install six==1.0\n";
    check("/home/a/.bash_history", bash, &["six 1.0 2026-03-24T10:39:00Z"]);
}

/// One path for every way of reading.
const PATHS: &[&str] = &[
    "/requirements.txt",
    "/uv.lock",
    "/Pipfile.lock",
    "/conda-lock.yml",
    "/environment.yml",
    "/package-lock.json",
    "/yarn.lock",
    "/pnpm-lock.yaml",
    "/bun.lock",
    "/.pnp.cjs",
    "/x.pyz",
    "/.yarn-state.yml",
    "/node_modules/.pnpm/lock.yaml",
    "/c/archive-v0/x/a-1.dist-info/METADATA",
    "/c/store/v11/index.db",
    "/c/index-v5/0/0/0",
    "/c/http-v2/0/1/2/3/4/0.body",
    "/c/store/v3/files/00/0-index.json",
    "/_logs/2026-03-24T11_02_03_123Z-debug-0.log",
    "/pip.log",
    "/log/cmd_2026-03-24_11.02.03.log",
    "/conda-meta/history",
    "/dpkg.log",
    "/apt/history.log",
    "/.bash_history",
    "/.zsh_history",
    "/fish_history",
    "/Cargo.lock",
    "/deps/a.d",
    "/go.mod",
    "/go-build/00/00-d",
    "/go.sum",
    "/Gemfile.lock",
    "/composer.lock",
    "/extensions/extensions.json",
    "/extensions/.obsolete",
    "/.github/workflows/a.yml",
    "/_diag/a.log",
    "/.claude/projects/x/0.jsonl",
    "/http-v2/0/1/2/3/4/00000000000000000000000000000000000000000000000000000000",
    "/pacman.log",
    "/dnf.rpm.log",
    "/pnpm/lockfile-verified.jsonl",
];

/// Pieces that the parsers look for, so that chance meets them.
const PIECES: &[&str] = &[
    "\n",
    "\t",
    " ",
    "\"",
    "'",
    ":",
    "@",
    "==",
    "/",
    "-",
    "{",
    "}",
    "[[package]]\n",
    "name = ",
    "version: ",
    "packages:\n  ",
    "npm:",
    "/-/",
    ".tgz",
    ".dist-info/METADATA",
    "1.0.0",
    "é",
    "\u{0}",
    " placeDep ",
    " OK for:",
    " silly ADD ",
    " http cache ",
    "Successfully installed ",
    " status installed ",
    "python3-",
    "Install: ",
    " (",
    "), ",
    "pip install ",
    "- cmd: ",
    "{\"type\":\"tool_use\",\"input\":{\"command\":\"",
    "] [ALPM] removed ",
    "Installed: ",
    "\u{a4}date",
    "pip uninstall ",
    "#1",
    ": 1:0;",
    "==> ",
    "+a::b-1-0",
    "\": [\"",
    "[\"",
    "\", [",
    "\", {",
    "2026-03-24T11:02:03",
    "a",
    "/registry/src/",
    "require ",
    "!<arch>\n",
    "/pkg/mod/",
    "    ",
    " => ",
    "uses: ",
    "Download action repository '",
    "(SHA:",
];

proptest! {
    #[test]
    fn mentions_never_panics_on_any_bytes(bytes: Vec<u8>, path in 0..PATHS.len()) {
        all(PATHS[path], &bytes);
    }

    #[test]
    fn mentions_never_panics_on_what_nearly_fits(
        pieces in proptest::collection::vec(0..PIECES.len(), 0..60),
        path in 0..PATHS.len(),
    ) {
        let text: String = pieces.into_iter().map(|n| PIECES[n]).collect();
        all(PATHS[path], text.as_bytes());
    }

    #[test]
    fn mentions_never_panics_on_any_name(name in "\\PC{0,40}", end in 0..12_usize) {
        let ends = [
            ".whl", ".tgz", "-npm-1.zip", ".conda", "-debug-0.log", "/package.json", ".crate", ".gem",
            ".zip", ".vsix", "/go.mod", "/Cargo.toml",
        ];
        let end = ends[end];
        let folders =
            ["", "/_logs", "/install/cache", "/wheels-v8/pypi", "/cache/download/@v", "/pkg/mod"];
        for folder in folders {
            all(&format!("{folder}/{name}{end}"), b"");
        }
    }
}

#[test]
fn sessions_of_agents_tell_commands_and_nothing_else() {
    let at = "2026-03-24T11:02:03Z";
    let six = format!("six 1.16.0 {at}");
    let claude = "/home/a/.claude/projects/-srv-app/00.jsonl";
    let call = r#"{"timestamp":"2026-03-24T11:02:03.123Z","type":"assistant","message":{"content":[
        {"type":"text","text":"pip install attrs==1.0 is a command"},
        {"type":"tool_use","name":"Bash","input":{"command":"cd /srv && pip install six==1.16.0"}}]}}"#;
    let output = r#"{"timestamp":"2026-03-25T00:00:00Z","message":{"content":[{"type":"tool_result",
        "content":"pip install attrs==1.0","command":"pip install attrs==1.0"}]}}"#;
    let lines = [call, output].map(|line| line.replace('\n', "")).join("\n") + "\n{\"cut off";
    check(claude, &lines, &[&six]);
    let family = EvidenceFamily::AgentSessions;
    assert_eq!(reach(claude, &lines), Some((family, at.to_owned(), true)));
    let codex = "/home/a/.codex/sessions/2026/03/24/rollout-1.jsonl";
    let call = r#"{"timestamp":"2026-03-24T11:02:03.123Z","type":"response_item","payload":{"type":
        "function_call","name":"shell","arguments":"{\"command\":[\"bash\",\"-lc\",\"pip install six==1.16.0\"]}"}}"#;
    check(codex, &call.replace('\n', ""), &[&six]);
    let removal = call.replace('\n', "").replace("pip install", "pip uninstall -y");
    check_removed(codex, &removal, &[&six]);
    check("/home/a/notes.jsonl", &call.replace('\n', ""), &[]);
}

#[test]
fn heads_of_answers_in_pips_cache_tell_the_file_and_the_index_s_own_time() {
    let at = "2026-03-24T11:02:03Z";
    let text = |text: &str| [&[0xA0 | text.len() as u8], text.as_bytes()].concat();
    let mut head = b"cc=4,\x82\xa8response".to_vec();
    for (name, value) in [
        ("Date", "Tue, 24 Mar 2026 11:02:03 GMT"),
        ("x-pypi-file-project", "Six"),
        ("x-pypi-file-version", "1.16.0"),
    ] {
        head.extend([text(name), text(value)].concat());
    }
    let path = format!("/home/a/.cache/pip/http-v2/0/1/2/3/4/{}", "0".repeat(56));
    let (found, problem) = all(&path, &head);
    let found: Vec<_> =
        found.iter().map(|one| (one.name.as_str(), one.at.as_ref().unwrap())).collect();
    let [("six", dated)] = found[..] else { panic!("{found:?}") };
    assert_eq!((dated.at.to_string().as_str(), problem), (at, None));
    for cut in 0..head.len() {
        all(&path, &head[..cut]);
    }
}

#[test]
fn other_distributions_log_in_their_own_way() {
    let at = "2026-03-24T11:02:03Z";
    let six = format!("six 1.16.0 {at}");
    let pacman = "[2026-03-24T12:02:03+0100] [ALPM] upgraded python-six (1.15.0-1 -> 1.16.0-4)\n\
                  [2026-03-25T12:02:03+0100] [ALPM] removed nodejs-is-odd (3.0.1-1)\n\
                  [2026-03-25T12:02:03+0100] [PACMAN] Running 'pacman -S x'\n";
    check("/var/log/pacman.log", pacman, &[&six]);
    check_removed("/var/log/pacman.log", pacman, &["is-odd 3.0.1 2026-03-25T11:02:03Z"]);
    let dnf = "2026-03-24T11:02:03+0000 SUBDEBUG Installed: python3-six-1.16.0-4.fc40.noarch\n\
               2026-03-24T11:02:03+0000 SUBDEBUG Erase: python3-attrs-2.0-1.fc40.noarch\n";
    check("/var/log/dnf.rpm.log", dnf, &[&six]);
    check_removed("/var/log/dnf.rpm.log.1", dnf, &[&format!("attrs 2.0 {at}")]);
}

/// What a file says was taken away: `name version`, with the time.
#[track_caller]
fn check_removed(path: &str, text: &str, expected: &[&str]) {
    let heard = mentions(&artifact(path), text.as_bytes(), &|_, _, _| true);
    let line =
        |one: Removal| format!("{} {} {}", one.name, one.version.unwrap_or_default(), one.at.at);
    let removed: Vec<String> = heard.removals.into_iter().map(line).collect();
    assert_eq!(removed, expected, "{path}");
}

#[test]
fn what_was_taken_away_is_told_with_its_time() {
    let at = "2026-03-24T11:02:03Z";
    let (exact, any) = (format!("six 1.16.0 {at}"), format!("six  {at}"));
    let history = "#1774350123\npip uninstall -y six\nuv pip uninstall six==1.16.0\nls\n";
    check_removed("/home/a/.bash_history", history, &[&any, &exact]);
    check_removed("/home/a/.bash_history", "npm rm is-odd\n", &[]);
    let scoped = "#1774350123\nnpm rm @s/is@4.0.0\n";
    check_removed("/home/a/.bash_history", scoped, &[&format!("@s/is 4.0.0 {at}")]);
    let dpkg = "2026-03-24 11:02:03 remove python3-six:all 1.16.0-4 <none>\n";
    check_removed("/var/log/dpkg.log", dpkg, &[&exact]);
    let apt = "Start-Date: 2026-03-24  11:02:03\nRemove: python3-six:amd64 (1.16.0-4)\n";
    check_removed("/var/log/apt/history.log", apt, &[&exact]);
    let conda = "==> 2026-03-24 11:02:03 <==\n-conda-forge/noarch::six-1.16.0-py_0\n";
    check_removed("/opt/conda/conda-meta/history", conda, &[&exact]);
    let pip = "2026-03-24T11:02:03,123   Successfully uninstalled six-1.16.0\n";
    check_removed("/home/a/pip.log", pip, &[&exact]);
    let npm = "45 silly REMOVE node_modules/a/node_modules/@s/is\n";
    let log = "/home/a/.npm/_logs/2026-03-24T11_02_03_123Z-debug-0.log";
    check_removed(log, npm, &[&format!("@s/is  {at}")]);
}

/// How far back a file reaches, and whether by its own times.
fn reach(path: &str, text: &str) -> Option<(EvidenceFamily, String, bool)> {
    let heard = mentions(&artifact(path), text.as_bytes(), &|_, _, _| false);
    let (family, reach) = heard.reach?;
    Some((family, reach.earliest.unwrap().to_string(), reach.n_dated == 1))
}

#[test]
fn every_file_tells_how_far_back_it_reaches_whatever_it_names() {
    let stamp = "2026-03-24T10:39:00Z".to_owned();
    let log =
        "2026-01-02 03:04:05 startup archives unpack\n2026-02-02 03:04:05 status installed libc6\n";
    let since = "2026-01-02T03:04:05Z".to_owned();
    let dpkg = Some((EvidenceFamily::DistributionLogs, since.clone(), true));
    assert_eq!(reach("/var/log/dpkg.log.2.gz", log), dpkg);
    let npm = "/home/a/.npm/_logs/2026-01-02T03_04_05_123Z-debug-0.log";
    assert_eq!(reach(npm, "0 verbose cli\n"), Some((EvidenceFamily::NpmLogs, since, true)));
    let histories = Some((EvidenceFamily::ShellHistories, stamp.clone(), false));
    assert_eq!(reach("/home/a/.bash_history", "ls\n"), histories);
    let wheel = "/home/a/.cache/pip/wheels/00/six-1.16.0-py2.py3-none-any.whl";
    assert_eq!(reach(wheel, ""), Some((EvidenceFamily::PipCache, stamp, false)));
    assert_eq!(reach("/home/a/backup.tar.gz", ""), None, "its name says nothing");
}
