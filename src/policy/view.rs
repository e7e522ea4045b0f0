//! What a policy may see of the cluster.

use std::ops::Range;

/// The signals of every replica, by cluster-wide index.
#[derive(Clone, Copy, Default)]
pub struct View<'a> {
    /// Requests admitted and not ended: waiting and active.
    pub held: &'a [u32],
    /// How much one request counts in the load, in 2^-32 of a request on a GPU of 1000 tok/s.
    pub load_of_one: &'a [f64],
    /// Expected work of the requests held, in microseconds of the replica's full rates.
    pub expected_work: &'a [u64],
    /// What prefix caches hold of the request's prompt; `None` where nothing is cached, and unless the router says that it
    /// compares prefixes.
    pub prefixes: Option<&'a dyn Prefixes>,
}

/// Leading tokens of a request's prompt in the prefix caches, found without a look at every replica.
pub trait Prefixes {
    /// Names the replicas of a level with the leading tokens that each may have; whether there is such a level. Level 0 is
    /// of those that may have the most; all of a level that are not in one before it have fewer than those that are.
    /// A replica in no level has none. `visit` must not call [`settle`](Prefixes::settle): collect a level first.
    fn level(&self, level: usize, visit: &mut dyn FnMut(u32, u32)) -> bool;

    /// How many a replica does have: never more than a level says, and as many from then on. Fewer where something was
    /// evicted that has not been accounted for.
    fn settle(&self, replica: u32) -> u32;
}

impl View<'_> {
    /// Whether the load of a replica is below that of another. Where both prefill alike, the requests they hold say so.
    #[must_use]
    #[inline]
    pub fn is_less_loaded(&self, replica: u32, other: u32) -> bool {
        let (one, two) = (replica as usize, other as usize);
        let of_one = self.load_of_one[one];
        // Up to 2^32 a request no load reaches the end of its range, and each request adds more than rounding takes away.
        if of_one == self.load_of_one[two] && of_one <= 4_294_967_296.0 {
            return self.held[one] < self.held[two];
        }
        self.load(replica) < self.load(other)
    }

    /// `held` weighted by how slowly the replica prefills, in 2^-32 of a request on a GPU of 1000 tok/s: rounding to these
    /// steps makes equal loads equal. Computed when it is looked at: most routers do not, or at two replicas only.
    #[must_use]
    #[inline]
    pub fn load(&self, replica: u32) -> u64 {
        let replica = replica as usize;
        (f64::from(self.held[replica]) * self.load_of_one[replica] + 0.5) as u64
    }
}

/// The replicas a request may go to: those large enough for it when empty, less those tried already.
#[derive(Clone, Copy, Debug)]
pub struct Candidates<'a> {
    /// Rising and disjoint.
    ranges: &'a [Range<u32>],
    /// Replicas inside `ranges`, rising.
    tried: &'a [u32],
}

impl<'a> Candidates<'a> {
    /// `ranges` must rise and be disjoint, `tried` must rise and lie inside them.
    #[must_use]
    pub fn new(ranges: &'a [Range<u32>], tried: &'a [u32]) -> Candidates<'a> {
        debug_assert!(tried.is_sorted(), "tried replicas are kept sorted");
        Candidates { ranges, tried }
    }

    /// How many are left.
    #[must_use]
    #[inline]
    pub fn len(&self) -> u32 {
        self.ranges.iter().map(|range| range.end - range.start).sum::<u32>() - self.tried.len() as u32
    }

    /// Whether none is left.
    #[must_use]
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a replica is among them.
    #[must_use]
    pub fn contains(&self, replica: u32) -> bool {
        self.ranges.iter().any(|range| range.contains(&replica))
            && self.tried.binary_search(&replica).is_err()
    }

    /// The replica at a position below [`Candidates::len`], counting up by index.
    #[must_use]
    #[inline]
    pub fn at(&self, position: u32) -> u32 {
        if let ([range], []) = (self.ranges, self.tried) {
            return range.start + position;
        }
        self.at_in_spans(position)
    }

    fn at_in_spans(&self, position: u32) -> u32 {
        let mut left = position;
        for span in self.spans() {
            let n = span.end - span.start;
            if left < n {
                return span.start + left;
            }
            left -= n;
        }
        unreachable!("position {position} is not below the number of candidates")
    }

    /// Maximal runs of candidates without a gap, rising.
    pub fn spans(self) -> impl Iterator<Item = Range<u32>> + 'a {
        self.ranges.iter().flat_map(move |range| {
            let inside = self.tried.iter().copied().filter(move |gpu| range.contains(gpu));
            let starts = std::iter::once(range.start).chain(inside.clone().map(|gpu| gpu + 1));
            let ends = inside.chain(std::iter::once(range.end));
            starts.zip(ends).map(|(start, end)| start..end).filter(|span| !span.is_empty())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tried_replicas_split_the_ranges() {
        let ranges = [0..4, 6..8];
        let candidates = Candidates::new(&ranges, &[1, 6]);
        assert_eq!(candidates.spans().collect::<Vec<_>>(), [0..1, 2..4, 7..8]);
        assert_eq!(candidates.len(), 4);
        assert_eq!((0..4).map(|position| candidates.at(position)).collect::<Vec<_>>(), [0, 2, 3, 7]);
        assert_eq!((0..9).filter(|replica| candidates.contains(*replica)).collect::<Vec<_>>(), [0, 2, 3, 7]);
    }

    #[test]
    fn who_is_less_loaded_has_the_lesser_load() {
        // As of GPUs that prefill 8,000, 8,000, 999, 999 and 10^12 tok/s.
        let load_of_one = [8e3, 8e3, 999.0, 999.0, 1e12].map(|rate: f64| 1e3 / rate * 4_294_967_296.0);
        for held in [[3, 4, 1, 2, 9], [5, 5, 2, 2, 5], [u32::MAX, u32::MAX - 1, 0, 1, u32::MAX]] {
            let view = View { held: &held, load_of_one: &load_of_one, ..View::default() };
            for (one, other) in (0..5).flat_map(|one| (0..5).map(move |other| (one, other))) {
                assert_eq!(
                    view.is_less_loaded(one, other),
                    view.load(one) < view.load(other),
                    "{one} {other}"
                );
            }
        }
    }
}
