// Whether the kernel would have to load a module to do something. To try it would load the module, which stays: so what
// only looks must know beforehand (lsmod(8), depmod(8), kernel.org: "Building External Modules").

namespace MiniContainer.Kernel;

/// <summary>Looks for modules of the kernel.</summary>
public static class KernelModule
{
    /// <summary>Whether a module is on disk for this kernel, and neither loaded nor built in.</summary>
    /// <param name="name">Its name: "bridge", "nf_tables".</param>
    public static bool WouldLoad(string name) => WouldLoad(name, $"/lib/modules/{Machine.Release}", "/sys/module");

    /// <summary>The same, with the directory of modules and the list of loaded ones elsewhere.</summary>
    internal static bool WouldLoad(string name, string modules, string loaded) =>
        !Directory.Exists($"{loaded}/{name}")
        && Knob.TryReadLines($"{modules}/modules.dep").Any(l => IsOf(l.Split(':')[0], name));

    // "kernel/net/bridge/bridge.ko.xz"
    private static bool IsOf(string file, string name) =>
        Path.GetFileName(file).StartsWith(name + ".ko", StringComparison.Ordinal);
}
