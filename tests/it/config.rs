//! The binary as an operator starts it: what it refuses, and what it prints.

use std::process::{Command, Output};

/// Runs `gaoxingban` in an empty environment with these settings.
fn gaoxingban(arguments: &[&str], settings: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_served"));
    command.args(arguments).env_clear().envs(settings.iter().copied());
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn all_mistakes_are_told_before_anything_starts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data");
    let output = gaoxingban(
        &["serve"],
        &[
            ("GXB_DATA_DIR", path.to_str().unwrap()),
            ("GXB_LISTEN", "everywhere"),
            ("GXB_PHOTO_WAITING", "-1"),
            ("GXB_S3_ENDPOINT", "http://127.0.0.1:9"),
            ("GXB_WECHAT_APID", "wx1"),
        ],
    );
    assert_eq!(output.status.code(), Some(2));
    let told = text(&output.stderr);
    for part in ["GXB_LISTEN", "GXB_PHOTO_WAITING", "GXB_WECHAT_APID is no setting; did you mean GXB_WECHAT_APPID?"] {
        assert!(told.contains(part), "{part} is missing from:\n{told}");
    }
    assert!(!path.exists(), "nothing may be made before the configuration is right");
}

#[test]
fn production_refuses_every_stand_in_in_one_message() {
    let output = gaoxingban(&["serve"], &[("GXB_PROFILE", "production"), ("GXB_DATA_DIR", "/nonexistent")]);
    assert_eq!(output.status.code(), Some(2));
    let told = text(&output.stderr);
    for name in ["PUBLIC_URL", "PORTAL_URL", "PORTAL_SECRET", "WECHAT_APPID", "TOKEN_KEY", "DATA_KEYS", "HASH_KEY"] {
        assert!(told.contains(&format!("GXB_{name}")), "{name} is missing from:\n{told}");
    }
}

/// What `admin portal-key` prints is what both sides set, also where nothing else is set yet.
#[test]
fn a_key_for_the_portal_is_made_and_taken() {
    let production = [("GXB_PROFILE", "production"), ("GXB_DATA_DIR", "/nonexistent")];
    for algorithm in ["hmac-sha256", "hmac-sm3", "sm2"] {
        let made = || {
            let output = gaoxingban(&["admin", "portal-key", "--algorithm", algorithm, "--name", "k2"], &production);
            assert!(output.status.success(), "{}", text(&output.stderr));
            let printed = text(&output.stdout);
            let line = |name: &str| printed.lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned();
            (line("GXB_PORTAL_KEY="), line("GXB_PORTAL_TRUSTED_KEYS="))
        };
        let (ours, theirs) = (made(), made());
        assert_ne!(ours, theirs, "each is a new one");
        let settings = [("GXB_PORTAL_KEY", ours.0.as_str()), ("GXB_PORTAL_TRUSTED_KEYS", theirs.1.as_str())];
        let output = gaoxingban(&["config"], &settings);
        assert!(output.status.success(), "{}", text(&output.stderr));
        let shown = text(&output.stdout);
        assert!(shown.contains(&format!("GXB_PORTAL_KEY={algorithm}:***\n")), "{shown}");
        assert!(shown.contains(&format!("GXB_PORTAL_TRUSTED_KEYS=k2:{algorithm}:***\n")), "{shown}");
    }
    let output = gaoxingban(&["admin", "portal-key", "--algorithm", "md5"], &[]);
    assert!(!output.status.success() && text(&output.stderr).contains("sm2"), "{}", text(&output.stderr));
}

#[test]
fn a_file_counts_and_the_environment_wins() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("gaoxingban.toml");
    std::fs::write(&file, "listen = \"127.0.0.1:7001\"\nregion = 370000\nportal_secret = \"from-the-file\"\n").unwrap();
    let output = gaoxingban(&["config", "--config", file.to_str().unwrap()], &[("GXB_REGION", "371526")]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let told = text(&output.stdout);
    assert!(told.contains("GXB_LISTEN=127.0.0.1:7001\n"), "{told}");
    assert!(told.contains("GXB_REGION=371526\n"), "{told}");
    assert!(told.contains("GXB_PORTAL_SECRET=***\n") && !told.contains("from-the-file"), "{told}");
}

#[test]
fn the_committed_pages_are_the_generated_ones() {
    for (command, page) in [("config", "config"), ("explain", "codes")] {
        let output = gaoxingban(&[command, "--markdown"], &[]);
        let path = format!("{}/../docs/{page}.md", env!("CARGO_MANIFEST_DIR"));
        assert!(text(&output.stdout) == std::fs::read_to_string(path).unwrap(), "{page}: run `make docs`");
    }
}

#[test]
fn a_code_is_explained_in_both_languages() {
    let reason = text(&gaoxingban(&["explain", "province.moved"], &[]).stdout);
    assert!(reason.contains("GXB_PORTAL_URL") && reason.contains("不会跟随跳转"), "{reason}");
    // A photo's problem is one of an answer; this word is both.
    let both = text(&gaoxingban(&["explain", "webhook.address"], &[]).stdout);
    assert!(both.contains("GXB_WEBHOOK_NETWORKS") && both.contains("(HTTP 422)"), "{both}");
    // Why a call is not believed, and what is wrong with a part of one, stand beside them.
    let doubt = text(&gaoxingban(&["explain", "signature.stale"], &[]).stdout);
    assert!(doubt.contains("5 分钟") && doubt.contains("not milliseconds"), "{doubt}");
    assert!(text(&gaoxingban(&["explain", "request.choice"], &[]).stdout).contains("可选的值"));
    let all = text(&gaoxingban(&["explain"], &[]).stdout);
    assert!(all.contains("relay.panic") && all.contains("photo.blurred"));
    let nothing = gaoxingban(&["explain", "no.such"], &[]);
    assert_eq!(nothing.status.code(), Some(1));
}

#[test]
fn the_committed_documents_are_the_generated_ones() {
    for document in ["app", "staff", "integration"] {
        let output = gaoxingban(&["openapi", document], &[]);
        let path = format!("{}/../openapi/{document}.yaml", env!("CARGO_MANIFEST_DIR"));
        assert!(text(&output.stdout) == std::fs::read_to_string(path).unwrap(), "{document}: run `make docs`");
    }
}

#[test]
fn health_of_nobody_is_a_failure() {
    let output = gaoxingban(&["health", "--at", "127.0.0.1:1"], &[]);
    assert_eq!(output.status.code(), Some(1));
}
