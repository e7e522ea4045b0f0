//! Student's t distribution, of which only quantiles above the median are needed.
//!
//! The probability beyond t is half a regularized incomplete beta function, evaluated by its continued fraction
//! (Abramowitz and Stegun, 26.5.8 and 26.7.1). Above zero it falls and is convex, so that Newton's method, begun at zero,
//! approaches the quantile from below and needs no bracket.

use std::f64::consts::PI;

/// The value that Student's t with `freedom` degrees of freedom does not exceed with this probability.
///
/// # Panics
/// Unless the probability is from 0.5 to below 1 and there is a degree of freedom.
#[must_use]
pub fn student_quantile(probability: f64, freedom: usize) -> f64 {
    assert!((0.5..1.0).contains(&probability), "only quantiles from the median on are known");
    assert!(freedom > 0, "t has at least one degree of freedom");
    const MOST_STEPS: usize = 500;
    let freedom = freedom as f64;
    let beyond = 1.0 - probability;
    let ln_beta = ln_beta_with_half(freedom / 2.0);
    let mut t = 0.0_f64;
    for _ in 0..MOST_STEPS {
        let step = (tail(t, freedom, ln_beta) - beyond) / density(t, freedom, ln_beta);
        let next = t + step;
        // At the quantile only roundings are left, which go either way.
        if next <= t {
            break;
        }
        t = next;
    }
    t
}

/// The probability beyond `t`, which is not negative.
fn tail(t: f64, freedom: f64, ln_beta: f64) -> f64 {
    let square = t * t;
    let (a, b) = (freedom / 2.0, 0.5);
    let (x, rest) = (freedom / (freedom + square), square / (freedom + square));
    // a * ln(x), exact for x close to 1.
    let ln_x = -libm::log1p(square / freedom);
    let factor = libm::exp(a * ln_x + b * libm::log(rest.max(f64::MIN_POSITIVE)) - ln_beta);
    // The fraction converges quickly below the mean of the distribution, and from the other side above it.
    if x < (a + 1.0) / (a + b + 2.0) {
        0.5 * factor * fraction(x, a, b) / a
    } else {
        0.5 - 0.5 * factor * fraction(rest, b, a) / b
    }
}

fn density(t: f64, freedom: f64, ln_beta: f64) -> f64 {
    let ln_power = (freedom + 1.0) / 2.0 * libm::log1p(t * t / freedom);
    libm::exp(-ln_power - ln_beta) / libm::sqrt(freedom)
}

/// ln B(a, 1/2).
fn ln_beta_with_half(a: f64) -> f64 {
    libm::lgamma(a) + 0.5 * libm::log(PI) - libm::lgamma(a + 0.5)
}

/// The continued fraction of the incomplete beta function, by Lentz's method.
fn fraction(x: f64, a: f64, b: f64) -> f64 {
    const MOST_TERMS: u32 = 10_000;
    let away_from_zero = |value: f64| if value.abs() < f64::MIN_POSITIVE { f64::MIN_POSITIVE } else { value };
    let mut denominator = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut numerator = 1.0;
    let mut value = denominator;
    for term in 1..MOST_TERMS {
        let m = f64::from(term);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for coefficient in [even, odd] {
            denominator = 1.0 / away_from_zero(1.0 + coefficient * denominator);
            numerator = away_from_zero(1.0 + coefficient / numerator);
            change = denominator * numerator;
            value *= change;
        }
        if (change - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    /// At these probabilities, `scipy.stats.t.ppf` of SciPy 1.17.1.
    const PROBABILITIES: [f64; 6] = [0.6, 0.9, 0.95, 0.975, 0.995, 0.9995];

    #[rustfmt::skip]
    const QUANTILES: &[(usize, [f64; 6])] = &[
        (1, [0.324_919_696_232_906_34, 3.077_683_537_175_254_4, 6.313_751_514_675_037, 12.706_204_736_174_694, 63.656_741_162_871_526, 636.619_248_768_789_7]),
        (2, [0.288_675_134_594_812_8, 1.885_618_083_164_127_2, 2.919_985_580_353_724_2, 4.302_652_729_749_462, 9.924_843_200_918_287, 31.599_054_576_445_365]),
        (3, [0.276_670_662_332_689_8, 1.637_744_353_696_209, 2.353_363_434_801_823_3, 3.182_446_305_283_707_8, 5.840_909_309_733_355, 12.923_978_636_687_961]),
        (4, [0.270_722_294_707_597_6, 1.533_206_274_058_944, 2.131_846_786_326_649_5, 2.776_445_105_197_793_4, 4.604_094_871_349_992, 8.610_301_581_379_522]),
        (5, [0.267_180_865_704_145_1, 1.475_884_048_824_481_5, 2.015_048_373_333_023_3, 2.570_581_835_636_314_6, 4.032_142_983_555_228, 6.868_826_625_881_276]),
        (6, [0.264_834_532_933_573_4, 1.439_755_747_265_148_3, 1.943_180_280_515_304_2, 2.446_911_851_144_978_6, 3.707_428_021_324_806_5, 5.958_816_178_818_89]),
        (7, [0.263_166_861_352_022_9, 1.414_923_927_650_508_6, 1.894_578_605_090_006_2, 2.364_624_251_592_784, 3.499_483_297_350_492_4, 5.407_882_520_861_828]),
        (8, [0.261_921_096_748_832_35, 1.396_815_309_743_865_4, 1.859_548_037_530_897_3, 2.306_004_135_204_166, 3.355_387_331_333_395, 5.041_305_433_373_456]),
        (9, [0.260_955_336_473_911, 1.383_028_738_396_632_9, 1.833_112_932_656_237, 2.262_157_162_798_205, 3.249_835_541_592_126, 4.780_912_585_931_217]),
        (10, [0.260_184_829_492_080_3, 1.372_183_641_110_336, 1.812_461_122_811_675_6, 2.228_138_851_986_274, 3.169_272_672_616_95, 4.586_893_858_702_708]),
        (11, [0.259_555_860_476_270_44, 1.363_430_318_020_540_7, 1.795_884_818_704_043_3, 2.200_985_160_091_639, 3.105_806_515_539_280_4, 4.436_979_338_234_516]),
        (12, [0.259_032_745_676_887_33, 1.356_217_334_023_205, 1.782_287_555_649_319, 2.178_812_829_667_228_4, 3.054_539_589_392_901_3, 4.317_791_283_606_247_5]),
        (13, [0.258_590_857_711_767_8, 1.350_171_288_780_055_2, 1.770_933_395_986_872_5, 2.160_368_656_462_791_3, 3.012_275_838_716_578, 4.220_831_727_707_18]),
        (14, [0.258_212_653_889_058_56, 1.345_030_374_454_651, 1.761_310_135_774_891, 2.144_786_687_917_804, 2.976_842_734_370_834_4, 4.140_454_112_738_259]),
        (15, [0.257_885_300_937_261_25, 1.340_605_607_850_455_8, 1.753_050_355_692_572, 2.131_449_545_559_776, 2.946_712_883_475_238, 4.072_765_195_903_846]),
        (16, [0.257_599_194_855_141_93, 1.336_757_167_327_315_3, 1.745_883_676_276_249_5, 2.119_905_299_221_254_6, 2.920_781_622_425_1, 4.014_996_327_184_108]),
        (17, [0.257_347_005_751_277_8, 1.333_379_389_721_626_8, 1.739_606_726_075_072_5, 2.109_815_577_833_315_6, 2.898_230_519_677_418_3, 3.965_126_272_119_082]),
        (18, [0.257_123_042_638_170_76, 1.330_390_943_569_909_3, 1.734_063_606_617_538_8, 2.100_922_040_241_038_2, 2.878_440_472_738_607_7, 3.921_645_825_085_208_4]),
        (19, [0.256_922_819_796_154_67, 1.327_728_209_026_798_6, 1.729_132_811_521_368_2, 2.093_024_054_408_308_7, 2.860_934_606_464_979_4, 3.883_405_852_592_131]),
        (20, [0.256_742_753_854_502_1, 1.325_340_706_985_046_5, 1.724_718_242_920_786_6, 2.085_963_447_265_864, 2.845_339_709_786_107_7, 3.849_516_274_930_874_4]),
        (21, [0.256_579_947_831_048_26, 1.323_187_873_865_172_8, 1.720_742_902_811_878, 2.079_613_844_727_679_5, 2.831_359_558_023_05, 3.819_277_164_274_509_6]),
        (22, [0.256_432_034_344_470_76, 1.321_236_741_613_362, 1.717_144_374_380_242_4, 2.073_873_067_904_025_4, 2.818_756_060_600_142_3, 3.792_130_671_698_437]),
        (23, [0.256_297_059_914_685_15, 1.319_460_239_816_162_1, 1.713_871_527_747_048, 2.068_657_610_419_048_6, 2.807_335_683_769_999, 3.767_626_804_311_824_6]),
        (24, [0.256_173_398_317_791_57, 1.317_835_933_673_149_8, 1.710_882_079_909_428, 2.063_898_561_628_024_5, 2.796_939_504_774_456, 3.745_398_619_290_096]),
        (25, [0.256_059_684_827_151_4, 1.316_345_072_673_87, 1.708_140_761_251_898_6, 2.059_538_552_753_297_2, 2.787_435_813_676_97, 3.725_143_949_728_693]),
        (26, [0.255_954_765_694_867_5, 1.314_971_864_270_517_5, 1.705_617_919_759_272_7, 2.055_529_438_642_873_5, 2.778_714_533_329_683, 3.706_611_743_480_952_5]),
        (27, [0.255_857_658_906_877_23, 1.313_702_912_829_273_7, 1.703_288_445_722_126_5, 2.051_830_516_480_284_6, 2.770_682_957_122_211, 3.689_591_713_459_278_4]),
        (28, [0.255_767_523_382_335, 1.312_526_781_592_666_4, 1.701_130_934_265_931_3, 2.048_407_141_795_245_4, 2.763_262_455_461_444, 3.673_906_400_701_317_6]),
        (29, [0.255_683_634_571_256_04, 1.311_433_647_301_551, 1.699_127_026_533_497_2, 2.045_229_642_132_703, 2.756_385_903_670_605, 3.659_405_019_466_374_8]),
        (30, [0.255_605_364_951_912_8, 1.310_415_025_391_395_5, 1.697_260_886_593_957, 2.042_272_456_301_237_8, 2.749_995_653_567_225_4, 3.645_958_635_042_062_7]),
        (100, [0.254_022_182_458_227_66, 1.290_074_761_346_516, 1.660_234_326_085_339_2, 1.983_971_518_523_551_8, 2.625_890_521_438_017_3, 3.390_491_311_164_263]),
    ];

    #[test]
    fn quantiles_are_those_of_scipy() {
        for (freedom, expected) in QUANTILES {
            for (probability, expected) in PROBABILITIES.into_iter().zip(expected) {
                let found = student_quantile(probability, *freedom);
                let off = (found - expected).abs() / expected;
                assert!(off < 1e-11, "{probability} with {freedom}: {found}, expected {expected}");
            }
        }
    }

    #[test]
    fn quantiles_with_closed_forms_are_exact() {
        for probability in [0.5, 0.501, 0.75, 0.9, 0.999] {
            let one = libm::tan(PI * (probability - 0.5));
            let off = student_quantile(probability, 1) - one;
            assert!(off.abs() <= 1e-12 * one.max(1.0), "{probability}: off by {off}");
            let alpha = 4.0 * probability * (1.0 - probability);
            let two = 2.0 * (probability - 0.5) * libm::sqrt(2.0 / alpha);
            let off = student_quantile(probability, 2) - two;
            assert!(off.abs() <= 1e-12 * two.max(1.0), "{probability}: off by {off}");
        }
    }

    #[test]
    fn with_many_degrees_of_freedom_it_is_the_normal_distribution() {
        let found = student_quantile(0.975, 9_999);
        assert!((found - 1.960_201_263_621_357).abs() < 1e-9, "{found}");
    }
}
