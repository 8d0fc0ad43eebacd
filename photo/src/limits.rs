//! Every safety cap, with its default, its unit and its reason.

/// Caps that hold before and while a picture is decoded. A file over a cap is refused with advice, never half read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest upload, in bytes. A 200-megapixel phone photo has 20 to 50 MB.
    pub max_bytes: usize,
    /// Longest stored side, in pixels. Beyond it lie only panoramas and traps.
    pub max_side_px: u32,
    /// Most pixels of a JPEG that can be shrunk while it is read: 200-megapixel phones, and a little.
    pub max_jpeg_pixels: u64,
    /// Most pixels of a JPEG whose coefficients must all be held (progressive, or one scan a component).
    pub max_held_jpeg_pixels: u64,
    /// Most pixels of every other format, which is decoded whole: 4 bytes each.
    pub max_pixels: u64,
    /// Most pixels of a HEIC, which is decoded tile by tile: 200-megapixel phones, and a little.
    pub max_heic_pixels: u64,
    /// Most pixels of a HEIC, or of a tile of one, that must be decoded at once: about 12 bytes each.
    pub max_held_heic_pixels: u64,
    /// Scans of a progressive JPEG: real ones have 10; thousands are a trap that costs time, not bytes.
    pub max_jpeg_scans: u32,
    /// Chunks or segments walked in one container before it is called damaged.
    pub max_segments: u32,
    /// Largest colour profile, in bytes. Press profiles have 0.5 to 2 MB.
    pub max_profile_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: 64 << 20,
            max_side_px: 32_768,
            max_jpeg_pixels: 220_000_000,
            max_held_jpeg_pixels: 80_000_000,
            max_pixels: 80_000_000,
            max_heic_pixels: 220_000_000,
            max_held_heic_pixels: 64_000_000,
            max_jpeg_scans: 100,
            max_segments: 100_000,
            max_profile_bytes: 4 << 20,
        }
    }
}
