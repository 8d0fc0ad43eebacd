//! The adapter against the simulator, over real sockets: every call and every fault.

// `cfg(test)` always holds here; it tells clippy that helpers may unwrap as tests do.
#[cfg(test)]
mod callers;
#[cfg(test)]
mod calls;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod register;
#[cfg(test)]
mod reports;
#[cfg(test)]
mod told;
#[cfg(test)]
mod views;
