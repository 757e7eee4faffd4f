#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Prints samples as median, 95th percentile and extremes.
enum Figure {
    static func print(_ name: String, _ samples: [Double], unit: String) {
        let sorted = samples.sorted()
        let padded = name + String(repeating: " ", count: max(1, 34 - name.count))
        Swift.print(
            "\(padded)p50 \(rounded(percentile(50, sorted))) \(unit)   p95 \(rounded(percentile(95, sorted))) \(unit)   "
                + "min \(rounded(sorted.first ?? .nan))   max \(rounded(sorted.last ?? .nan))   n \(sorted.count)"
        )
    }

    /// At most two decimals, none for large figures.
    static func rounded(_ value: Double) -> String {
        value >= 100 ? "\(Int(value.rounded()))" : "\((value * 100).rounded() / 100)"
    }

    private static func percentile(_ percent: Int, _ sorted: [Double]) -> Double {
        guard !sorted.isEmpty else { return .nan }
        return sorted[min(sorted.count - 1, sorted.count * percent / 100)]
    }
}

/// What a measured program runs in: its own home, no colours to look past.
enum Environment {
    static let quiet = ["TERM": "xterm-256color", "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin", "HOME": "/nonexistent"]
}

/// What the kernel says of a process.
enum Memory {
    /// The largest resident set of this process so far, in kilobytes.
    static var peakKilobytes: Int {
        var usage = rusage()
        #if canImport(Darwin)
        getrusage(RUSAGE_SELF, &usage)
        return Int(usage.ru_maxrss) / 1024
        #else
        getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        return Int(usage.ru_maxrss)
        #endif
    }

    /// The resident set in kilobytes, 0 where `/proc` is missing.
    static func residentKilobytes(of process: Int32) -> Int {
        guard let file = fopen("/proc/\(process)/status", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 512)
        while fgets(&line, 512, file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if text.hasPrefix("VmRSS:") { return Int(text.filter(\.isNumber)) ?? 0 }
        }
        return 0
    }
}
