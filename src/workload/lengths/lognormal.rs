//! `lognormal`: the logarithm is normal; what lengths of real prompts look like.
//!
//! With `Z` standard normal, a value is `exp(mu + sigma Z)`. Any two facts determine `mu` and `sigma`:
//!
//! - the quantile of share `p` (the median is that of 1/2) is `exp(mu + sigma z_p)`, `z_p` being the normal quantile;
//! - the mean is `exp(mu + sigma^2/2)`;
//! - the coefficient of variation is `sqrt(exp(sigma^2) - 1)`, so it determines `sigma`.
//!
//! (N. L. Johnson, S. Kotz, N. Balakrishnan, "Continuous univariate distributions" 1, 1994, chapter 14.)

use std::f64::consts::SQRT_2;

use super::{Distribution, Draw, Entry, MAX, MIN, limited, quantile_of};
use crate::model::{Arg, Bound, Choice, Field, Form, Spec};
use crate::rng::Stream;
use crate::units::Dimension;
use crate::workload::Misfit;

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new(
        "lognormal",
        "skewed with a long tail; give any two of `median`, `mean`, `sigma`, `cv`, `pNN`",
    )
    .arguments(&[
        Field::optional("median", Form::OfPlace, "half of the values lie below it").within(Bound::Positive),
        Field::optional("mean", Form::OfPlace, "the mean before clamping").within(Bound::Positive),
        Field::optional("sigma", Form::Quantity(Dimension::NUMBER), "standard deviation of the logarithm")
            .within(Bound::Between(0.0, 10.0)),
        Field::optional("cv", Form::Quantity(Dimension::NUMBER), "standard deviation over the mean")
            .within(Bound::Between(0.0, 1000.0)),
        Field::optional("pNN", Form::QuantilesOfPlace, "NN % of the values lie below it; `p999` is 99.9 %")
            .within(Bound::Positive),
        MIN,
        MAX,
    ]),
    build: |choice, place| limited(choice, solve(choice)?, place.least()),
};

struct Lognormal {
    mu: f64,
    sigma: f64,
}

impl Distribution for Lognormal {
    fn draw(&self, stream: &mut Stream) -> Draw {
        Draw::of(libm::exp(self.mu + self.sigma * stream.normal()))
    }
}

/// What an argument says about the law.
#[derive(Clone, Copy)]
enum Fact {
    /// `mu + sigma z = log`.
    Quantile { z: f64, log: f64 },
    /// `mu + sigma^2/2 = log`.
    Mean { log: f64 },
    /// The standard deviation of the logarithm.
    Sigma(f64),
}

fn solve(choice: &Choice) -> Result<Lognormal, Misfit> {
    let facts = facts(choice)?;
    let [(first, first_name), (second, second_name)] = facts[..] else {
        return Err(not_two(&facts));
    };
    use Fact::{Mean, Quantile, Sigma};
    let law = match (first, second) {
        (Quantile { z, log }, Sigma(sigma)) | (Sigma(sigma), Quantile { z, log }) => {
            Some(Lognormal { mu: log - sigma * z, sigma })
        }
        (Mean { log }, Sigma(sigma)) | (Sigma(sigma), Mean { log }) => {
            Some(Lognormal { mu: log - 0.5 * sigma * sigma, sigma })
        }
        // The same quantile twice: a median and a `p50`.
        (Quantile { z, .. }, Quantile { z: other, .. }) if (z - other).abs() < 1e-9 => None,
        (Quantile { z, log }, Quantile { z: other_z, log: other_log }) => {
            let sigma = (other_log - log) / (other_z - z);
            Some(Lognormal { mu: log - sigma * z, sigma })
        }
        (Quantile { z, log }, Mean { log: mean }) | (Mean { log: mean }, Quantile { z, log }) => {
            sigma_from_mean(z, log, mean).map(|sigma| Lognormal { mu: mean - 0.5 * sigma * sigma, sigma })
        }
        (Sigma(_), Sigma(_)) | (Mean { .. }, Mean { .. }) => None,
    };
    law.filter(|law| law.sigma >= 0.0).ok_or_else(|| {
        Misfit::new(
            format!("no `lognormal` has this `{first_name}` and this `{second_name}`"),
            "give a median and a higher `p95`, or a median and a `sigma`",
        )
    })
}

/// The facts of a choice with the names of their arguments.
fn facts(choice: &Choice) -> Result<Vec<(Fact, &str)>, Misfit> {
    let mut facts = Vec::new();
    for (name, arg) in &choice.args {
        let Arg::Quantity(quantity) = arg else { continue };
        let value = quantity.value;
        let fact = match name.as_str() {
            "median" => Fact::Quantile { z: 0.0, log: libm::log(value) },
            "mean" => Fact::Mean { log: libm::log(value) },
            "sigma" => Fact::Sigma(value),
            "cv" => Fact::Sigma(libm::sqrt(libm::log1p(value * value))),
            _ => match quantile_of(name) {
                Some(share) if share > 0.0 && share < 1.0 => {
                    Fact::Quantile { z: normal_quantile(share), log: libm::log(value) }
                }
                Some(_) => {
                    return Err(Misfit::new(
                        format!("a `lognormal` has no `{name}`: it has no least and no greatest value"),
                        "use `min` and `max` for limits, or a quantile from `p1` to `p9999`",
                    ));
                }
                None => continue,
            },
        };
        facts.push((fact, name.as_str()));
    }
    Ok(facts)
}

fn not_two(facts: &[(Fact, &str)]) -> Misfit {
    let names: Vec<String> = facts.iter().map(|(_, name)| format!("`{name}`")).collect();
    let found = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    let help = if facts.len() > 2 {
        "leave out all but two: any two determine the rest"
    } else {
        "add a second one, as in `lognormal median 900 p95 4000` or `lognormal median 900 sigma 0.9`"
    };
    Misfit::new(
        format!("a `lognormal` needs two of `median`, `mean`, `sigma`, `cv`, `pNN`, found {found}"),
        help,
    )
}

/// `sigma^2/2 - z sigma + (log - mean) = 0`; of two solutions the less spread one, `None` where there is none.
fn sigma_from_mean(z: f64, log: f64, mean: f64) -> Option<f64> {
    let discriminant = z * z - 2.0 * (log - mean);
    if discriminant < 0.0 {
        return None;
    }
    let root = libm::sqrt(discriminant);
    let smaller = z - root;
    Some(if smaller >= 0.0 { smaller } else { z + root })
}

/// The value a standard normal lies below with probability `share`, by bisection of the error function.
fn normal_quantile(share: f64) -> f64 {
    let (mut low, mut high) = (-40.0, 40.0);
    // Halving 80 down to the spacing of floats near the solution; at least 2^-60.
    for _ in 0..70 {
        let middle = 0.5 * (low + high);
        if 0.5 * libm::erfc(-middle / SQRT_2) < share { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Quantity;

    fn choice(facts: &[(&str, f64)]) -> Choice {
        let choice = Choice::named("lognormal");
        facts
            .iter()
            .fold(choice, |choice, (name, value)| choice.with(name, Arg::Quantity(Quantity::number(*value))))
    }

    #[test]
    fn normal_quantiles_match_tables() {
        for (share, z) in [
            (0.5, 0.0),
            (0.95, 1.644_853_626_951_472_2),
            (0.99, 2.326_347_874_040_841),
            (0.05, -1.644_853_626_951_472_2),
        ] {
            assert!((normal_quantile(share) - z).abs() < 1e-14, "{share}: {}", normal_quantile(share));
        }
    }

    #[test]
    fn every_pair_of_facts_recovers_the_law() {
        let (mu, sigma) = (6.0, 0.8);
        let value = |name: &str| match name {
            "median" => libm::exp(mu),
            "mean" => libm::exp(mu + 0.5 * sigma * sigma),
            "sigma" => sigma,
            "cv" => libm::sqrt(libm::expm1(sigma * sigma)),
            quantile => libm::exp(mu + sigma * normal_quantile(quantile_of(quantile).unwrap())),
        };
        let names = ["median", "mean", "sigma", "cv", "p5", "p95", "p99"];
        for (position, first) in names.iter().enumerate() {
            for second in &names[position + 1..] {
                if (*first, *second) == ("sigma", "cv") {
                    continue;
                }
                for pair in [[first, second], [second, first]] {
                    let facts = pair.map(|name| (*name, value(name)));
                    let law = solve(&choice(&facts)).unwrap();
                    assert!((law.mu - mu).abs() < 1e-9, "{pair:?}: mu {}", law.mu);
                    assert!((law.sigma - sigma).abs() < 1e-9, "{pair:?}: sigma {}", law.sigma);
                }
            }
        }
    }

    #[test]
    fn facts_that_determine_nothing_are_refused() {
        for facts in [
            &[][..],
            &[("median", 900.0)],
            &[("sigma", 0.5), ("cv", 0.5)],
            &[("median", 900.0), ("p95", 400.0)],
            &[("median", 900.0), ("mean", 400.0)],
            &[("mean", 100.0), ("p95", 1000.0)],
            &[("median", 900.0), ("p50", 900.0)],
            &[("median", 900.0), ("p100", 1000.0)],
            &[("median", 900.0), ("p95", 4000.0), ("p99", 9000.0)],
        ] {
            assert!(solve(&choice(facts)).is_err(), "{facts:?}");
        }
    }
}
