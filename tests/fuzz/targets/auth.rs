//! Files of logins: what docker and podman write, and what they do not.

#![no_main]

use std::path::PathBuf;
use std::{fs, process};

use libfuzzer_sys::fuzz_target;
use olmcat::oci::remote::AuthFiles;

fuzz_target!(|bytes: &[u8]| {
    let file = PathBuf::from(format!("/dev/shm/olmcat-fuzz-{}.json", process::id()));
    fs::write(&file, bytes).expect("memory can be written");
    // Without a `PATH` no helper program can be run.
    let files = AuthFiles { explicit: Some(file), ..AuthFiles::default() };
    for host in ["registry.example", "docker.io", "127.0.0.1:5000"] {
        let _ = files.find(host, "demo/catalog");
    }
});
