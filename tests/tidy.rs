//! The house, enforced: reads `src/`, `Cargo.toml` and the docs as text. Every complaint
//! names a file, a line and the rule. No parser: it understands as much Rust as this
//! source needs, and that much is tested on small inputs.

#[path = "tidy/bodies.rs"]
mod bodies;
#[path = "tidy/codes.rs"]
mod codes;
#[path = "tidy/complaint.rs"]
mod complaint;
#[path = "tidy/doors.rs"]
mod doors;
#[path = "tidy/floors.rs"]
mod floors;
#[path = "tidy/lexer.rs"]
mod lexer;
#[path = "tidy/loops.rs"]
mod loops;
#[path = "tidy/manifest.rs"]
mod manifest;
#[path = "tidy/origins.rs"]
mod origins;
#[path = "tidy/paths.rs"]
mod paths;
#[path = "tidy/sizes.rs"]
mod sizes;
#[path = "tidy/source.rs"]
mod source;
#[path = "tidy/words.rs"]
mod words;
