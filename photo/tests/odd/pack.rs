//! Packing as other programs do it: bits, runs, deflate without deflating, LZW.

use std::collections::HashMap;

/// Samples of a row, the highest bit first, filled up to whole bytes.
pub(crate) fn bits(samples: &[u8], bits: usize) -> Vec<u8> {
    let mut out = vec![0_u8; (samples.len() * bits).div_ceil(8)];
    for (at, sample) in samples.iter().enumerate() {
        out[at * bits / 8] |= sample << (8 - bits - at * bits % 8);
    }
    out
}

/// `PackBits`: runs where there are any, all else as it is.
pub(crate) fn runs(row: &[u8]) -> Vec<u8> {
    let (mut out, mut at) = (Vec::new(), 0);
    while at < row.len() {
        let run = row[at..].iter().take_while(|byte| **byte == row[at]).count().min(128);
        if run > 1 {
            out.extend([u8::try_from(257 - run).unwrap(), row[at]]);
        } else {
            out.extend([0, row[at]]);
        }
        at += run;
    }
    out
}

/// A zlib stream whose blocks are stored as they are.
pub(crate) fn zlib(data: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 1];
    let last = data.chunks(60_000).count().saturating_sub(1);
    for (number, block) in data.chunks(60_000).enumerate() {
        let length = u16::try_from(block.len()).unwrap();
        out.push(u8::from(number == last));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    let (low, high) = data.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    out.extend((high << 16 | low).to_be_bytes());
    out
}

/// LZW as TIFF has it: codes from 9 bits up, the highest bit first, the longer code as soon as the last of the shorter is used.
pub(crate) fn lzw(data: &[u8]) -> Vec<u8> {
    let (mut out, mut held, mut count) = (Vec::new(), 0_u64, 0);
    let mut put = |code: usize, bits: u32| {
        held = held << bits | code as u64;
        count += bits;
        while count >= 8 {
            count -= 8;
            out.push((held >> count & 0xff) as u8);
        }
    };
    let (mut table, mut next, mut word) = (HashMap::new(), 258_usize, Vec::new());
    let length = |next: usize| {
        if next < 512 {
            9
        } else if next < 1024 {
            10
        } else if next < 2048 {
            11
        } else {
            12
        }
    };
    let code = |table: &HashMap<Vec<u8>, usize>, word: &[u8]| match word {
        [byte] => usize::from(*byte),
        _ => table[word],
    };
    put(256, 9);
    for byte in data {
        word.push(*byte);
        if word.len() == 1 || table.contains_key(&word) {
            continue;
        }
        put(code(&table, &word[..word.len() - 1]), length(next));
        table.insert(std::mem::replace(&mut word, vec![*byte]), next);
        next += 1;
        if next == 4094 {
            put(256, 12);
            (next, table) = (258, HashMap::new());
        }
    }
    if !word.is_empty() {
        put(code(&table, &word), length(next));
        next += 1;
    }
    put(257, length(next));
    put(0, 7);
    out
}
