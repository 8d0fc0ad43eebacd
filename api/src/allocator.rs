//! The process's memory allocator.
//!
//! The C library's keeps what large photos needed for ever, in a heap for each thread that ever worked at one. This one
//! gives it back.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
