//! Files become an image.
