/// The few most recently used values, by key: programs keep memory, and there is no limit to the shapes that they are
/// made for.
package struct RecentlyUsed<Key: Equatable, Value> {
    private let capacity: Int
    /// The most recently used entry is last.
    private var entries: [(key: Key, value: Value)] = []

    package init(capacity: Int = 8) { self.capacity = capacity }

    package var count: Int { entries.count }

    /// The value of a key, which becomes the most recently used.
    package mutating func value(for key: Key) -> Value? {
        guard let index = entries.firstIndex(where: { $0.key == key }) else { return nil }
        let entry = entries.remove(at: index)
        entries.append(entry)
        return entry.value
    }

    /// Adds a value, replacing the least recently used one where there are too many.
    package mutating func insert(_ value: Value, for key: Key) {
        entries.removeAll { $0.key == key }
        entries.append((key, value))
        if entries.count > capacity { entries.removeFirst() }
    }
}

extension RecentlyUsed: Sendable where Key: Sendable, Value: Sendable {}
