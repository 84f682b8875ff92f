//! Folders and files become nouns.
