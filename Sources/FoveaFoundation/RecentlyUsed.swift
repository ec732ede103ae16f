/// The few values that were used last, by key: programs keep memory, and the shapes that they are made for come without
/// end.
package struct RecentlyUsed<Key: Equatable, Value> {
    private let capacity: Int
    /// The one used last is at the end.
    private var entries: [(key: Key, value: Value)] = []

    package init(capacity: Int = 8) { self.capacity = capacity }

    package var count: Int { entries.count }

    /// The value of a key, which is then the one used last.
    package mutating func value(for key: Key) -> Value? {
        guard let index = entries.firstIndex(where: { $0.key == key }) else { return nil }
        let entry = entries.remove(at: index)
        entries.append(entry)
        return entry.value
    }

    /// Adds a value, in place of the one that has not been used for longest where there are too many.
    package mutating func insert(_ value: Value, for key: Key) {
        entries.removeAll { $0.key == key }
        entries.append((key, value))
        if entries.count > capacity { entries.removeFirst() }
    }
}

extension RecentlyUsed: Sendable where Key: Sendable, Value: Sendable {}
