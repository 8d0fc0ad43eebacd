//! Codes made for one picture: how often each symbol occurs, and the shortest codes for that (ITU-T T.81, annex K.2).

/// Longest code JPEG knows.
const LONGEST: usize = 16;

/// How often each symbol occurs, for the four kinds of code in turn: DC and AC of lightness, DC and AC of colour.
#[derive(Clone)]
pub(crate) struct Histogram(pub(crate) [[u32; 256]; 4]);

impl Histogram {
    pub(crate) fn new() -> Self {
        Self([[0; 256]; 4])
    }

    pub(crate) fn add(&mut self, other: &Self) {
        let counts = self.0.iter_mut().flatten().zip(other.0.iter().flatten());
        counts.for_each(|(count, more)| *count += more);
    }
}

/// The codes of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Codes {
    /// How many codes there are of each length, 1 to 16.
    pub(crate) counts: [u8; LONGEST],
    /// The symbols, by length of their codes.
    pub(crate) symbols: Vec<u8>,
    /// Bits of each symbol's code; 0 where it has none.
    pub(crate) lengths: [u8; 256],
}

impl Codes {
    /// The shortest codes for symbols that occur so often.
    pub(crate) fn shortest(counts: &[u32; 256]) -> Self {
        let mut seen: Vec<(u32, u8)> =
            (0..=255).zip(counts).filter(|(_, count)| **count > 0).map(|(symbol, count)| (*count, symbol)).collect();
        if seen.is_empty() {
            // No decoder should have to face an empty table.
            seen.push((1, 0));
        }
        seen.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        let weights: Vec<u64> = seen.iter().map(|(count, _)| u64::from(*count)).collect();
        Self::of(seen.into_iter().map(|(_, symbol)| symbol).collect(), limited(depths(&weights)))
    }

    /// The same codes, each `more` bits longer than it need be (16 at most): for portals that refuse small files.
    pub(crate) fn longer(&self, more: u8) -> Self {
        let mut counts = [0_usize; LONGEST];
        for (at, count) in self.counts.iter().enumerate() {
            if let Some(slot) = counts.get_mut((at + usize::from(more)).min(LONGEST - 1)) {
                *slot += usize::from(*count);
            }
        }
        Self::of(self.symbols.clone(), counts)
    }

    fn of(symbols: Vec<u8>, counts: [usize; LONGEST]) -> Self {
        let mut lengths = [0; 256];
        let each = (1_u8..).zip(counts).flat_map(|(length, count)| std::iter::repeat_n(length, count));
        for (symbol, length) in symbols.iter().zip(each) {
            if let Some(slot) = lengths.get_mut(usize::from(*symbol)) {
                *slot = length;
            }
        }
        Self { counts: counts.map(|count| u8::try_from(count).unwrap_or(u8::MAX)), symbols, lengths }
    }

    /// The code of each symbol, with its length.
    pub(crate) fn assigned(&self) -> [(u16, u8); 256] {
        let mut codes = [(0, 0); 256];
        let (mut code, mut last) = (0_u32, 1_u8);
        for symbol in &self.symbols {
            let at = usize::from(*symbol);
            let length = self.lengths.get(at).copied().unwrap_or(0);
            code <<= length.saturating_sub(last);
            last = length;
            if let (Some(slot), Ok(code)) = (codes.get_mut(at), u16::try_from(code)) {
                *slot = (code, length);
            }
            code += 1;
        }
        codes
    }

    /// Bits that symbols which occur so often take, with the bits that follow each: as many as its low half says.
    pub(crate) fn bits(&self, counts: &[u32; 256]) -> u64 {
        let each = counts.iter().zip(self.lengths).zip(0_u64..);
        each.map(|((count, length), symbol)| u64::from(*count) * (u64::from(length) + (symbol & 15))).sum()
    }
}

/// How many leaves of the best tree lie at each depth, for weights in falling order. One more leaf of no weight keeps
/// the code of all ones free, as the standard wants it. Two queues: leaves, and the nodes made of them so far.
fn depths(weights: &[u64]) -> [usize; 300] {
    let mut leaves = std::iter::once(0).chain(weights.iter().rev().copied()).enumerate().peekable();
    let total = weights.len() + 1;
    let mut parents = vec![0; total * 2];
    let mut nodes = std::collections::VecDeque::new();
    for node in total..(total * 2).saturating_sub(1) {
        let mut weight = 0;
        for _ in 0..2 {
            let leaf = leaves.peek().map_or(u64::MAX, |(_, weight)| *weight);
            let take_leaf = nodes.front().is_none_or(|(_, weight)| leaf <= *weight);
            let next = if take_leaf { leaves.next() } else { nodes.pop_front() };
            if let Some((child, light)) = next {
                weight += light;
                if let Some(slot) = parents.get_mut(child) {
                    *slot = node;
                }
            }
        }
        nodes.push_back((node, weight));
    }
    // From the root down: a node lies one below its parent, and parents come later.
    let mut depth = vec![0_usize; total * 2];
    for node in (0..(total * 2).saturating_sub(2)).rev() {
        let above = parents.get(node).and_then(|parent| depth.get(*parent)).copied().unwrap_or(0);
        if let Some(slot) = depth.get_mut(node) {
            *slot = above + 1;
        }
    }
    let mut counts = [0; 300];
    for depth in depth.iter().take(total) {
        if let Some(slot) = counts.get_mut(*depth) {
            *slot += 1;
        }
    }
    counts
}

/// No code longer than 16 bits (figure K.3 of the standard), and without the leaf that kept all ones free.
fn limited(mut counts: [usize; 300]) -> [usize; LONGEST] {
    let get = |counts: &[usize; 300], at: usize| counts.get(at).copied().unwrap_or(0);
    let change = |counts: &mut [usize; 300], at: usize, by: isize| {
        if let Some(slot) = counts.get_mut(at) {
            *slot = slot.saturating_add_signed(by);
        }
    };
    for length in (LONGEST + 1..300).rev() {
        while get(&counts, length) > 0 {
            let Some(shorter) = (1..length - 1).rev().find(|shorter| get(&counts, *shorter) > 0) else { break };
            change(&mut counts, length, -2);
            change(&mut counts, length - 1, 1);
            change(&mut counts, shorter + 1, 2);
            change(&mut counts, shorter, -1);
        }
    }
    if let Some(last) = (1..=LONGEST).rev().find(|length| get(&counts, *length) > 0) {
        change(&mut counts, last, -1);
    }
    let mut out = [0; LONGEST];
    out.iter_mut().zip(counts.iter().skip(1)).for_each(|(slot, count)| *slot = *count);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(counts: &[u32; 256]) -> Result<(), TestCaseError> {
        let codes = Codes::shortest(counts);
        let seen = counts.iter().filter(|count| **count > 0).count().max(1);
        prop_assert_eq!(codes.symbols.len(), seen);
        prop_assert_eq!(codes.counts.iter().map(|count| usize::from(*count)).sum::<usize>(), seen);
        let room: u32 = codes.counts.iter().zip(1..).map(|(count, length)| u32::from(*count) << (16 - length)).sum();
        prop_assert!(room < 1 << 16, "a prefix code with all ones free");
        let mut spelt: Vec<_> = codes.assigned().into_iter().filter(|code| code.1 > 0).collect();
        prop_assert_eq!(spelt.len(), seen);
        spelt.sort_unstable_by_key(|(code, length)| u32::from(*code) << (16 - length));
        for pair in spelt.windows(2) {
            prop_assert!(pair[0].0 != pair[1].0 >> (pair[1].1.max(pair[0].1) - pair[0].1), "no prefix of another");
        }
        Ok(())
    }

    #[test]
    fn two_symbols_and_one_take_a_bit_or_two() {
        let mut counts = [0; 256];
        counts[3] = 10;
        assert_eq!(Codes::shortest(&counts).lengths[3], 1);
        counts[4] = 90;
        let codes = Codes::shortest(&counts);
        assert_eq!((codes.lengths[4], codes.lengths[3]), (1, 2));
        assert_eq!(codes.bits(&counts), 90 * (1 + 4) + 10 * (2 + 3));
    }

    #[test]
    fn steep_counts_stay_within_sixteen_bits() {
        let mut counts = [0; 256];
        let (mut a, mut b) = (1, 1);
        for slot in &mut counts[..40] {
            *slot = a;
            (a, b) = (b, a + b);
        }
        check(&counts).unwrap();
    }

    #[test]
    fn longer_codes_are_longer() {
        let mut counts = [0; 256];
        counts[..20].iter_mut().zip(1..).for_each(|(count, n)| *count = n);
        let codes = Codes::shortest(&counts);
        let longer = codes.longer(3);
        assert!((0..20).all(|at| longer.lengths[at] == codes.lengths[at] + 3));
        assert!(codes.longer(15).lengths[..20].iter().all(|length| *length == 16));
    }

    proptest! {
        #[test]
        fn any_counts_make_a_prefix_code(counts in proptest::collection::vec((0_usize..256, 0_u32..1_000_000), 0..256)) {
            let mut all = [0; 256];
            for (at, count) in counts {
                all[at] = count;
            }
            check(&all)?;
        }
    }
}
