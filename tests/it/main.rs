//! Every end-to-end test, one module a theme.
