extension [any Transform] {
    /// A text that tells these transforms from others, by all of their settings; nil where one is not Fovea's own, whose
    /// description need not have them.
    package var settingsText: String? {
        let own = String(reflecting: Preprocessing.self).prefix { $0 != "." } + "."
        let texts = map(String.init(reflecting:))
        let isOwn = zip(self, texts).allSatisfy { transform, text in
            // A value of numbers: the text has each of them.
            String(reflecting: type(of: transform)).hasPrefix(own) && text.hasPrefix(own)
        }
        return isOwn ? texts.joined(separator: " ") : nil
    }
}
