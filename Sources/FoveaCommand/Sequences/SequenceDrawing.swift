/// The two ways to read a sequence as drawings: filters over time, and a memory, folded and unfolded.
struct SequenceDrawing {
    private static let steps = 7

    /// Three layers of a convolution with three taps; what the middle of the last layer sees is drawn stronger.
    var convolution: String {
        let names = ["input", "layer 1", "layer 2", "layer 3"]
        func x(_ step: Int) -> Int { 90 + step * 54 }
        func y(_ layer: Int) -> Int { 236 - layer * 64 }
        var lines = ""
        var nodes = ""
        for layer in 0..<names.count {
            let reach = names.count - 1 - layer
            for step in 0..<Self.steps {
                let isSeen = abs(step - Self.steps / 2) <= reach
                if layer > 0 {
                    for below in step - 1...step + 1 where (0..<Self.steps).contains(below) {
                        lines +=
                            "<path d=\"M\(x(below)) \(y(layer - 1))L\(x(step)) \(y(layer))\" stroke=\"var(--train)\" opacity=\"\(isSeen ? 0.9 : 0.15)\"/>\n"
                    }
                }
                nodes += circle(x(step), y(layer), fill: "var(--train)", opacity: isSeen ? 1 : 0.3)
            }
            nodes += "<text x=\"8\" y=\"\(y(layer) + 4)\">\(names[layer])</text>\n"
        }
        return "<svg viewBox=\"0 0 440 268\" width=\"440\">\n\(lines)\(nodes)</svg>"
    }

    /// A cell with an arrow to itself, and the same cell step by step.
    var recurrence: String {
        let (x, y, a) = (236, 20, 128)
        var drawing = """
            \(box(36, a, "a"))
            <text x="52" y="\(x)" text-anchor="middle">x</text><text x="52" y="\(y)" text-anchor="middle">y</text>
            \(arrow(52, x - 16, 52, a + 34))\(arrow(52, a, 52, y + 8))
            <path d="M68 \(a + 8)c34 -22 34 42 2 20" fill="none" stroke="var(--val)" stroke-width="2"/>
            <text x="104" y="\(a + 4)">W_aa</text>
            <text x="140" y="\(a + 22)">=</text>

            """
        let places = [176, 256, 336]
        for (index, place) in places.enumerated() {
            let name = ["t−1", "t", "t+1"][index]
            drawing += """
                \(box(place, a, "a"))
                <text x="\(place + 16)" y="\(x)" text-anchor="middle">x \(name)</text>
                <text x="\(place + 16)" y="\(y)" text-anchor="middle">y \(name)</text>
                \(arrow(place + 16, x - 16, place + 16, a + 34))\(arrow(place + 16, a, place + 16, y + 8))
                \(arrow(place + 33, a + 16, place + 78, a + 16))

                """
        }
        return "<svg viewBox=\"0 0 440 268\" width=\"440\">\n\(drawing)</svg>"
    }

    private func circle(_ x: Int, _ y: Int, fill: String, opacity: Double) -> String {
        "<circle cx=\"\(x)\" cy=\"\(y)\" r=\"9\" fill=\"var(--back)\"/>"
            + "<circle cx=\"\(x)\" cy=\"\(y)\" r=\"9\" fill=\"\(fill)\" opacity=\"\(opacity)\"/>\n"
    }

    private func box(_ x: Int, _ y: Int, _ text: String) -> String {
        "<rect x=\"\(x)\" y=\"\(y)\" width=\"32\" height=\"32\" rx=\"6\" fill=\"var(--val)\" opacity=\"0.35\"/>"
            + "<text x=\"\(x + 16)\" y=\"\(y + 21)\" text-anchor=\"middle\">\(text)</text>"
    }

    /// A line with a tip.
    private func arrow(_ x1: Int, _ y1: Int, _ x2: Int, _ y2: Int) -> String {
        let isVertical = x1 == x2
        let direction = isVertical ? (y2 > y1 ? -6 : 6) : (x2 > x1 ? -6 : 6)
        let tip =
            isVertical
            ? "M\(x2 - 4) \(y2 + direction)L\(x2) \(y2)L\(x2 + 4) \(y2 + direction)"
            : "M\(x2 + direction) \(y2 - 4)L\(x2) \(y2)L\(x2 + direction) \(y2 + 4)"
        return "<path d=\"M\(x1) \(y1)L\(x2) \(y2)\(tip)\" fill=\"none\" stroke=\"var(--val)\" stroke-width=\"2\"/>"
    }
}
