//! Normal draws, by a ziggurat whose tables are computed here.
//!
//! The half density `f(x) = exp(-x^2/2)` is covered by [`LAYERS`] boxes of equal area stacked from the axis up,
//! the lowest one representing a box and the tail together (G. Marsaglia and W. W. Tsang, "The ziggurat method for
//! generating random variables", J. Statistical Software 5 (2000)). Layer, sign and position come from different
//! bits of one draw, as J. A. Doornik, "An improved ziggurat method" (2005) asks for. 98.8 % of the values cost one
//! draw, one product and one comparison.

use std::sync::LazyLock;

use super::Stream;

const LAYERS: usize = 256;

struct Ziggurat {
    /// Right edges from the lowest layer up; the first is the lowest layer's area over its height, the last is 0.
    edges: [f64; LAYERS + 1],
    /// The density at the edges.
    heights: [f64; LAYERS + 1],
}

static ZIGGURAT: LazyLock<Ziggurat> = LazyLock::new(Ziggurat::new);

impl Stream {
    /// A standard normal value.
    pub fn normal(&mut self) -> f64 {
        let ziggurat = &*ZIGGURAT;
        loop {
            let bits = self.bits();
            let layer = (bits & 0xff) as usize;
            // The upper 53 bits as a position in (-1, 1).
            let position = ((bits >> 11) as f64 + 0.5) * (1.0 / (1u64 << 52) as f64) - 1.0;
            let x = position * ziggurat.edges[layer];
            if x.abs() < ziggurat.edges[layer + 1] {
                return x;
            }
            if layer == 0 {
                return libm::copysign(self.normal_tail(ziggurat.edges[1]), x);
            }
            let (low, high) = (ziggurat.heights[layer], ziggurat.heights[layer + 1]);
            if low + self.uniform() * (high - low) < density(x) {
                return x;
            }
        }
    }

    /// A value of the tail beyond `edge` (G. Marsaglia, Technometrics 6 (1964)).
    #[cold]
    fn normal_tail(&mut self, edge: f64) -> f64 {
        loop {
            let x = self.exponential() / edge;
            if 2.0 * self.exponential() > x * x {
                return edge + x;
            }
        }
    }
}

impl Ziggurat {
    /// Finds the edge of the tail for which the last box ends exactly at the top of the density.
    fn new() -> Ziggurat {
        let (mut low, mut high) = (2.0, 6.0);
        // Bisection down to neighbouring floats: 60 halvings of an interval of length 4.
        for _ in 0..60 {
            let edge = 0.5 * (low + high);
            // A tail that begins too early makes boxes too large: the stack passes the top.
            if stack(edge).is_none() { low = edge } else { high = edge }
        }
        stack(high).expect("the bisection ends on an edge whose boxes stay below the top")
    }
}

/// The boxes over a tail that begins at `edge`; `None` where they pass the top of the density.
fn stack(edge: f64) -> Option<Ziggurat> {
    let root_half_pi = libm::sqrt(std::f64::consts::FRAC_PI_2);
    let tail = root_half_pi * libm::erfc(edge / std::f64::consts::SQRT_2);
    let area = edge * density(edge) + tail;
    let mut edges = [0.0; LAYERS + 1];
    edges[0] = area / density(edge);
    edges[1] = edge;
    for layer in 1..LAYERS - 1 {
        let height = density(edges[layer]) + area / edges[layer];
        if height >= 1.0 {
            return None;
        }
        edges[layer + 1] = libm::sqrt(-2.0 * libm::log(height));
    }
    // The top box must not be larger than the others.
    if density(edges[LAYERS - 1]) + area / edges[LAYERS - 1] > 1.0 {
        return None;
    }
    let heights = edges.map(density);
    Some(Ziggurat { edges, heights })
}

fn density(x: f64) -> f64 {
    libm::exp(-0.5 * x * x)
}
