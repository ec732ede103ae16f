/// One way to write a digit: strokes of the pen through knots, in a box whose height is 1, x to the right and y down.
struct GlyphStyle: Sendable {
    /// The frequency of this style relative to the digit's other styles.
    let frequency: Double
    let strokes: [[Knot]]

    init(_ frequency: Double, _ strokes: [Knot]...) {
        self.frequency = frequency
        self.strokes = strokes
    }

    /// A point that a stroke passes through: smoothly, or with a corner.
    struct Knot: Sendable {
        var position: SIMD2<Double>
        let isCorner: Bool
    }
}

private func via(_ x: Double, _ y: Double) -> GlyphStyle.Knot { .init(position: [x, y], isCorner: false) }
private func corner(_ x: Double, _ y: Double) -> GlyphStyle.Knot { .init(position: [x, y], isCorner: true) }

extension GlyphStyle {
    /// The styles of each digit.
    static let ofDigit = [zero, one, two, three, four, five, six, seven, eight, nine]

    private static let zero = [
        GlyphStyle(
            4,
            [
                via(0.36, 0.02), via(0.12, 0.16), via(0.0, 0.52), via(0.1, 0.88), via(0.3, 1), via(0.52, 0.88),
                via(0.64, 0.5), via(0.54, 0.12), via(0.34, 0), via(0.24, 0.06),
            ]),
        // The ends do not meet: a gap at the upper right.
        GlyphStyle(
            1,
            [
                via(0.5, 0.1), via(0.3, 0.02), via(0.08, 0.24), via(0, 0.6), via(0.12, 0.93), via(0.36, 0.98),
                via(0.6, 0.74), via(0.64, 0.36), via(0.5, 0.06), via(0.34, 0),
            ]),
        // The end crosses the start.
        GlyphStyle(
            1,
            [
                via(0.44, 0.06), via(0.2, 0.1), via(0.02, 0.46), via(0.08, 0.84), via(0.3, 1), via(0.54, 0.8),
                via(0.6, 0.42), via(0.46, 0.1), via(0.26, 0.0), via(0.16, 0.08),
            ]),
        // The pen sets down inside the ring.
        GlyphStyle(
            0.7,
            [
                via(0.2, 0.24), via(0.42, 0.06), via(0.2, 0.04), via(0.0, 0.42), via(0.1, 0.88), via(0.34, 1),
                via(0.6, 0.76), via(0.62, 0.32), via(0.4, 0.02), via(0.24, 0.06),
            ]),
    ]

    private static let one = [
        GlyphStyle(8, [via(0, 0), via(0, 0.5), via(0, 1)]),
        GlyphStyle(1, [via(-0.2, 0.22), corner(0, 0), via(0, 1)]),
        GlyphStyle(0.7, [via(-0.2, 0.2), corner(0, 0), via(0, 1)], [via(-0.28, 1), via(0.28, 1)]),
    ]

    private static let two = [
        // A flat base.
        GlyphStyle(
            3,
            [
                via(0.04, 0.22), via(0.16, 0.04), via(0.36, 0), via(0.54, 0.12), via(0.54, 0.34), via(0.36, 0.64),
                corner(0, 0.98), via(0.3, 0.97), via(0.66, 0.98),
            ]),
        // A loop at the lower left.
        GlyphStyle(
            3,
            [
                via(0.02, 0.2), via(0.16, 0.03), via(0.38, 0.0), via(0.52, 0.16), via(0.46, 0.48), via(0.28, 0.82),
                via(0.1, 0.98), via(0.0, 0.88), via(0.12, 0.76), via(0.36, 0.88), via(0.68, 0.92),
            ]),
        // A wavy base.
        GlyphStyle(
            1.5,
            [
                via(0.02, 0.16), via(0.2, 0), via(0.44, 0.08), via(0.5, 0.3), via(0.34, 0.62), corner(0.04, 0.92),
                via(0.2, 0.86), via(0.44, 0.97), via(0.68, 0.94),
            ]),
        // A large loop, a falling tail.
        GlyphStyle(
            2.5,
            [
                via(0.12, 0.2), via(0.3, 0), via(0.52, 0.08), via(0.5, 0.4), via(0.34, 0.8), via(0.12, 0.98),
                via(-0.04, 0.86), via(0.08, 0.64), via(0.34, 0.7), via(0.54, 0.9), via(0.82, 0.98),
            ]),
        // Wide and flat, nearly a Z.
        GlyphStyle(
            1,
            [
                via(0.02, 0.1), via(0.3, 0.0), via(0.62, 0.04), via(0.58, 0.26), via(0.3, 0.66), corner(0.04, 0.94),
                via(0.44, 0.98), via(0.86, 0.94),
            ]),
        // Leaning far over, with a small loop at the corner.
        GlyphStyle(
            1.5,
            [
                via(0.2, 0.16), via(0.38, 0.02), via(0.58, 0.04), via(0.62, 0.22), via(0.44, 0.54), via(0.16, 0.86),
                via(0.0, 0.94), via(0.06, 0.82), via(0.28, 0.84), via(0.5, 0.96), via(0.78, 0.86),
            ]),
    ]

    private static let three = [
        // A corner between the bows.
        GlyphStyle(
            4,
            [
                via(0.04, 0.12), via(0.24, 0), via(0.48, 0.08), via(0.48, 0.28), corner(0.22, 0.46), via(0.48, 0.54),
                via(0.58, 0.74), via(0.42, 0.95), via(0.18, 1), via(0, 0.9),
            ]),
        // Round between the bows.
        GlyphStyle(
            2,
            [
                via(0.04, 0.08), via(0.28, 0), via(0.5, 0.12), via(0.42, 0.36), via(0.28, 0.46), via(0.46, 0.54),
                via(0.58, 0.74), via(0.4, 0.97), via(0.14, 0.98), via(0, 0.88),
            ]),
        // A flat top.
        GlyphStyle(
            0.7,
            [
                via(0.04, 0.04), corner(0.52, 0), corner(0.26, 0.4), via(0.5, 0.5), via(0.58, 0.74), via(0.38, 0.98),
                via(0.02, 0.92),
            ]),
        // The lower bow is drawn out to the lower left.
        GlyphStyle(
            1.2,
            [
                via(0.12, 0.1), via(0.36, 0), via(0.54, 0.06), via(0.46, 0.24), corner(0.24, 0.42), via(0.44, 0.44),
                via(0.5, 0.6), via(0.36, 0.82), via(0.1, 0.98), via(-0.12, 1),
            ]),
        // A small loop between the bows.
        GlyphStyle(
            0.8,
            [
                via(0.02, 0.14), via(0.24, 0), via(0.5, 0.1), via(0.42, 0.34), via(0.22, 0.48), via(0.18, 0.4),
                via(0.4, 0.46), via(0.56, 0.7), via(0.4, 0.96), via(0.12, 0.98), via(-0.02, 0.86),
            ]),
    ]

    private static let four = [
        // Open: a corner at the left, the stem apart.
        GlyphStyle(
            4,
            [via(0.1, 0.02), via(0.04, 0.3), corner(0.0, 0.5), via(0.3, 0.5), via(0.64, 0.46)],
            [via(0.56, 0), via(0.52, 0.5), via(0.48, 1)]),
        // Open and round at the lower left, in one stroke.
        GlyphStyle(
            3,
            [
                via(0.06, 0.04), via(0.0, 0.32), via(0.12, 0.52), via(0.34, 0.5), via(0.52, 0.34), corner(0.58, 0.06),
                via(0.54, 0.5), via(0.5, 1),
            ]),
        // Closed.
        GlyphStyle(
            2,
            [via(0.42, 0.02), via(0.2, 0.34), corner(0, 0.62), via(0.34, 0.62), via(0.7, 0.6)],
            [via(0.42, 0.02), via(0.42, 0.5), via(0.4, 1)]),
        // Open, with a wide top, the bar going on beyond a short stem.
        GlyphStyle(
            1.5,
            [via(0.06, 0), via(0.06, 0.34), via(0.04, 0.64), via(0.28, 0.66), via(0.82, 0.56)],
            [via(0.66, 0.02), via(0.58, 0.5), via(0.52, 1)]),
        // Closed, with a pointed top, in one stroke.
        GlyphStyle(
            0.7,
            [
                via(0.46, 0.06), via(0.2, 0.28), via(0, 0.5), via(0.24, 0.56), via(0.44, 0.5), corner(0.46, 0.04),
                via(0.46, 0.5), via(0.46, 1),
            ]),
    ]

    private static let five = [
        // The bar apart.
        GlyphStyle(
            4,
            [
                via(0.14, 0.04), corner(0.1, 0.42), via(0.32, 0.36), via(0.54, 0.5), via(0.54, 0.78), via(0.34, 0.98),
                via(0, 0.94),
            ],
            [via(0.13, 0.03), via(0.38, 0.02), via(0.66, 0)]),
        // In one stroke.
        GlyphStyle(
            2,
            [
                via(0.64, 0), corner(0.2, 0.04), corner(0.12, 0.44), via(0.36, 0.4), via(0.54, 0.56), via(0.5, 0.82),
                via(0.28, 1), via(0, 0.92),
            ]),
        // Like an S.
        GlyphStyle(
            2,
            [
                via(0.66, 0), via(0.36, 0.04), via(0.18, 0.24), via(0.26, 0.42), via(0.48, 0.58), via(0.5, 0.84),
                via(0.28, 1), via(0.04, 0.96),
            ]),
        // Wide, with a long bar and a large bow.
        GlyphStyle(
            1.5,
            [
                via(0.2, 0.06), corner(0.14, 0.4), via(0.4, 0.32), via(0.62, 0.5), via(0.56, 0.82), via(0.26, 1),
                via(-0.06, 0.9),
            ],
            [via(0.2, 0.06), via(0.5, 0.04), via(0.94, 0)]),
    ]

    private static let six = [
        GlyphStyle(
            3,
            [
                via(0.44, 0), via(0.18, 0.26), via(0.02, 0.62), via(0.1, 0.92), via(0.32, 1), via(0.54, 0.84),
                via(0.5, 0.62), via(0.3, 0.56), via(0.08, 0.74),
            ]),
        // A straight back, a small bow.
        GlyphStyle(
            2,
            [
                via(0.2, 0), via(0.08, 0.34), via(0.0, 0.72), via(0.12, 0.96), via(0.34, 0.98), via(0.48, 0.8),
                via(0.38, 0.62), via(0.2, 0.66), via(0.04, 0.84),
            ]),
        // A wide bow, the back bent.
        GlyphStyle(
            1,
            [
                via(0.56, 0.04), via(0.32, 0.08), via(0.08, 0.36), via(0, 0.7), via(0.16, 0.97), via(0.44, 0.97),
                via(0.6, 0.76), via(0.46, 0.54), via(0.22, 0.56), via(0.06, 0.72),
            ]),
        // A long back, a small bow at its foot.
        GlyphStyle(
            1,
            [
                via(0.3, 0), via(0.12, 0.4), via(0.02, 0.8), via(0.12, 0.98), via(0.32, 0.94), via(0.4, 0.76),
                via(0.24, 0.7), via(0.06, 0.86),
            ]),
        // The bow closes against the back.
        GlyphStyle(
            1,
            [
                via(0.36, 0), via(0.12, 0.26), via(0.0, 0.6), via(0.08, 0.9), via(0.3, 1), via(0.54, 0.84),
                via(0.54, 0.58), via(0.34, 0.44), via(0.04, 0.56),
            ]),
    ]

    private static let seven = [
        GlyphStyle(4, [via(0, 0.06), via(0.28, 0.05), corner(0.58, 0), via(0.42, 0.42), via(0.24, 1)]),
        // A serif at the left.
        GlyphStyle(
            1.5,
            [via(0, 0.2), corner(0.02, 0.04), via(0.3, 0.04), corner(0.6, 0.02), via(0.46, 0.4), via(0.36, 1)]),
        // A round shoulder.
        GlyphStyle(
            2, [via(0, 0.1), via(0.2, 0.02), via(0.48, 0), via(0.54, 0.14), via(0.4, 0.5), via(0.22, 1)]),
        // A bar.
        GlyphStyle(
            1.2, [via(0, 0.04), via(0.3, 0.02), corner(0.6, 0), via(0.42, 0.44), via(0.24, 1)],
            [via(0.12, 0.52), via(0.62, 0.48)]),
        // A wide top, a short steep stem.
        GlyphStyle(
            1, [via(0, 0.16), via(0.1, 0.02), via(0.4, 0.04), corner(0.74, 0), via(0.62, 0.4), via(0.52, 1)]),
    ]

    private static let eight = [
        // From the upper right, in one stroke.
        GlyphStyle(
            4,
            [
                via(0.52, 0.14), via(0.3, 0), via(0.08, 0.12), via(0.14, 0.36), via(0.38, 0.56), via(0.48, 0.8),
                via(0.28, 1), via(0.06, 0.88), via(0.12, 0.66), via(0.38, 0.42), via(0.54, 0.2), via(0.5, 0.06),
            ]),
        // The end does not reach the start.
        GlyphStyle(
            1,
            [
                via(0.5, 0.04), via(0.24, 0.02), via(0.08, 0.18), via(0.26, 0.42), via(0.44, 0.66), via(0.36, 0.96),
                via(0.12, 0.98), via(0.04, 0.8), via(0.2, 0.58), via(0.46, 0.36), via(0.6, 0.14),
            ]),
        // Two rings.
        GlyphStyle(
            1,
            [
                via(0.3, 0.46), via(0.1, 0.36), via(0.08, 0.12), via(0.3, 0), via(0.5, 0.12), via(0.46, 0.36),
                via(0.28, 0.47),
            ],
            [
                via(0.28, 0.46), via(0.06, 0.6), via(0.02, 0.86), via(0.26, 1), via(0.52, 0.88), via(0.5, 0.6),
                via(0.3, 0.46),
            ]),
        // Slim, the upper ring open at the right.
        GlyphStyle(
            1,
            [
                via(0.46, 0.1), via(0.26, 0), via(0.08, 0.16), via(0.2, 0.44), via(0.32, 0.7), via(0.22, 1),
                via(0.06, 0.94), via(0.1, 0.72), via(0.32, 0.44), via(0.54, 0.06),
            ]),
        // A small, narrow lower ring under a wide upper one.
        GlyphStyle(
            1,
            [
                via(0.6, 0.1), via(0.34, 0.0), via(0.06, 0.14), via(0.14, 0.38), via(0.34, 0.58), via(0.36, 0.86),
                via(0.22, 1), via(0.1, 0.86), via(0.2, 0.62), via(0.46, 0.4), via(0.62, 0.16),
            ]),
        // Begun in the middle: the upper ring, then the lower.
        GlyphStyle(
            1,
            [
                via(0.34, 0.46), via(0.14, 0.32), via(0.14, 0.08), via(0.36, 0), via(0.5, 0.16), via(0.4, 0.4),
                via(0.14, 0.62), via(0.02, 0.86), via(0.2, 1), via(0.42, 0.84), via(0.38, 0.6), via(0.2, 0.42),
            ]),
    ]

    private static let nine = [
        // A straight stem.
        GlyphStyle(
            4,
            [
                via(0.5, 0.1), via(0.28, 0), via(0.06, 0.16), via(0.04, 0.38), via(0.22, 0.48), via(0.42, 0.34),
                corner(0.52, 0.08), via(0.48, 0.5), via(0.42, 1),
            ]),
        // A stem that bends out of the ring.
        GlyphStyle(
            2,
            [
                via(0.46, 0.16), via(0.28, 0), via(0.06, 0.12), via(0.02, 0.34), via(0.2, 0.44), via(0.42, 0.3),
                via(0.5, 0.12), via(0.5, 0.44), via(0.38, 0.76), via(0.22, 1),
            ]),
        // A hook at the bottom.
        GlyphStyle(
            1,
            [
                via(0.5, 0.14), via(0.3, 0), via(0.06, 0.14), via(0.06, 0.38), via(0.28, 0.46), via(0.46, 0.32),
                corner(0.52, 0.12), via(0.54, 0.5), via(0.46, 0.86), via(0.24, 1), via(0.04, 0.92),
            ]),
        // A large ring, a short stem.
        GlyphStyle(
            1,
            [
                via(0.54, 0.2), via(0.34, 0), via(0.06, 0.16), via(0.0, 0.46), via(0.2, 0.66), via(0.46, 0.48),
                corner(0.58, 0.12), via(0.58, 0.5), via(0.56, 1),
            ]),
        // The ring is open at the top.
        GlyphStyle(
            1.5,
            [
                via(0.38, 0.02), via(0.14, 0.1), via(0.0, 0.32), via(0.12, 0.48), via(0.36, 0.36), corner(0.54, 0.1),
                via(0.48, 0.5), via(0.4, 1),
            ]),
    ]
}
