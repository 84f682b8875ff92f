//! Indexes: the tables, with a footer that makes them whole, since no fuzzer guesses a digest; and the messages
//! of requests and of the answers of strange servers.

#![no_main]

use libfuzzer_sys::fuzz_target;
use olmcat::index::{Blobs, Index, View, wire};
use olmcat::oci::Digest;
use olmcat::serve::to_json;

const MAGIC: &[u8; 16] = b"olmcat index 1\r\n";

fuzz_target!(|bytes: &[u8]| {
    let _ = wire::fields(bytes).count();
    let _ = wire::texts::<4>(bytes);
    for method in ["Registry/GetPackage", "Registry/GetBundle", "ExperimentalRegistry/ExperimentalListPackageCustomSchemas"] {
        let _ = to_json(&format!("/api.{method}"), bytes);
    }
    let answers = [MAGIC.as_slice(), &[0x0a; 64]].concat();
    let mut sealed = bytes.to_vec();
    sealed.extend((answers.len() as u64).to_le_bytes());
    sealed.extend((bytes.len() as u64).to_le_bytes());
    sealed.extend(Digest::of(&answers).bytes());
    let seal = Digest::of(&sealed).bytes();
    let whole = [answers.as_slice(), &sealed, &seal, MAGIC].concat();
    assert!(Index::open(Blobs::Memory(bytes.to_vec())).is_err(), "nobody guesses a digest");
    let Ok(index) = Index::open(Blobs::Memory(whole)) else { return };
    assert!(index.is_intact().expect("memory can be read"));
    index.files().for_each(drop);
    for package in index.packages() {
        assert_eq!(index.package(package.name()).map(|found| found.name()), Some(package.name()));
        for channel in package.channels() {
            assert!(channel.entry(channel.head().name()).is_some());
        }
    }
    for entry in index.entries() {
        let _ = entry.provides(["", "", ""]);
        for view in [View::Single, View::Listed] {
            entry.read(view, &mut Vec::new()).expect("what is checked can be read");
        }
    }
});
