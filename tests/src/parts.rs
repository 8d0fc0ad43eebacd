//! A phone that sends a file in parts.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::caller::{Answer, Caller};

/// The hex SHA-256 of a file.
pub fn sha256(file: &[u8]) -> String {
    hex::encode(Sha256::digest(file))
}

/// The bytes of one of the parts an upload lists.
pub fn part_of<'a>(file: &'a [u8], part: &Value) -> &'a [u8] {
    let number = |name: &str| usize::try_from(part[name].as_u64().unwrap()).unwrap();
    &file[number("offset")..][..number("bytes")]
}

impl Caller {
    /// Announces a file.
    pub async fn begin_upload(&self, file: &[u8]) -> Answer {
        self.send("POST", "/v1/uploads", &json!({ "size": file.len(), "sha256": sha256(file) })).await
    }

    /// Sends a part, whatever its bytes.
    pub async fn put_part(&self, upload: &str, number: usize, bytes: &[u8]) -> Answer {
        let request = self.request("PUT", &format!("/v1/uploads/{upload}/parts/{number}"));
        self.finish(request.header("content-type", "application/octet-stream").body(bytes.to_vec())).await
    }

    /// Sends every part that is not there, the last one first.
    pub async fn put_parts(&self, upload: &Value, file: &[u8]) {
        for part in upload["parts"].as_array().unwrap().iter().rev().filter(|part| part["received"] == false) {
            let number = usize::try_from(part["number"].as_u64().unwrap()).unwrap();
            self.put_part(upload["id"].as_str().unwrap(), number, part_of(file, part)).await.expect(200);
        }
    }

    /// Makes a photo of an upload.
    pub async fn complete(&self, upload: &str, item: &str, material: &str, keep_anyway: Option<bool>) -> Answer {
        let mut body = json!({ "item": item, "material": material });
        if let Some(keep) = keep_anyway {
            body["keep_anyway"] = keep.into();
        }
        self.send("POST", &format!("/v1/uploads/{upload}/complete"), &body).await
    }
}
