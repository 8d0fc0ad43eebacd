//! The machines that call us, and what each may do.

use std::sync::Arc;

use casework::machine::{self, Scope};
use chrono::{DateTime, Utc};
use poem::web::Data;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::types::Example;
use poem_openapi::{Enum, Object, OpenApi};

use super::Tag;
use crate::app::App;
use crate::fails;
use crate::http::caller::Officer;
use crate::http::page;
use crate::http::problem::Reply;
use crate::http::sent::Sent;

/// The operations.
#[derive(Debug)]
pub struct MachinesApi;

fails! {
    /// Listing.
    pub signed_in ListMachines: SESSION_NOT_ALLOWED;
    /// Saying what one may do.
    pub signed_in_body SetMachineScopes: MACHINE_UNKNOWN, SESSION_NOT_ALLOWED;
}

/// Something a machine may be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum MachineScope {
    /// Report what became of cases.
    #[oai(rename = "reports.write")]
    ReportsWrite,
    /// See what is owed and what became of it.
    #[oai(rename = "deliveries.read")]
    DeliveriesRead,
    /// Drive deliveries again, cancel them, pause and resume destinations.
    #[oai(rename = "deliveries.write")]
    DeliveriesWrite,
    /// Read cases whole, with everything personal in them.
    #[oai(rename = "cases.read")]
    CasesRead,
    /// Read the photo rules.
    #[oai(rename = "rules.read")]
    RulesRead,
    /// State the portal's photo rules.
    #[oai(rename = "rules.write")]
    RulesWrite,
    /// Be called when cases change.
    #[oai(rename = "webhooks.write")]
    WebhooksWrite,
}

impl From<MachineScope> for Scope {
    fn from(scope: MachineScope) -> Self {
        match scope {
            MachineScope::ReportsWrite => Self::ReportsWrite,
            MachineScope::DeliveriesRead => Self::DeliveriesRead,
            MachineScope::DeliveriesWrite => Self::DeliveriesWrite,
            MachineScope::CasesRead => Self::CasesRead,
            MachineScope::RulesRead => Self::RulesRead,
            MachineScope::RulesWrite => Self::RulesWrite,
            MachineScope::WebhooksWrite => Self::WebhooksWrite,
        }
    }
}

impl From<Scope> for MachineScope {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::ReportsWrite => Self::ReportsWrite,
            Scope::DeliveriesRead => Self::DeliveriesRead,
            Scope::DeliveriesWrite => Self::DeliveriesWrite,
            Scope::CasesRead => Self::CasesRead,
            Scope::RulesRead => Self::RulesRead,
            Scope::RulesWrite => Self::RulesWrite,
            Scope::WebhooksWrite => Self::WebhooksWrite,
        }
    }
}

/// A machine that may call us.
#[derive(Debug, Object)]
#[oai(rename = "Machine", skip_serializing_if_is_none)]
pub struct MachineView {
    /// What it calls itself when it signs.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<MachineScope>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Since when it is barred.
    pub disabled_at: Option<DateTime<Utc>>,
}

/// A page of machines, by name.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Machines {
    /// The machines.
    pub machines: Vec<MachineView>,
    /// The `after` of the next page; none at the end.
    pub next: Option<String>,
}

/// What a machine may do from now on.
#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields)]
pub struct NewScopes {
    /// All of it: what is not named, it may not do any more. None at all is possible.
    #[oai(validator(max_items = "16"))]
    pub scopes: Vec<MachineScope>,
}

impl From<entity::machine::Model> for MachineView {
    fn from(row: entity::machine::Model) -> Self {
        Self {
            scopes: machine::read(&row.scopes).into_iter().map(Into::into).collect(),
            name: row.name,
            created_at: row.created_at,
            disabled_at: row.disabled_at,
        }
    }
}

#[OpenApi(prefix_path = "/staff/v1", tag = "Tag::Machines")]
impl MachinesApi {
    /// 对接系统列表 · List the machines
    ///
    /// With what each may do. For operators.
    #[oai(path = "/machines", method = "get", operation_id = "list_machines")]
    async fn list_machines(
        &self,
        who: Officer,
        app: Data<&Arc<App>>,
        /// The page begins behind this name.
        after: Query<Option<String>>,
        /// Entries of a page: 20 unless told, at most 100.
        limit: Query<Option<u64>>,
    ) -> Reply<Json<Machines>, ListMachines> {
        who.may_operate()?;
        let limit = page::limit(limit.0);
        let rows = machine::list(&app.desk, after.as_deref(), limit + 1).await?;
        let (rows, next) = page::cut_by(rows, limit, |row| row.name.clone());
        Ok(Json(Machines { machines: rows.into_iter().map(Into::into).collect(), next }))
    }

    /// 对接系统权限 · Say what a machine may do
    ///
    /// From its very next call on: every call is checked anew. What it may do no longer it is not called for either, and its
    /// webhooks are silent without `webhooks.write`; links to files it asked for before live on for their few minutes. The
    /// log says who changed what. For operators.
    #[oai(path = "/machines/:name/scopes", method = "put", operation_id = "set_machine_scopes")]
    async fn set_machine_scopes(
        &self,
        who: Officer,
        app: Data<&Arc<App>>,
        /// What it calls itself.
        name: Path<String>,
        body: Sent<NewScopes>,
    ) -> Reply<Json<MachineView>, SetMachineScopes> {
        let by = who.may_operate()?;
        let scopes: Vec<Scope> = body.0.scopes.into_iter().map(Into::into).collect();
        let row = machine::set_scopes(&app.desk, &name, &scopes, &format!("staff:{by}")).await?;
        Ok(Json(row.into()))
    }
}

impl Example for NewScopes {
    fn example() -> Self {
        Self { scopes: vec![MachineScope::DeliveriesRead, MachineScope::WebhooksWrite] }
    }
}
