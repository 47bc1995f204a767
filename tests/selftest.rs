//! The self-test passes: what a user is told to run before a "nothing found" is believed.

mod support;

#[test]
fn the_self_test_of_the_binary_passes() {
    let output = support::run(["selftest"]);
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}");
}
