// minic's copies of the kernel's structures and constants, compared with what the C compiler makes of the kernel's own
// headers: a program is written that prints every one of them.

using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using MiniContainer.Kernel.Netlink;

namespace MiniContainer.Kernel.Tests.Netlink;

public class NetlinkAbiTests
{
    private static readonly Type[] Structures =
        [typeof(nlmsghdr), typeof(nlmsgerr), typeof(rtattr), typeof(ifinfomsg), typeof(ifaddrmsg), typeof(rtmsg),
            typeof(ndmsg), typeof(sockaddr_nl), typeof(nfgenmsg)];

    private const BindingFlags Everything = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    [Fact]
    public void Structures_and_constants_are_those_of_the_C_headers()
    {
        NetworkWorld.RequireTool("gcc", "gcc");
        Assert.SkipUnless(File.Exists("/usr/include/linux/rtnetlink.h"), "needs the Debian package linux-libc-dev");
        var ours = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var field in typeof(NetlinkAbi).GetFields(BindingFlags.Static | BindingFlags.Public))
            ours[AsWide(field.Name)] = Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture);
        foreach (var structure in Structures)
        {
            ours[$"sizeof(struct {structure.Name})"] = Marshal.SizeOf(structure);
            foreach (var field in structure.GetFields(Everything))
            {
                ours[$"__builtin_offsetof(struct {structure.Name}, {Renamed(field.Name)})"] =
                    (int)Marshal.OffsetOf(structure, field.Name);
                ours[$"sizeof(((struct {structure.Name} *)0)->{Renamed(field.Name)})"] =
                    Marshal.SizeOf(field.FieldType);
            }
        }

        AsCompiled(ours.Keys).Should().Equal(ours);
    }

    // C makes it an int by complement; a type has 16 bits.
    private static string AsWide(string constant) =>
        constant == "NLA_TYPE_MASK" ? "(NLA_TYPE_MASK & 0xffff)" : constant;

    // The one padding field that C calls otherwise.
    private static string Renamed(string field) => field == "ifi_pad" ? "__ifi_pad" : field;

    private static SortedDictionary<string, long> AsCompiled(IEnumerable<string> expressions)
    {
        var program = new StringBuilder("#include <stdio.h>\n#include <sys/socket.h>\n");
        foreach (var header in
            new[] { "netlink", "rtnetlink", "if", "if_link", "if_addr", "neighbour", "veth", "sockios", "nsfs",
                "netfilter/nfnetlink", "netfilter/nfnetlink_conntrack", "netfilter/nf_conntrack_common" })
            program.AppendLine(CultureInfo.InvariantCulture, $"#include <linux/{header}.h>");
        program.AppendLine("int main(void) {");
        foreach (var expression in expressions)
            program.AppendLine(CultureInfo.InvariantCulture,
                $"printf(\"%lld\\t{expression}\\n\", (long long)({expression}));");
        program.AppendLine("}");
        var directory = System.IO.Directory.CreateTempSubdirectory("minic-abi-");
        try
        {
            var source = Path.Combine(directory.FullName, "abi.c");
            File.WriteAllText(source, program.ToString());
            var lines = NetworkWorld.Shell($"gcc -o {directory}/abi {source} && {directory}/abi").Split('\n');
            return new SortedDictionary<string, long>(
                lines.Select(line => line.Split('\t'))
                    .ToDictionary(p => p[1], p => long.Parse(p[0], CultureInfo.InvariantCulture)),
                StringComparer.Ordinal);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
