import FoveaGraph

/// A new value of a state, by the coordinates of its shape.
struct StateUpdate {
    let place: View
    var value: Expression
    let shape: Shape
}

extension ProgramPlanner {
    /// Writes the new values of states, in one launch for each formula.
    ///
    /// Old values are read until then: by the other steps of a run, and by other updates.
    mutating func write(_ updates: [StateUpdate], guardedBy guardView: View?) {
        var updates = updates.filter { $0.value != .load($0.place) && $0.shape.elementCount > 0 }
        let places = Dictionary(updates.map { ($0.place.buffer, $0) }, uniquingKeysWith: { first, _ in first })
        for index in updates.indices {
            let update = updates[index]
            // Of a state that is written, too, an update reads the element at its own place only.
            let readsOther = update.value.views.contains { view in
                places[view.buffer].map { $0.place != view || $0.shape != update.shape } ?? false
            }
            if readsOther || flatStores([update], guardedBy: guardView) == nil {
                updates[index].value = .load(view(storing: update.value, update.shape, update.place.dataType))
            }
        }
        let rows = together(updates).map { group in
            guard let row = flatStores(group, guardedBy: guardView) else {
                preconditionFailure("updates that share a tensor, each of them flat, are flat together")
            }
            return row
        }
        store(rows, guardedBy: guardView)
    }

    /// The updates in groups that are computed together, because one reads what the other writes, or both read the same.
    private func together(_ updates: [StateUpdate]) -> [[StateUpdate]] {
        struct Elements: Hashable {
            let view: View
            let shape: Shape
        }
        var parents = Array(updates.indices)
        func root(_ index: Int) -> Int { parents[index] == index ? index : root(parents[index]) }
        var owners: [Elements: Int] = [:]
        for (index, update) in updates.enumerated() {
            for view in update.value.views + [update.place] where view.strides.contains(where: { $0 != 0 }) {
                let elements = Elements(view: view, shape: update.shape)
                let (own, other) = (root(index), root(owners[elements] ?? index))
                owners[elements] = index
                parents[max(own, other)] = min(own, other)
            }
        }
        var groups: [Int: [StateUpdate]] = [:]
        for (index, update) in updates.enumerated() { groups[root(index), default: []].append(update) }
        return groups.sorted { $0.key < $1.key }.map(\.value)
    }

    private func flatStores(_ updates: [StateUpdate], guardedBy guardView: View?) -> FlatStores? {
        FlatStores(
            updates.map { PlacedExpression(place: $0.place, value: $0.value) }, updates[0].shape,
            guardedBy: guardView?.dataType)
    }
}
