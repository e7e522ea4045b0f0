//! A share of the cases, for several machines that check one suite together.
//!
//! Invariant: over all shares of one kind each case is in exactly one, whatever the number of shares.

use std::fmt;
use std::str::FromStr;

use crate::digest::sha256;
use crate::model::Case;

/// One share of several: `hash:2/3` or `slice:2/3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partition {
    kind: Kind,
    /// From 1 to `n`.
    share: u32,
    n: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// By the case's id: a case stays in its share when others come and go.
    Hash,
    /// One after another: shares of the same size.
    Slice,
}

impl Partition {
    /// Whether a case belongs to this share; `position` is its place among all cases that are dealt out.
    #[must_use]
    pub fn holds(&self, position: usize, case: &Case) -> bool {
        let number = match self.kind {
            Kind::Hash => fingerprint(case),
            Kind::Slice => position as u64,
        };
        number % u64::from(self.n) == u64::from(self.share - 1)
    }
}

/// The first 60 bits of the fingerprint of the id.
fn fingerprint(case: &Case) -> u64 {
    let digits = sha256(case.to_string().as_bytes()).expect("reading memory cannot fail");
    u64::from_str_radix(&digits[..15], 16).expect("a fingerprint is written in hexadecimal digits")
}

impl FromStr for Partition {
    type Err = String;

    fn from_str(text: &str) -> Result<Partition, String> {
        let parsed = || {
            let (kind, share) = text.split_once(':')?;
            let kind = match kind {
                "hash" => Kind::Hash,
                "slice" => Kind::Slice,
                _ => return None,
            };
            let (share, n) = share.split_once('/')?;
            let (share, n) = (share.parse().ok()?, n.parse().ok()?);
            (1..=n).contains(&share).then_some(Partition { kind, share, n })
        };
        parsed().ok_or_else(|| {
            "expected `hash:k/n` or `slice:k/n` with k from 1 to n, such as `hash:2/3` for the second of three partitions"
                .to_owned()
        })
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            Kind::Hash => "hash",
            Kind::Slice => "slice",
        };
        write!(formatter, "{kind}:{}/{}", self.share, self.n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_case_is_in_exactly_one_share() {
        let case = |index| Case { file: format!("{index}.kvs"), scenario: None, args: Vec::new() };
        for kind in ["hash", "slice"] {
            for n in [1, 2, 3, 7] {
                for index in 0..50 {
                    let holds = |share: &u32| {
                        let share: Partition = format!("{kind}:{share}/{n}").parse().expect("right");
                        share.holds(index, &case(index))
                    };
                    assert_eq!((1..=n).filter(holds).count(), 1, "{kind} {n} {index}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_share_is_refused() {
        for wrong in ["", "hash", "hash:0/3", "hash:4/3", "slice:1/0", "count:1/2", "hash:1/2/3", "hash:-1/2"]
        {
            assert!(wrong.parse::<Partition>().is_err(), "{wrong}");
        }
        let third: Partition = "slice:3/3".parse().expect("right");
        assert_eq!(third.to_string(), "slice:3/3");
    }
}
