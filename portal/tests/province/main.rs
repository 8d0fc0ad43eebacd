//! The adapters against the simulator: what all of them must do ([`suite`]), and each one's own.

// `cfg(test)` always holds here; it tells clippy that helpers may unwrap as tests do.
#[cfg(test)]
mod callers;
#[cfg(test)]
mod calls;
#[cfg(test)]
#[expect(dead_code, reason = "not all of what measurements and other tests need is needed here")]
#[path = "../../../tests/src/database.rs"]
mod database;
#[cfg(test)]
mod dropped;
#[cfg(test)]
mod each_case;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod mariadb;
#[cfg(test)]
mod register;
#[cfg(test)]
mod reports;
#[cfg(test)]
mod rigs;
#[cfg(test)]
mod rows;
#[cfg(test)]
#[expect(dead_code, reason = "not all of what other tests need is needed here")]
#[path = "../../../store/tests/it/server.rs"]
mod s3;
#[cfg(test)]
mod sandbox;
#[cfg(test)]
mod steps;
#[cfg(test)]
mod suite;
#[cfg(test)]
mod told;
#[cfg(test)]
mod views;
