//! How far the clarity check can be trusted: pictures of many kinds drawn from seeds, sharp and with faults of many
//! strengths. `cargo test -p photo --test clarity -- --nocapture` prints the tables.
#![expect(clippy::unwrap_used, clippy::cast_precision_loss, reason = "a test ends where it cannot go on")]
pub mod pictures;
#[path = "pictures/scenes.rs"]
mod scenes;

use image::DynamicImage;
use photo::{Code, Outcome, Rule, normalise};
use pictures::wrap::{self, Beside};
use scenes::{KINDS, Scene};

/// What the check says of a scene that came as a JPEG of this quality.
fn judged(scene: &Scene, quality: u8) -> Outcome {
    let rule: Rule = toml::from_str(
        "name = 'test'\nformat = 'jpeg'\nkind = 'scene'\nmax_bytes = 900000\nmin_short_px = 100\nmin_long_px = 100",
    )
    .unwrap();
    let picture = DynamicImage::ImageLuma8(scene.picture()).to_rgb8();
    normalise(&wrap::jpeg(&picture, quality, &Beside::default()), &rule)
}

fn value(outcome: &Outcome, name: &str) -> f64 {
    outcome.checks.iter().find(|check| check.name == name).unwrap().value
}

/// The share of scenes of every kind that come back with `code` after `fault`; prints it with the mean values.
fn share(what: &str, seeds: std::ops::Range<u64>, code: Code, fault: impl Fn(&Scene, u64) -> Scene) -> f64 {
    let mut found = (0, 0);
    let mut sums = [0.0; 4];
    for kind in KINDS {
        for seed in seeds.clone() {
            let outcome = judged(&fault(&Scene::draw(kind, seed), seed), 60 + u8::try_from(seed % 3).unwrap() * 15);
            if outcome.code != Some(code) {
                println!("  missed: {kind} {seed} {:?}", [value(&outcome, "blur"), value(&outcome, "shake")]);
            }
            found = (found.0 + usize::from(outcome.code == Some(code)), found.1 + 1);
            for (sum, name) in sums.iter_mut().zip(["blur", "shake", "darkness", "brightness"]) {
                *sum += value(&outcome, name);
            }
        }
    }
    let right = found.0 as f64 / f64::from(found.1);
    let [blur, shake, dark, bright] = sums.map(|sum| sum / f64::from(found.1));
    println!(
        "{what:22} {right:5.3} of {:3}  blur {blur:5.2} shake {shake:5.2} darkness {dark:5.1} brightness {bright:5.1}",
        found.1
    );
    right
}

/// A length in hundredths of the longer side.
fn percent(scene: &Scene, of: f32) -> f32 {
    scene.width.max(scene.height) as f32 * of / 100.0
}

#[test]
fn sharp_pictures_pass() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for kind in KINDS {
        for seed in 100..134 {
            let scene = Scene::draw(kind, seed);
            let scene = match seed % 5 {
                0 => scene.noisy(6.0 + (seed % 3) as f32 * 4.0, seed),
                1 => scene.relit(0.6, 0.0).noisy(3.0, seed),
                2 => scene.blurred(percent(&scene, 0.05)),
                _ => scene,
            };
            let outcome = judged(&scene, 35 + u8::try_from(seed % 4).unwrap() * 20);
            count += 1;
            if outcome.code.is_some() {
                println!("{kind} {seed}: {:?} {:?}", outcome.code, outcome.checks);
                wrong.push((kind, seed));
            }
        }
    }
    println!("false retakes: {} of {count}", wrong.len());
    assert!(wrong.len() * 100 <= count, "{wrong:?}");
}

#[test]
fn strong_blur_is_noticed() {
    // More than this leaves nothing on a page of thin print that could be called an edge, and nothing to blame.
    for of in [0.8, 1.0] {
        let share = share(&format!("blur {of} %"), 0..4, Code::Blurred, |scene, _| scene.blurred(percent(scene, of)));
        assert!(share >= 0.95, "{of}: {share}");
    }
}

#[test]
fn shake_is_noticed_at_any_angle() {
    for of in [2.0, 3.5] {
        let share = share(&format!("shake {of} %"), 0..6, Code::Blurred, |scene, seed| {
            scene.shaken(percent(scene, of), seed as f32 * 31.0)
        });
        assert!(share >= 0.85, "{of}: {share}");
    }
}

#[test]
fn darkness_and_burnt_pictures_are_noticed() {
    for gain in [0.03, 0.06] {
        let share = share(&format!("light x {gain}"), 0..4, Code::TooDark, |scene, seed| {
            scene.relit(gain, 0.0).noisy(1.0, seed)
        });
        assert!(share >= 0.95, "{gain}: {share}");
    }
    let mut wrong = 0;
    for kind in KINDS.into_iter().filter(|kind| *kind != "night") {
        for seed in 0..4 {
            let outcome = judged(&Scene::draw(kind, seed).relit(4.5, 90.0), 85);
            wrong += usize::from(outcome.code != Some(Code::TooBright));
        }
    }
    assert!(wrong <= 1, "{wrong} of 32");
}

#[test]
fn the_sharper_of_two_pictures_measures_sharper() {
    for kind in KINDS {
        for seed in 0..4 {
            let scene = Scene::draw(kind, seed);
            let values =
                [0.0, 0.12, 0.35, 0.7].map(|of| value(&judged(&scene.blurred(percent(&scene, of)), 85), "blur"));
            let seen = values.iter().filter(|value| **value > 0.0).copied().collect::<Vec<_>>();
            assert!(seen.is_sorted(), "{kind} {seed}: {values:?}");
        }
    }
}
