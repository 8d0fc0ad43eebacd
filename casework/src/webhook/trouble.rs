//! Endpoints nothing comes through to.

use chrono::{DateTime, Utc};
use entity::EndpointId;
use entity::endpoint;
use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::MAX_ALL;
use crate::desk::Desk;
use crate::error::Result;

/// An endpoint that nothing comes through to, or that was turned off for that.
#[derive(Clone, Debug)]
pub struct Trouble {
    /// Which.
    pub endpoint: EndpointId,
    /// Whose.
    pub machine: String,
    /// What the machine calls it.
    pub name: String,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Why it was turned off (`failing`, `gone`); none while it is called.
    pub off: Option<String>,
}

/// Every endpoint in trouble. One its own machine turned off is in none.
///
/// # Errors
/// When the database fails.
pub async fn troubles(desk: &Desk) -> Result<Vec<Trouble>> {
    let troubled = Condition::any()
        .add(endpoint::Column::FailingSince.is_not_null())
        .add(endpoint::Column::DisabledFor.is_in(["failing", "gone"]));
    let rows = endpoint::Entity::find()
        .filter(troubled)
        .order_by_asc(endpoint::Column::Machine)
        .order_by_asc(endpoint::Column::Name)
        .limit(MAX_ALL)
        .all(&desk.db)
        .await?;
    let trouble = |row: endpoint::Model| {
        let off = row.disabled_for.filter(|why| why != "machine");
        let since = if off.is_some() { row.disabled_at } else { row.failing_since };
        // Turned off by its machine while it was failing: that is settled.
        let settled = row.disabled_at.is_some() && off.is_none();
        since.filter(|_| !settled).map(|since| Trouble {
            endpoint: row.id,
            machine: row.machine,
            name: row.name,
            since,
            off,
        })
    };
    Ok(rows.into_iter().filter_map(trouble).collect())
}
