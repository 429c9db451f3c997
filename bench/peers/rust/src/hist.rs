// SPDX-License-Identifier: MIT
//! The log-linear histogram of measure/hist.h: 128 buckets per power of two.

const SUB_BITS: usize = 7;
const TOP_BITS: usize = 40;
const BUCKETS: usize = (TOP_BITS - SUB_BITS + 1) << SUB_BITS;

pub struct Hist {
    counts: Vec<u64>,
    pub max: u64,
}

impl Default for Hist {
    fn default() -> Hist {
        Hist { counts: vec![0; BUCKETS], max: 0 }
    }
}

fn index_of(value: u64) -> usize {
    if value < 1 << SUB_BITS {
        return value as usize;
    }
    let top = 63 - value.leading_zeros() as usize;
    if top >= TOP_BITS {
        return BUCKETS - 1;
    }
    let sub = (value >> (top - SUB_BITS)) as usize & ((1 << SUB_BITS) - 1);
    ((top - SUB_BITS + 1) << SUB_BITS) + sub
}

fn low_of(index: usize) -> f64 {
    let (octave, sub) = (index >> SUB_BITS, index & ((1 << SUB_BITS) - 1));
    if octave == 0 {
        return sub as f64;
    }
    (((1u64 << SUB_BITS) + sub as u64) << (octave - 1)) as f64
}

impl Hist {
    #[inline]
    pub fn add(&mut self, value: u64) {
        self.counts[index_of(value)] += 1;
        self.max = self.max.max(value);
    }

    pub fn merge(&mut self, other: &Hist) {
        for (own, more) in self.counts.iter_mut().zip(&other.counts) {
            *own += more;
        }
        self.max = self.max.max(other.max);
    }

    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The mean of the middle half.
    pub fn middle(&self) -> f64 {
        let all = self.count() as f64;
        let (from, to) = (all / 4.0, all - all / 4.0);
        let (mut seen, mut sum) = (0.0f64, 0.0f64);
        for (i, &count) in self.counts.iter().enumerate() {
            let low = seen.max(from);
            seen += count as f64;
            sum += (seen.min(to) - low).max(0.0) * low_of(i);
        }
        sum / (to - from).max(1.0)
    }

    /// The middle of the bucket that holds the q-th part.
    pub fn quantile(&self, q: f64) -> f64 {
        let rank = (q * self.count() as f64).ceil().max(1.0) as u64;
        let (mut seen, mut i) = (0, 0);
        while i < BUCKETS - 1 {
            seen += self.counts[i];
            if seen >= rank {
                break;
            }
            i += 1;
        }
        let width =
            if i + 1 < BUCKETS { low_of(i + 1) - low_of(i) } else { 1.0 };
        low_of(i) + (width - 1.0) / 2.0
    }
}
