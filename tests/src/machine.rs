//! Machines with accounts of their own.

use casework::machine::{self, Scope};
use portal::signature::{Key, Seal};

use crate::app::TestApp;
use crate::caller::Machine;

impl TestApp {
    /// A machine with an account of its own and these scopes. It is made in the database, as `gaoxingban admin` makes it.
    pub async fn integrator(&self, name: &str, scopes: &[Scope]) -> Machine {
        let seal = Seal::hmac_sha256(self.world.bytes::<32>().unwrap());
        let key = machine::Key { name: "first".to_owned(), key: seal.check().expose(), until: None };
        machine::create(&self.app().desk, name, scopes, key).await.unwrap();
        Machine::new(self.nobody(), self.world.clone(), Key::new(name, seal))
    }
}
