import Foundation

/// What libvips, which decodes images, does when it is loaded.
enum ImageLibrary {
    private static let home = "VIPSHOME"

    /// Keeps libvips from loading its modules, which read formats that Fovea does not: PDF, HEIF and others. That would
    /// take longer than loading the library and decoding a picture. It looks for them below a folder that the environment
    /// names; where the user has named one, they are loaded.
    static func leaveOutModules() {
        // Safe: nothing else runs yet that could read the environment.
        unsafe setenv(home, "/nonexistent", 0)
    }
}
