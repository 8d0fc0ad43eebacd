//! One applicant with one case, from signing in to reading the decision, over the public API.

use std::time::{Duration, Instant};

use serde_json::Value;
use tests::caller::{Caller, Upload};
use tests::desk::SIGNBOARD;
use tests::pictures::{draw, wrap};

use crate::timing::Timing;

/// How long somebody waits between two looks.
const LOOK: Duration = Duration::from_secs(1);
/// How long the decision may take before something is wrong.
const PATIENCE: Duration = Duration::from_mins(2);

/// What every applicant does, and what they did so far.
pub struct Traffic {
    nobody: Caller,
    photos: usize,
    reads: usize,
    /// A photo as the camera stores it, and one as WeChat passes it on.
    files: [Vec<u8>; 2],
    /// What everything took.
    pub timing: Timing,
}

impl Traffic {
    /// So many photos, the first as the camera stores it, the others as WeChat passes them on; at least so many reads.
    pub fn new(nobody: Caller, photos: usize, reads: usize) -> Self {
        let large = wrap::jpeg(&draw::signboard(4032, 3024), 90, &wrap::Beside::default());
        let small = wrap::jpeg(&draw::page(1200, 1600), 85, &wrap::Beside::default());
        Self { nobody, photos, reads, files: [large, small], timing: Timing::default() }
    }

    /// What the photos are like.
    pub fn print(&self) {
        let kilobytes = self.files.each_ref().map(|file| file.len() / 1000);
        println!(
            "{} photos a case: one of 4032×3024 ({} kB), the others of 1200×1600 ({} kB); at least {} reads a case",
            self.photos, kilobytes[0], kilobytes[1], self.reads
        );
    }

    /// Applicant `number`: nobody else's number.
    pub async fn play(&self, number: u32) {
        let timing = &self.timing;
        let began = Instant::now();
        let code = format!("dev-applicant-{number}");
        let caller = timing.time("sign in", self.nobody.sign_in(&code)).await;
        let item = timing.time("read the item", caller.item(SIGNBOARD)).await;
        let case = timing.time("begin a draft", caller.draft(SIGNBOARD, &item["form"]["examples"][0])).await;
        for (material, photos) in self.materials(&caller, number).await {
            timing.time("place photos", caller.place(&case, material, &photos)).await.expect(200);
        }
        timing.time("check", caller.get(&format!("/v1/cases/{case}/check"))).await.expect(200);
        timing.time("submit", caller.submit(&case)).await;
        let submitted = Instant::now();
        let mut looks = 0;
        loop {
            let seen = timing.time("look at the case", caller.case(&case)).await;
            timing.time("list the cases", caller.get("/v1/cases")).await.expect(200);
            looks += 2;
            if seen["state"] == "approved" && looks + 1 >= self.reads {
                break;
            }
            assert!(submitted.elapsed() < PATIENCE, "{case} is not decided: {seen:#}");
            tokio::time::sleep(LOOK).await;
        }
        let notices = timing.time("read the notices", caller.get("/v1/notices")).await.expect(200).json();
        assert_eq!(notices["notices"].as_array().map(Vec::len), Some(2), "accepted, and approved: {notices:#}");
        timing.add("whole case", began.elapsed().as_secs_f64() * 1e3);
    }

    /// Uploads the photos: those of each material.
    async fn materials(&self, caller: &Caller, number: u32) -> Vec<(&'static str, Vec<String>)> {
        let mut materials = vec![("site-photo", Vec::new()), ("business-licence", Vec::new())];
        for place in 0..self.photos {
            let (material, photos) = &mut materials[place % 2];
            // Other bytes behind the picture: the same bytes would be the same photo.
            let mut file = self.files[place.min(1)].clone();
            file.extend(number.to_be_bytes());
            file.extend(place.to_be_bytes());
            photos.push(self.upload(caller, material, &file).await["id"].as_str().unwrap().to_owned());
        }
        materials
    }

    async fn upload(&self, caller: &Caller, material: &str, file: &[u8]) -> Value {
        let upload = Upload { item: SIGNBOARD, material, keep_anyway: true, name: "photo.jpg", file };
        let what = if file.len() > self.files[1].len() + 64 { "upload, large photo" } else { "upload, small photo" };
        loop {
            let began = Instant::now();
            let answer = caller.upload(&upload).await;
            let millis = began.elapsed().as_secs_f64() * 1e3;
            if answer.status != 503 {
                self.timing.add(what, millis);
                return answer.expect(201).json();
            }
            self.timing.add("upload, told to come back", millis);
            let wait = answer.header("retry-after").parse().expect("503 says when to come back");
            tokio::time::sleep(Duration::from_secs(wait)).await;
        }
    }
}
