//! After the commit: the relay, the province's adapters, reports, notices and the simulator.

pub mod http;
