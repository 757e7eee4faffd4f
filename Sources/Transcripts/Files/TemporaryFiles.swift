import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The temporary files that are being written, so that a program which a signal ends leaves none of them.
///
/// A conversation is private, and a half of it under a hidden name is found by nobody who would delete it.
package enum TemporaryFiles {
    /// A place for one file; its name is owned by whoever takes it out.
    private typealias Name = Atomic<UnsafeMutablePointer<CChar>?>

    /// The place in which a file is noted.
    struct Slot: Sendable { fileprivate let index: Int }

    /// As many files as are written at once: a transcript, its key and a report, with room to spare.
    private static let count = 8

    // A pointer to atomics is as safe as they are; it is made once and lives as long as the program.
    nonisolated(unsafe) private static let names: UnsafeMutablePointer<Name> = {
        let names = UnsafeMutablePointer<Name>.allocate(capacity: count)
        for index in 0..<count { (names + index).initialize(to: Name(nil)) }
        return names
    }()

    /// Notes a file before it is made; nil when there is no room, or no signal would look.
    static func note(_ path: String) -> Slot? {
        guard let name = strdup(path) else { return nil }
        for index in 0..<count {
            let isTaken = names[index].compareExchange(expected: nil, desired: name, ordering: .sequentiallyConsistent)
            if isTaken.exchanged { return Slot(index: index) }
        }
        free(name)
        return nil
    }

    /// Forgets a file that has its name by now, or is gone.
    static func forget(_ slot: Slot?) {
        guard let slot else { return }
        // What a signal has taken out is the signal's.
        free(names[slot.index].exchange(nil, ordering: .sequentiallyConsistent))
    }

    /// Removes every file that is being written; for the end of the program.
    ///
    /// Safe within a signal handler after ``prepare()``: it allocates and locks nothing.
    ///
    /// - Returns: Whether there was one.
    @discardableResult
    package static func removeAll() -> Bool {
        var isAny = false
        for index in 0..<count {
            guard let name = names[index].exchange(nil, ordering: .sequentiallyConsistent) else { continue }
            unlink(name)
            isAny = true
        }
        return isAny
    }

    /// Makes the places, which must not happen within a signal handler.
    package static func prepare() { _ = names }
}
