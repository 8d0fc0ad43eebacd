//! Rows and their ids.
