//! Working days, statutory clocks, and the check characters of identity and credit codes. Pure.
