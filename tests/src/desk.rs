//! What a shop owner does, in a few words: for tests that are about something else.

use serde_json::{Value, json};

use crate::caller::{Answer, Caller, Upload};
use crate::files;
use crate::wait_for;

/// The item most tests apply for: a person needs one photo for it.
pub const SIGNBOARD: &str = "signboard-declaration";
/// The item with all materials.
pub const LARGE: &str = "large-outdoor-advertising";

impl Caller {
    /// The item as the server tells it.
    pub async fn item(&self, code: &str) -> Value {
        self.get(&format!("/v1/items/{code}")).await.expect(200).json()
    }

    /// A draft with these answers; its id.
    pub async fn draft(&self, item: &str, form: &Value) -> String {
        let answer = self.send("POST", "/v1/cases", &json!({ "item": item, "form": form })).await;
        answer.expect(201).json()["id"].as_str().unwrap().to_owned()
    }

    /// Uploads a file for a material; the photo's id.
    pub async fn photo(&self, item: &str, material: &str, name: &str, file: &[u8]) -> String {
        let answer = self.upload(&Upload { item, material, keep_anyway: false, name, file }).await;
        assert!(matches!(answer.status, 200 | 201), "{name}: {}", String::from_utf8_lossy(&answer.body));
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    /// Places photos in a material of a case.
    pub async fn place(&self, case: &str, material: &str, photos: &[String]) -> Answer {
        self.send("PUT", &format!("/v1/cases/{case}/materials/{material}"), &json!({ "photos": photos })).await
    }

    /// A draft that lacks nothing: a signboard declaration with one photo for each material it must have.
    pub async fn ready(&self) -> String {
        self.ready_for(SIGNBOARD).await
    }

    /// The same for an item with the materials of a signboard declaration.
    pub async fn ready_for(&self, code: &str) -> String {
        let item = self.item(code).await;
        let case = self.draft(code, &item["form"]["examples"][0]).await;
        for material in ["site-photo", "business-licence"] {
            let photo = self.photo(code, material, "photo.jpg", files::small_jpeg()).await;
            self.place(&case, material, &[photo]).await.expect(200);
        }
        case
    }

    /// Hands a case in; what was answered.
    pub async fn submit(&self, case: &str) -> Value {
        self.post_once(&format!("/v1/cases/{case}/submit"), &format!("submit-{case}"), None).await.expect(202).json()
    }

    /// The case as it is now.
    pub async fn case(&self, case: &str) -> Value {
        self.get(&format!("/v1/cases/{case}")).await.expect(200).json()
    }

    /// Waits until a case is in a state; the case.
    pub async fn wait_for_state(&self, case: &str, state: &str) -> Value {
        wait_for(&format!("{case} is {state}"), || async {
            let now = self.case(case).await;
            (now["state"] == state).then_some(now)
        })
        .await
    }

    /// The acts of a case's timeline, oldest first.
    pub async fn acts(&self, case: &str) -> Vec<String> {
        let case = self.case(case).await;
        case["events"].as_array().unwrap().iter().map(|event| event["act"].as_str().unwrap().to_owned()).collect()
    }

    /// The kinds of the notices a person has, oldest first.
    pub async fn notices(&self) -> Vec<String> {
        let page = self.get("/v1/notices?limit=100").await.expect(200).json();
        let notices = page["notices"].as_array().unwrap().iter().rev();
        notices.map(|notice| notice["kind"].as_str().unwrap().to_owned()).collect()
    }
}
