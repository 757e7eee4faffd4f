/// Things that fall due at some time, most of which are withdrawn before.
///
/// Knows no clock: times are whatever the owner measures from one start. Usually each is later than those before, so
/// that adding costs as little as withdrawing does.
struct DeadlineList<Item> {
    private struct Entry {
        let time: Duration
        let number: Int
    }

    /// In the order in which they fall due, the withdrawn ones among them.
    private var entries: [Entry] = []
    /// Up to here entries are over.
    private var head = 0
    private var items: [Int: Item] = [:]
    private var lastNumber = 0

    /// How many wait.
    var count: Int { items.count }

    /// How many places are taken, for those who wait and for those that were withdrawn.
    var footprint: Int { entries.count }

    /// When the first falls due, nil when none waits.
    var next: Duration? {
        mutating get {
            while head < entries.count, items[entries[head].number] == nil { head += 1 }
            return head < entries.count ? entries[head].time : nil
        }
    }

    /// Adds an item.
    ///
    /// - Returns: The number by which it is withdrawn.
    mutating func add(_ item: Item, at time: Duration) -> Int {
        lastNumber += 1
        items[lastNumber] = item
        var place = entries.count
        while place > head, entries[place - 1].time > time { place -= 1 }
        entries.insert(Entry(time: time, number: lastNumber), at: place)
        return lastNumber
    }

    /// Withdraws an item; one that has fallen due already is not there any more.
    mutating func remove(_ number: Int) {
        items[number] = nil
        // Those left behind go together, so that each costs a constant and never more than the others.
        guard entries.count > 2 * items.count + 64 else { return }
        entries = entries[head...].filter { items[$0.number] != nil }
        head = 0
    }

    /// Takes out everything that is due at a time, the earliest first.
    mutating func takeDue(at time: Duration) -> [Item] {
        var due: [Item] = []
        while let next, next <= time {
            if let item = items.removeValue(forKey: entries[head].number) { due.append(item) }
            head += 1
        }
        return due
    }
}
