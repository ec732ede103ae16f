import CFoveaImages
import FoveaFoundation
import Synchronization

/// A change of an embedded ICC profile's colours to those of sRGB (IEC 61966-2-1), by LittleCMS with the perceptual intent, as
/// Pillow's `ImageCms.profileToProfile` has it.
///
/// Any number of threads may apply it at once: it is not changed after it is made.
// `@unchecked`: what the handle points to is only read, and freed with the last reference.
@safe final class ColourTransform: @unchecked Sendable {
    private let handle: OpaquePointer
    private let channels: Int

    /// Larger profiles are ignored: 4 MiB.
    static let maximumProfileByteCount = Int(fovea_most_profile_bytes)

    private struct Key: Equatable {
        let channels: Int
        let profile: [UInt8]
    }

    /// A folder's pictures have few profiles between them, and making a transform takes as long as decoding a picture. Nil
    /// stands for a profile that changes nothing.
    private static let known = Mutex(RecentlyUsed<Key, ColourTransform?>(capacity: 8))

    /// Nil where the profile is damaged or larger than 4 MiB, not of so many channels, or describes sRGB.
    ///
    /// - Parameters:
    ///   - profile: empty for none.
    ///   - channels: 1 for luminance, 3 for red, green and blue, 4 for inks.
    static func from(_ profile: [UInt8], channels: Int) -> ColourTransform? {
        guard !profile.isEmpty, profile.count <= maximumProfileByteCount else { return nil }
        let key = Key(channels: channels, profile: profile)
        if let found = known.withLock({ $0.value(for: key) }) { return found }
        // Outside the lock, so that others need not wait; two threads may make the same.
        let made = ColourTransform(profile, channels)
        known.withLock { $0.insert(made, for: key) }
        return made
    }

    private init?(_ profile: [UInt8], _ channels: Int) {
        // Safe: the library copies what it needs of the profile.
        guard let handle = unsafe fovea_colour_transform_create(profile, profile.count, Int32(channels)) else {
            return nil
        }
        unsafe self.handle = unsafe handle
        self.channels = channels
    }

    deinit { unsafe fovea_colour_transform_free(handle) }

    /// The pixels with 1 channel where they have 1, otherwise with 3.
    func applied(to pixels: [UInt8]) -> [UInt8] {
        let count = pixels.count / channels
        let size = channels == 1 ? count : 3 * count
        // Safe: the transform reads and writes as many bytes as both arrays have.
        return unsafe [UInt8](unsafeUninitializedCapacity: size) { target, written in
            if let start = target.baseAddress { unsafe fovea_colour_transform_apply(handle, pixels, start, count) }
            written = size
        }
    }
}
