//! HTTP: who asks, what they say, which act; the catalogue; and the binary.
