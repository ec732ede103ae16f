/// The folder for what Fovea remembers from run to run: `fovea` in the user's cache folder, `$XDG_CACHE_HOME`, else
/// `~/.cache`.
package var userCacheFolder: String {
    // An empty or relative path counts as unset (XDG Base Directory Specification).
    if let folder = environmentVariable("XDG_CACHE_HOME"), folder.utf8.first == UInt8(ascii: "/") {
        return path(of: "fovea", in: folder)
    }
    let home = environmentVariable("HOME") ?? FileManager.default.homeDirectoryForCurrentUser.path
    return "\(home)/.cache/fovea"
}
