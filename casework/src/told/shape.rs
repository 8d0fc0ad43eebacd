//! The steps of a case in our own words. An adapter turns them into a platform's fields and codes.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use law::clock::SpecialStep;
use serde::{Deserialize, Serialize};

use crate::report::{CorrectionItem, Licence};

/// One step, with what is told of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "told", rename_all = "snake_case")]
pub enum Told {
    /// 受理.
    Accept(Acceptance),
    /// A step of the work, begun or ended.
    Step(Step),
    /// A special procedure or a correction, begun or ended.
    Special(Special),
    /// The end.
    Done(Done),
    /// The applicant's judgement.
    Rating(Rating),
}

/// By its kind alone: reasons, payers and licences may be personal.
impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Told({:?})", self.kind())
    }
}

/// That the county took the case up.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceptance {
    /// When; as of the receipt where the period ran out.
    pub at: DateTime<Utc>,
    /// Whether it counts as taken up because nobody spoke in time (Art 32(4)).
    pub deemed: bool,
    /// Working days to the decision, by law.
    pub decision_days: u32,
    /// Working days to the decision, as promised.
    pub promise_days: u32,
    /// The last day of the promise.
    pub promised_on: NaiveDate,
    /// The number of the written acceptance, where there is one.
    pub document: Option<String>,
    /// Who took it up.
    pub by: String,
}

/// A step of the county's work. It is told when it begins, and again, as a step of its own, when it ends.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What it is called: 审查, 现场勘验 …
    pub name: String,
    /// When it began.
    pub begun_at: DateTime<Utc>,
    /// When it ended; none while it is under way.
    pub ended_at: Option<DateTime<Utc>>,
    /// Whether whoever did it is for it; said when it ends.
    pub agreed: Option<bool>,
    /// What they think.
    pub opinion: Option<String>,
    /// Who did it.
    pub by: String,
}

/// A special procedure, or the correction. Told when it begins, and again when it ends.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Special {
    /// Which kind.
    pub kind: SpecialKind,
    /// Why.
    pub reason: String,
    /// When it began.
    pub begun_at: DateTime<Utc>,
    /// The day the applicant was told it would end.
    pub until: NaiveDate,
    /// When it ended; none while it is under way.
    pub ended_at: Option<DateTime<Utc>>,
    /// What came of it.
    pub result: Option<String>,
    /// Of a correction: what must be put right.
    #[serde(default)]
    pub items: Vec<CorrectionItem>,
    /// Who ordered it.
    pub by: String,
}

/// Which special procedure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpecialKind {
    /// 补齐补正: only the act of asking for the correction begins it.
    Correction,
    /// 听证.
    Hearing,
    /// 招标.
    Tender,
    /// 拍卖.
    Auction,
    /// 检验.
    Inspection,
    /// 检测.
    Testing,
    /// 检疫.
    Quarantine,
    /// 鉴定.
    Appraisal,
    /// 专家评审.
    ExpertReview,
    /// 公示.
    PublicNotice,
    /// 核实.
    Verification,
    /// 挂起.
    Suspension,
}

impl SpecialKind {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Correction,
        Self::Hearing,
        Self::Tender,
        Self::Auction,
        Self::Inspection,
        Self::Testing,
        Self::Quarantine,
        Self::Appraisal,
        Self::ExpertReview,
        Self::PublicNotice,
        Self::Verification,
        Self::Suspension,
    ];

    /// Its name, in Chinese.
    pub fn name(self) -> &'static str {
        match self {
            Self::Correction => "补齐补正",
            Self::Hearing => "听证",
            Self::Tender => "招标",
            Self::Auction => "拍卖",
            Self::Inspection => "检验",
            Self::Testing => "检测",
            Self::Quarantine => "检疫",
            Self::Appraisal => "鉴定",
            Self::ExpertReview => "专家评审",
            Self::PublicNotice => "公示",
            Self::Verification => "核实",
            Self::Suspension => "挂起",
        }
    }

    /// Which step of Art 45 it is. The law has no others: what is none of them takes its time from the decision.
    pub fn uncounted(self) -> Option<SpecialStep> {
        match self {
            Self::Hearing => Some(SpecialStep::Hearing),
            Self::Tender => Some(SpecialStep::Tender),
            Self::Auction => Some(SpecialStep::Auction),
            Self::Inspection => Some(SpecialStep::Inspection),
            Self::Testing => Some(SpecialStep::Testing),
            Self::Quarantine => Some(SpecialStep::Quarantine),
            Self::Appraisal => Some(SpecialStep::Appraisal),
            Self::ExpertReview => Some(SpecialStep::ExpertReview),
            Self::Correction | Self::PublicNotice | Self::Verification | Self::Suspension => None,
        }
    }
}

/// How a case ended.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// With what.
    pub result: DoneResult,
    /// When.
    pub at: DateTime<Utc>,
    /// Why; of everything but a grant.
    pub reason: Option<String>,
    /// The document a grant yields.
    pub licence: Option<Licence>,
    /// What was paid, where anything was.
    pub fee: Option<Fee>,
    /// Whether the document goes by express.
    pub express: bool,
    /// Who decided.
    pub by: String,
}

impl Done {
    /// An end that yields no document.
    pub(crate) fn without_licence(result: DoneResult, at: DateTime<Utc>, reason: String, by: String) -> Self {
        Self { result, at, reason: Some(reason), licence: None, fee: None, express: false, by }
    }
}

/// With what a case ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DoneResult {
    /// 准予许可.
    Granted,
    /// 不予许可.
    Denied,
    /// 不予受理.
    NotAccepted,
    /// The correction never came.
    Lapsed,
}

/// What was paid.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fee {
    /// How much, in yuan: `120.00`.
    pub amount: String,
    /// The standard it follows.
    pub standard: String,
    /// What the standard rests on.
    pub basis: Option<String>,
    /// Who paid.
    pub payer: Payer,
}

/// Who paid.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payer {
    /// Name.
    pub name: String,
    /// Identity number.
    pub id_card: String,
    /// Mobile phone.
    pub mobile: String,
    /// Telephone.
    pub telephone: String,
}

/// How the applicant judged it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// How satisfied they are.
    pub satisfaction: Satisfaction,
    /// In their own words.
    pub words: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// How satisfied an applicant is. No number: the standards count in opposite directions, so that each boundary makes its
/// own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Satisfaction {
    /// 非常不满意.
    VeryDissatisfied,
    /// 不满意.
    Dissatisfied,
    /// 基本满意.
    FairlySatisfied,
    /// 满意.
    Satisfied,
    /// 非常满意.
    VerySatisfied,
}

impl Satisfaction {
    /// All of them, from the worst to the best.
    pub const ALL: [Self; 5] =
        [Self::VeryDissatisfied, Self::Dissatisfied, Self::FairlySatisfied, Self::Satisfied, Self::VerySatisfied];

    /// Whether it is a bad rating (差评), which has to say why.
    pub fn is_bad(self) -> bool {
        matches!(self, Self::VeryDissatisfied | Self::Dissatisfied)
    }
}
