//! Speed and memory of the whole program: `cargo bench --bench speed`, with a word behind `--` only
//! the rows that contain it.
//!
//! Each row is a command as a user runs it, from start to exit. Beside it stands what no program can
//! do without: reading the same bytes, and hashing them once with SHA-256, on one core.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

mod generate;
mod measure;
mod serving;

use std::fs;
use std::path::{Path, PathBuf};

use measure::Row;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with("--")).unwrap_or_default();
    measure::print_header();
    for row in rows(root).into_iter().filter(|row| row.name.contains(&wanted)) {
        row.run(root);
    }
    for (name, catalog) in
        served(root).into_iter().filter(|(name, _)| format!("serve: {name}").contains(&wanted))
    {
        serving::run(&name, &catalog);
    }
}

/// The catalogs to serve: the published one, and the largest. Copies, since an index is put beside them.
fn served(root: &Path) -> Vec<(String, PathBuf)> {
    let mut found = vec![("objects x100".to_owned(), root.join("target/bench/objects/100"))];
    let published = root.join("../shared/data/percona/catalog");
    if published.exists() {
        let copy = root.join("target/bench/published");
        for package in generate::subfolders(&[published]) {
            let to = copy.join(package.file_name().unwrap());
            fs::create_dir_all(&to).unwrap();
            fs::copy(package.join("catalog.yaml"), to.join("catalog.yaml")).unwrap();
        }
        found.insert(0, ("published catalog".to_owned(), copy));
    }
    found
}

fn rows(root: &Path) -> Vec<Row> {
    let catalog = root.join("catalog");
    let bundles = generate::subfolders(&generate::subfolders(&[root.join("bundles")]));
    let mut rows = vec![
        Row::new("validate: the project", &[root.join("bundles")], |args| args.arg("validate")),
        Row::new("build: the project", &[root.join("bundles")], |args| {
            args.args(["build", "--output", "target/bench/image"])
        }),
        Row::new("render: bundle folders", &bundles, |args| args.arg("render").args(&bundles)),
    ];
    rows.push(Row::new("upgrade --matrix: the project", &[root.join("bundles")], |args| {
        args.args(["upgrade", "--matrix"])
    }));
    // Each replaces the one before; and each holds all before it, as operators write it, or none.
    for range in [generate::RangeOf::Nothing, generate::RangeOf::Older] {
        let many = root.join(format!("target/bench/channel-{range:?}.json").to_lowercase());
        generate::channel(10_000, range, &many);
        let row = |name: &str, args: &[&str]| {
            let name = format!("{name}: 10,000 entries, {range:?}").to_lowercase();
            Row::new(&name, std::slice::from_ref(&many), |command| {
                command.args(["--project", "target/bench"]).args(args).arg(&many)
            })
        };
        rows.push(row("upgrade --matrix", &["upgrade", "--matrix"]));
        rows.push(row("upgrade", &["upgrade", "--from", "0.0.0"]));
        rows.push(row("upgrade --olm v1", &["upgrade", "--from", "0.0.0", "--olm", "v1"]));
        rows.push(row("validate", &["validate"]));
        rows.push(row("report", &["report", "--output", "target/bench/report.html"]));
    }
    // Some 500 bundles with all their manifests.
    let folder = root.join("target/bench/objects/27");
    generate::catalog(&catalog, "catalog.yaml", 27, &folder);
    rows.push(report("objects x27", &folder));
    // The published catalog, where it stands beside the project.
    let published = root.join("../shared/data/percona/catalog");
    if published.exists() {
        rows.push(validate("published catalog", &published));
        rows.push(render("published catalog", &published, "yaml"));
        rows.push(report("published catalog", &published));
        rows.push(Row::new(
            "upgrade --matrix: published catalog",
            std::slice::from_ref(&published),
            |args| args.args(["--project", "target/bench", "upgrade", "--matrix"]).arg(&published),
        ));
        rows.push(Row::new(
            "diff: published catalog and ours",
            &[published.clone(), catalog.clone()],
            |args| args.arg("diff").arg(&published).arg(&catalog),
        ));
    }
    for (form, file) in [("objects", "catalog.yaml"), ("metadata", "catalog.slim.yaml")] {
        for times in [1, 10, 100] {
            let name = format!("{form} x{times}");
            let folder = root.join("target/bench").join(form).join(times.to_string());
            generate::catalog(&catalog, file, times, &folder);
            rows.push(validate(&name, &folder));
            rows.push(render(&name, &folder, "yaml"));
            rows.push(render(&name, &folder, "json"));
        }
        let one = root.join("target/bench").join(form).join("one.yaml");
        generate::one_file(&root.join("target/bench").join(form).join("100"), &one);
        rows.push(validate(&format!("{form} x100 in one file"), &one));
        rows.push(render(&format!("{form} x100 in one file"), &one, "yaml"));
        for compression in ["gzip", "zstd", "none"] {
            let folder = root.join("target/bench").join(form).join("100");
            rows.push(Row::new(
                &format!("build --compression {compression}: {form} x100"),
                std::slice::from_ref(&folder),
                |args| {
                    args.args(["--project", "target/bench", "build", "--output", "target/bench/large.tar"])
                        .args(["--compression", compression, "--catalog"])
                        .arg(&folder)
                },
            ));
        }
    }
    rows
}

fn validate(name: &str, path: &Path) -> Row {
    // From a folder without settings: the rules of this project are not those of the catalog.
    Row::new(&format!("validate: {name}"), &[path.to_owned()], |args| {
        args.args(["--project", "target/bench", "validate"]).arg(path)
    })
}

fn report(name: &str, path: &Path) -> Row {
    Row::new(&format!("report: {name}"), &[path.to_owned()], |args| {
        args.args(["--project", "target/bench", "report", "--output", "target/bench/report.html"]).arg(path)
    })
}

fn render(name: &str, path: &Path, output: &str) -> Row {
    Row::new(&format!("render to {output}: {name}"), &[path.to_owned()], |args| {
        args.args(["render", "--output", output]).arg(path)
    })
}
