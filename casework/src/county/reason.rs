//! Why a case may be refused: only for a reason the law lists, and never without saying what can be done against it.

use serde::{Deserialize, Serialize};

use super::say::{Faults, MAX_TEXT};
use crate::error::Result;
use crate::state::Act;

/// A reason the law gives for not taking a case up, or for saying no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// No permit is needed for it.
    NoPermitNeeded,
    /// Another authority has to decide.
    OtherAuthority,
    /// The one correction was asked for and left things out.
    StillIncomplete,
    /// What was handed in hides facts or is false.
    FalseMaterials,
    /// It does not meet the conditions and standards the law sets.
    ConditionsNotMet,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::NoPermitNeeded,
        Self::OtherAuthority,
        Self::StillIncomplete,
        Self::FalseMaterials,
        Self::ConditionsNotMet,
    ];

    /// Whether it stands for not taking a case up, or for saying no.
    pub fn is_for(self, act: Act) -> bool {
        match self {
            Self::NoPermitNeeded | Self::OtherAuthority | Self::StillIncomplete => act == Act::NotAccept,
            Self::FalseMaterials => matches!(act, Act::NotAccept | Act::Deny),
            Self::ConditionsNotMet => act == Act::Deny,
        }
    }

    /// The reason with the article it rests on.
    pub fn basis(self) -> &'static str {
        match self {
            Self::NoPermitNeeded => "该事项依法不需要取得行政许可（行政许可法第三十二条第一款第一项）",
            Self::OtherAuthority => "该事项依法不属于本机关职权范围（行政许可法第三十二条第一款第二项）",
            Self::StillIncomplete => "没有按照要求提交全部补正申请材料（行政许可法第三十二条第一款第五项）",
            Self::FalseMaterials => "隐瞒有关情况或者提供虚假材料（行政许可法第七十八条）",
            Self::ConditionsNotMet => "不符合法定条件、标准（行政许可法第三十八条）",
        }
    }
}

/// A refusal as it has to be: the listed reason, what it means here, and what can be done against it.
#[derive(Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The listed reason.
    pub reason: Reason,
    /// What it means in this case.
    pub words: String,
    /// How to have it reviewed: 行政复议, 行政诉讼, where and by when (Art 38).
    pub remedy: String,
}

impl std::fmt::Debug for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Refusal({:?})", self.reason)
    }
}

impl Refusal {
    /// Passes when it is complete and its reason is one for `act`.
    pub(super) fn check(&self, act: Act) -> Result<()> {
        let mut faults = Faults::default();
        if !self.reason.is_for(act) {
            let (zh, en) =
                ("这条理由不能用在这里，请换一条。", "The law does not give this reason for this: choose another.");
            faults.add("/reason", "form.choice", zh, en);
        }
        faults.need("/words", &self.words, MAX_TEXT, ("具体理由", "reason in this case"));
        faults.need("/remedy", &self.remedy, MAX_TEXT, ("救济途径", "remedy"));
        faults.none()
    }

    /// Why, as the applicant and the province read it.
    pub(super) fn why(&self) -> String {
        format!("{}：{}", self.reason.basis(), self.words.trim())
    }

    /// The whole, as the applicant reads it.
    pub(super) fn whole(&self) -> String {
        format!("{}\n{}", self.why(), self.remedy.trim())
    }
}
