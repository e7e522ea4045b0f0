//! Replicas to which something happened, each once: what changed in an instant, what is out of date.

/// A set of replicas by index, cheap to add to and to go through.
#[derive(Debug)]
pub(super) struct ReplicaSet {
    listed: Vec<u32>,
    is_listed: Vec<bool>,
}

impl ReplicaSet {
    /// Of `n` replicas none.
    pub(super) fn new(n: usize) -> ReplicaSet {
        ReplicaSet { listed: Vec::new(), is_listed: vec![false; n] }
    }

    /// All of `n` replicas.
    pub(super) fn all(n: usize) -> ReplicaSet {
        ReplicaSet { listed: (0..n as u32).collect(), is_listed: vec![true; n] }
    }

    /// Adds a replica, unless it is there.
    #[inline]
    pub(super) fn insert(&mut self, replica: u32) {
        if !std::mem::replace(&mut self.is_listed[replica as usize], true) {
            self.listed.push(replica);
        }
    }

    /// Whether a replica is there.
    pub(super) fn contains(&self, replica: u32) -> bool {
        self.is_listed[replica as usize]
    }

    /// Brings them into the order of their indices.
    #[inline]
    pub(super) fn sort(&mut self) {
        if self.listed.len() > 1 {
            self.listed.sort_unstable();
        }
    }

    /// How many there are.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.listed.len()
    }

    /// The replica at a position.
    #[inline]
    pub(super) fn at(&self, position: usize) -> u32 {
        self.listed[position]
    }

    /// All of them.
    #[inline]
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> {
        self.listed.iter().copied()
    }

    /// Takes one out, the last; for going through all of them in any order.
    #[inline]
    pub(super) fn pop(&mut self) -> Option<u32> {
        let replica = self.listed.pop()?;
        self.is_listed[replica as usize] = false;
        Some(replica)
    }

    /// Empties it.
    #[inline]
    pub(super) fn clear(&mut self) {
        for &replica in &self.listed {
            self.is_listed[replica as usize] = false;
        }
        self.listed.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_replica_is_there_once_and_in_order_once_sorted() {
        let mut set = ReplicaSet::new(4);
        [3, 1, 3, 0, 1].into_iter().for_each(|replica| set.insert(replica));
        set.sort();
        assert_eq!(set.iter().collect::<Vec<_>>(), [0, 1, 3]);
        set.clear();
        set.insert(3);
        assert_eq!((set.len(), set.at(0)), (1, 3));
    }

    #[test]
    fn what_is_taken_out_can_come_again() {
        let mut set = ReplicaSet::all(3);
        while set.pop().is_some() {}
        set.insert(2);
        assert_eq!((set.len(), set.at(0)), (1, 2));
    }
}
