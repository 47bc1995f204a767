//! `credreach selftest`
use crate::cli::args::SelftestArgs;
use credreach::error::Error;
pub fn run(_args: &SelftestArgs) -> Result<u8, Error> {
    Ok(0)
}
