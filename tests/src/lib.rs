//! End-to-end proof: a harness, and tests over real HTTP against real parts.
