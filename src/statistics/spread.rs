//! A sample of one number: its mean with an interval, and its ends.

use super::student_quantile;

/// How probable it is that an interval holds the mean of all runs there could be.
const CONFIDENCE: f64 = 0.95;

/// A number over several runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// How many numbers there are.
    pub n: usize,
    /// Their mean.
    pub mean: f64,
    /// Half the width of the 95 % interval of the mean, by Student's t; `None` of a single number, which says nothing
    /// about others.
    pub half_width: Option<f64>,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
}

impl Spread {
    /// Of some finite numbers; `None` where there are none, or where their sum leaves the range of floats.
    #[must_use]
    pub fn of(numbers: &[f64]) -> Option<Spread> {
        let n = numbers.len();
        let min = numbers.iter().copied().reduce(f64::min)?;
        let max = numbers.iter().copied().reduce(f64::max)?;
        let mean = numbers.iter().sum::<f64>() / n as f64;
        // The mean of equal numbers is that number to the last bit, and there is no spread.
        let mean = if min == max { min } else { mean };
        let squares: f64 = numbers.iter().map(|number| (number - mean) * (number - mean)).sum();
        let half_width = (n > 1).then(|| {
            let standard_error = libm::sqrt(squares / (n - 1) as f64 / n as f64);
            student_quantile(f64::midpoint(1.0, CONFIDENCE), n - 1) * standard_error
        });
        let is_finite = mean.is_finite() && half_width.is_none_or(f64::is_finite);
        is_finite.then_some(Spread { n, mean, half_width, min, max })
    }

    /// Of the differences of pairs, as [`Spread::of`]. Where both sides of a pair had the same requests, what varies with
    /// the requests alone cancels, and the interval is that of what the sides do differently.
    #[must_use]
    pub fn of_differences(pairs: &[(f64, f64)]) -> Option<Spread> {
        let differences: Vec<f64> = pairs.iter().map(|(one, other)| one - other).collect();
        Spread::of(&differences)
    }

    /// Whether zero lies in the interval, so that the numbers do not show which side of zero their mean is on; `None`
    /// without an interval.
    #[must_use]
    pub fn holds_zero(&self) -> Option<bool> {
        self.half_width.map(|half_width| self.mean.abs() <= half_width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_and_interval_are_those_of_the_textbook() {
        let spread = Spread::of(&[4.0, 8.0, 6.0, 2.0]).expect("numbers");
        assert_eq!((spread.n, spread.mean, spread.min, spread.max), (4, 5.0, 2.0, 8.0));
        // The variance is 20/3, the standard error sqrt(20/12), and t at 97.5 % with 3 degrees of freedom 3.182446.
        let half_width = spread.half_width.expect("four numbers");
        assert!((half_width - 3.182_446_305 * libm::sqrt(20.0 / 12.0)).abs() < 1e-8, "{half_width}");
        assert_eq!(spread.holds_zero(), Some(false));
    }

    #[test]
    fn one_number_has_no_interval_and_equal_numbers_have_none_of_any_width() {
        let one = Spread::of(&[3.0]).expect("a number");
        assert_eq!((one.half_width, one.holds_zero()), (None, None));
        let equal = Spread::of(&[0.1, 0.1, 0.1]).expect("numbers");
        assert_eq!((equal.mean, equal.half_width), (0.1, Some(0.0)));
        assert_eq!(Spread::of(&[]), None);
        assert_eq!(
            Spread::of(&[f64::MAX, f64::MAX]),
            Spread::of(&[f64::MAX; 3]).map(|spread| Spread { n: 2, ..spread })
        );
        assert_eq!(Spread::of(&[f64::MAX, f64::MAX / 2.0]), None);
    }

    #[test]
    fn pairs_show_what_two_separate_samples_hide() {
        let (slow, fast) = ([10.0, 50.0, 30.0, 90.0], [9.0, 48.5, 29.0, 88.0]);
        let pairs: Vec<(f64, f64)> = slow.into_iter().zip(fast).collect();
        let paired = Spread::of_differences(&pairs).expect("pairs");
        assert_eq!((paired.mean, paired.holds_zero()), (1.375, Some(false)));
        let width =
            |sample: &[f64]| Spread::of(sample).and_then(|spread| spread.half_width).expect("numbers");
        assert!(width(&slow) > 40.0 && width(&fast) > 40.0);
    }
}
