//! `on fast[0]`, `on fast`, `on gpu 3`: replicas by their cluster-wide index.

use super::{CaseContext, Lowering, error};
use crate::analysis::language::{suggest, values};
use crate::model::{Bound, Cluster, GpuSelection};
use crate::source::Span;
use crate::syntax::ast::{Expr, GpuRef, Ident, Indexed};

impl Lowering<'_, '_> {
    /// The replicas of a group, all or some.
    pub(super) fn gpus(&mut self, reference: &GpuRef, place: CaseContext<'_>) -> Option<GpuSelection> {
        let cluster = place.cluster?;
        match reference {
            GpuRef::Group(name) => {
                let replicas = cluster.replicas(self.group(name, cluster, place)?);
                Some(GpuSelection { first: replicas.start, last: replicas.end - 1 })
            }
            GpuRef::Indexed(indexed) => {
                let replicas = cluster.replicas(self.group(&indexed.name, cluster, place)?);
                let (first, last) = self.indices(indexed, replicas.len(), place)?;
                Some(GpuSelection { first: replicas.start + first, last: replicas.start + last })
            }
        }
    }

    /// The replica that a physical GPU belongs to.
    pub(super) fn gpu(&mut self, index: &Expr, span: Span, place: CaseContext<'_>) -> Option<GpuSelection> {
        let cluster = place.cluster?;
        let n_gpus: usize = cluster.groups.iter().map(|group| group.n_gpus as usize).sum();
        let mut index_in_group = self.index(index, ("the cluster", "GPU"), n_gpus, span, place)?;
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

    fn group(&mut self, name: &Ident, cluster: &Cluster, place: CaseContext<'_>) -> Option<usize> {
        let found = cluster.groups.iter().position(|group| group.name == name.text);
        if found.is_none() {
            let known: Vec<&str> = cluster.groups.iter().map(|group| group.name.as_str()).collect();
            let near = suggest::nearest(&name.text, known.iter().copied());
            self.report(error::unknown_group(name, &near, &known, place.scenario));
        }
        found
    }

    fn indices(
        &mut self,
        indexed: &Indexed,
        n_replicas: usize,
        place: CaseContext<'_>,
    ) -> Option<(usize, usize)> {
        let owner = format!("`{}`", indexed.name.text);
        let replicas = (owner.as_str(), "replica");
        let first = self.index(&indexed.first, replicas, n_replicas, indexed.span, place);
        let last = match &indexed.last {
            Some(last) => self.index(last, replicas, n_replicas, indexed.span, place),
            None => first,
        };
        let (first, last) = (first?, last?);
        if first > last {
            self.report(error::reversed(&self.text(indexed.span), indexed.span));
            return None;
        }
        Some((first, last))
    }

    /// An index below `count`, which is how many things of that name the owner has.
    fn index(
        &mut self,
        expr: &Expr,
        (owner, thing): (&str, &str),
        count: usize,
        whole: Span,
        place: CaseContext<'_>,
    ) -> Option<usize> {
        let index = values::count(expr, "index", Bound::NotNegative, self.ctx)?;
        let inside = usize::try_from(index).ok().filter(|index| *index < count);
        if inside.is_none() {
            let text = self.text(whole);
            self.report(error::index_outside(&text, owner, thing, count, place.scenario, expr.span()));
        }
        inside
    }
}
