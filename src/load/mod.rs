//! Folders, files and images become texts and nouns. What the user's files have wrong goes into the report;
//! an error is what the system would not let us read.

mod bundle;
mod catalog;
mod file;
mod image;
mod indexignore;
mod windows;

pub use bundle::{bundle, files_below, is_bundle, manifests_in};
pub use catalog::{catalog, catalog_files, catalog_part};
pub use file::{LIMIT, exists, read_file, text};
pub use image::{Image, held, image, image_files, images};
pub use indexignore::Ignore;
pub use windows::{Window, windows};
