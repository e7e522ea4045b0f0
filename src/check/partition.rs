//! One partition of the cases, for several machines that check one suite together.
//!
//! Invariant: over all partitions of one kind each case is in exactly one, whatever their number.

use std::fmt;
use std::str::FromStr;

use crate::digest::sha256;
use crate::model::Case;

/// One partition of several: `hash:2/3` or `slice:2/3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partition {
    kind: Kind,
    /// From 1 to `n`.
    part: u32,
    n: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// By the case's id: a case stays in its partition when others come and go.
    Hash,
    /// One after another: partitions of the same size.
    Slice,
}

impl Partition {
    /// Whether a case belongs to this partition; `position` is its place among all cases that are dealt out.
    #[must_use]
    pub fn holds(&self, position: usize, case: &Case) -> bool {
        let number = match self.kind {
            Kind::Hash => fingerprint(case),
            Kind::Slice => position as u64,
        };
        number % u64::from(self.n) == u64::from(self.part - 1)
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
            let (kind, part) = text.split_once(':')?;
            let kind = match kind {
                "hash" => Kind::Hash,
                "slice" => Kind::Slice,
                _ => return None,
            };
            let (part, n) = part.split_once('/')?;
            let (part, n) = (part.parse().ok()?, n.parse().ok()?);
            (1..=n).contains(&part).then_some(Partition { kind, part, n })
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
        write!(formatter, "{kind}:{}/{}", self.part, self.n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_case_is_in_exactly_one_partition() {
        let case =
            |index| Case { file: format!("{index}.kvs"), scenario: None, args: Vec::new(), plan: None };
        for kind in ["hash", "slice"] {
            for n in [1, 2, 3, 7] {
                for index in 0..50 {
                    let holds = |part: &u32| {
                        let partition: Partition = format!("{kind}:{part}/{n}").parse().expect("right");
                        partition.holds(index, &case(index))
                    };
                    assert_eq!((1..=n).filter(holds).count(), 1, "{kind} {n} {index}");
                }
            }
        }
    }

    #[test]
    fn what_is_not_a_partition_is_refused() {
        for wrong in ["", "hash", "hash:0/3", "hash:4/3", "slice:1/0", "count:1/2", "hash:1/2/3", "hash:-1/2"]
        {
            assert!(wrong.parse::<Partition>().is_err(), "{wrong}");
        }
        let third: Partition = "slice:3/3".parse().expect("right");
        assert_eq!(third.to_string(), "slice:3/3");
    }
}
