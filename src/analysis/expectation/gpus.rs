//! `on fast[0]`, `on fast`, `on gpu 3`: replicas by their cluster-wide index.

use super::{Lowering, Place, error};
use crate::analysis::{suggest, values};
use crate::model::{Bound, Cluster, GpuSelection};
use crate::source::Span;
use crate::syntax::ast::{Expr, GpuRef, Ident, Indexed};

impl Lowering<'_, '_> {
    /// The replicas of a group, all or some.
    pub(super) fn gpus(&mut self, reference: &GpuRef, place: Place<'_>) -> Option<GpuSelection> {
        let cluster = place.cluster?;
        match reference {
            GpuRef::Group(name) => {
                let replicas = cluster.replicas(self.group(name, cluster)?);
                Some(GpuSelection { first: replicas.start, last: replicas.end - 1 })
            }
            GpuRef::Indexed(indexed) => {
                let replicas = cluster.replicas(self.group(&indexed.name, cluster)?);
                let (first, last) = self.indices(indexed, replicas.len())?;
                Some(GpuSelection { first: replicas.start + first, last: replicas.start + last })
            }
        }
    }

    /// The replica that a physical GPU belongs to.
    pub(super) fn gpu(&mut self, index: &Expr, span: Span, place: Place<'_>) -> Option<GpuSelection> {
        let cluster = place.cluster?;
        let n_gpus: usize = cluster.groups.iter().map(|group| group.n_gpus as usize).sum();
        let mut index_in_group = self.index(index, "the cluster", "GPUs", n_gpus, span)?;
        for (position, group) in cluster.groups.iter().enumerate() {
            if index_in_group < group.n_gpus as usize {
                let replica =
                    cluster.replicas(position).start + index_in_group / group.tensor_parallel as usize;
                return Some(GpuSelection { first: replica, last: replica });
            }
            index_in_group -= group.n_gpus as usize;
        }
        unreachable!("an index below the number of GPUs lies in a group")
    }

    fn group(&mut self, name: &Ident, cluster: &Cluster) -> Option<usize> {
        let found = cluster.groups.iter().position(|group| group.name == name.text);
        if found.is_none() {
            let known: Vec<&str> = cluster.groups.iter().map(|group| group.name.as_str()).collect();
            let near = suggest::nearest(&name.text, known.iter().copied());
            self.report(error::unknown_group(name, &near, &known));
        }
        found
    }

    fn indices(&mut self, indexed: &Indexed, n_replicas: usize) -> Option<(usize, usize)> {
        let owner = format!("`{}`", indexed.name.text);
        let first = self.index(&indexed.first, &owner, "replicas", n_replicas, indexed.span);
        let last = match &indexed.last {
            Some(last) => self.index(last, &owner, "replicas", n_replicas, indexed.span),
            None => first,
        };
        let (first, last) = (first?, last?);
        if first > last {
            self.report(error::reversed(&self.text(indexed.span), indexed.span));
            return None;
        }
        Some((first, last))
    }

    fn index(&mut self, expr: &Expr, owner: &str, things: &str, count: usize, whole: Span) -> Option<usize> {
        let index = values::count(expr, "index", Bound::NotNegative, self.ctx)?;
        let inside = usize::try_from(index).ok().filter(|index| *index < count);
        if inside.is_none() {
            self.report(error::index_outside(&self.text(whole), owner, things, count, expr.span()));
        }
        inside
    }
}
