//! What shells and `man` are given: completions that they take, and pages that they can show.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::image::output;
use crate::support::{Folder, Olmcat, root, skip, tool};

fn completions(args: &[&str]) -> String {
    Olmcat::new(args).run().exits(0).stdout()
}

/// What bash offers for the last word of a command line.
fn offered(folder: &Folder, script: &Path, words: &[&str]) -> BTreeSet<String> {
    let ask = folder.write(
        "ask.sh",
        "set -eu\n. \"$1\"\nshift\nprogram=$1\nCOMP_WORDS=(\"$@\")\nCOMP_CWORD=$(($# - 1))\n\
         \"_$program\" \"$program\" \"${COMP_WORDS[COMP_CWORD]}\" \"${COMP_WORDS[COMP_CWORD - 1]}\"\n\
         printf '%s\\n' \"${COMPREPLY[@]}\"\n",
    );
    let text = output(Command::new("bash").arg(ask).arg(script).args(words).env_clear());
    text.lines().map(str::to_owned).collect()
}

#[test]
fn bash_offers_what_there_is() {
    let folder = Folder::new();
    let script = folder.write("olmcat.bash", completions(&["completions", "bash"]));
    let offered = |words: &[&str]| offered(&folder, &script, words);
    let set = |words: &str| words.split(' ').map(str::to_owned).collect::<BTreeSet<_>>();
    let commands = offered(&["olmcat", ""]);
    let reference = olmcat::cli::reference();
    for command in reference.lines().filter_map(|line| line.strip_prefix("## olmcat ")) {
        let first = command.split(' ').next().unwrap();
        assert!(commands.contains(first), "{first}: {commands:?}");
    }
    assert!(!commands.contains("grpc_health_probe"));
    assert_eq!(offered(&["olmcat", "val"]), set("validate"));
    assert_eq!(offered(&["olmcat", "validate", "--fo"]), set("--format"));
    let formats = set("human concise json json-lines sarif github gitlab junit");
    assert_eq!(offered(&["olmcat", "validate", "--format", ""]), formats);
    assert_eq!(offered(&["olmcat", "build", "--compression", ""]), set("gzip none zstd"));
    // Behind the door are opm's commands, with opm's options and none of ours.
    let opm = offered(&["olmcat", "opm", ""]);
    for command in ["render", "validate", "alpha", "completion", "--skip-tls-verify"] {
        assert!(opm.contains(command), "{command}: {opm:?}");
    }
    assert!(!opm.contains("--project"), "{opm:?}");
    assert!(offered(&["olmcat", "opm", "alpha", "re"]).contains("render-template"));

    let script = folder.write("opm.bash", completions(&["opm", "completion", "bash"]));
    let offered = |words: &[&str]| self::offered(&folder, &script, words);
    assert_eq!(offered(&["opm", "gen"]), set("generate"));
    assert!(offered(&["opm", "serve", "--"]).contains("--cache-dir"));
}

#[test]
fn zsh_and_fish_take_them() {
    let folder = Folder::new();
    let programs: [&[&str]; 2] = [&["completions"], &["opm", "completion"]];
    for (shell, check) in [("zsh", &["-f", "-n"][..]), ("fish", &["--no-execute"])] {
        let Some(program) = tool(shell) else { continue };
        for args in programs {
            let script = folder.write("script", completions(&[args, &[shell]].concat()));
            let output = Command::new(&program).args(check).arg(script).env("HOME", folder.path()).output();
            let output = output.unwrap();
            assert!(output.status.success() && output.stderr.is_empty(), "{shell} {args:?}: {output:?}");
        }
    }
    let Some(fish) = tool("fish") else { return };
    let script = folder.write("olmcat.fish", completions(&["completions", "fish"]));
    let ask = |line: &str| {
        let mut command = Command::new(&fish);
        // Its own functions are beside it, wherever it is.
        let functions = root().join("target/tools/usr/share/fish/functions");
        let script = format!(
            "set -p fish_function_path {}; source {}; complete -C '{line}'",
            functions.display(),
            script.display()
        );
        let text = output(command.args(["--no-config", "-c", &script]).env("HOME", folder.path()));
        let first = |line: &str| line.split('\t').next().unwrap().to_owned();
        text.lines().map(first).collect::<Vec<_>>()
    };
    assert_eq!(ask("olmcat valid"), ["validate"]);
    assert_eq!(ask("olmcat validate --forma"), ["--format"]);
    assert_eq!(ask("olmcat build --compression z"), ["zstd"]);
}

#[test]
fn opm_completes_as_every_program_of_cobra() {
    let help = completions(&["opm", "completion"]);
    for shell in ["bash", "fish", "powershell", "zsh"] {
        assert!(help.contains(shell), "{help}");
        let script = completions(&["opm", "completion", shell, "--no-descriptions"]);
        assert!(script.contains("opm") && !script.contains("olmcat completions"), "{shell}");
    }
    assert_eq!(completions(&["opm", "completion", "tcsh"]), help);
}

#[test]
fn every_command_has_a_page() {
    let folder = Folder::new();
    let pages = folder.path().join("share/man/man1");
    let _ = Olmcat::new(["man", pages.to_str().unwrap()]).run().exits(0);
    let names: BTreeSet<String> =
        fs::read_dir(&pages).unwrap().map(|page| page.unwrap().file_name().into_string().unwrap()).collect();
    let reference = olmcat::cli::reference();
    let commands = reference.lines().filter_map(|line| line.strip_prefix("## "));
    let expected: BTreeSet<String> = commands
        .skip(1)
        .map(|command| format!("{}.1", command.replace(' ', "-")))
        .chain(["olmcat.1".into()])
        .collect();
    assert_eq!(names, expected);
    let has = |program: &str| Command::new(program).arg("--version").output().is_ok();
    if !has("groff") || !has("man") {
        return skip("no groff and man, which show the pages");
    }
    for name in &names {
        let output = Command::new("groff")
            .args(["-wall", "-man", "-Tutf8", "-z"])
            .arg(pages.join(name))
            .output()
            .unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{name}: {output:?}");
    }
    let shown = output(
        Command::new("man")
            .arg("olmcat-build")
            .env("MANPATH", folder.path().join("share/man"))
            .env("LC_ALL", "C"),
    );
    let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in ["olmcat-build - Check the project, render its catalog", "--compression", "SEE ALSO"] {
        assert!(shown.contains(words), "{words}:\n{shown}");
    }
    assert!(!shown.contains("--project"), "what every command takes is said once:\n{shown}");
}
