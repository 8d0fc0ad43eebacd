//! A member of the bureau's staff.

use sea_orm::entity::prelude::*;

use crate::StaffId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "staff")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StaffId,
    pub name: String,
    pub role: Role,
    /// SHA-256 of the sign-in key, in hex.
    #[sea_orm(unique)]
    pub key_hash: String,
    pub created_at: DateTimeUtc,
    pub disabled_at: Option<DateTimeUtc>,
}

/// What a member of staff is trusted with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Role {
    /// 综合窗口.
    #[sea_orm(string_value = "clerk")]
    Clerk,
    /// Decides.
    #[sea_orm(string_value = "approver")]
    Approver,
    /// Hands out what was decided.
    #[sea_orm(string_value = "issuer")]
    Issuer,
    /// Watches over all of them.
    #[sea_orm(string_value = "supervisor")]
    Supervisor,
    /// Runs the server: sees deliveries, not people.
    #[sea_orm(string_value = "operator")]
    Operator,
}

impl ActiveModelBehavior for ActiveModel {}
