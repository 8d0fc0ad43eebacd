//! Makes an uploaded photo fit a portal's rule, or says what to do differently. Pure: bytes in, bytes out.
