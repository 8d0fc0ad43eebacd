//! A relay as a process, killed at the point it is told: see `tests::mortal`.

#[tokio::main]
async fn main() {
    tests::mortal::live().await;
}
