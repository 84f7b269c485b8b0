// From the words of a property to the bytes of D-Bus, by the property's type (D-Bus specification, "Marshaling").

using System.Globalization;
using MiniContainer.Kernel;
using Tmds.DBus.Protocol;

namespace MiniContainer.Containers.Systemd;

/// <summary>Writes properties into messages.</summary>
internal static class UnitPropertyWriter
{
    /// <summary>Writes properties as an array of pairs of a name and a variant, a(sv).</summary>
    public static void Write(ref MessageWriter writer, IReadOnlyList<UnitProperty> properties)
    {
        var array = writer.WriteArrayStart(DBusType.Struct);
        foreach (var property in properties)
        {
            writer.WriteStructureStart();
            writer.WriteString(property.Name);
            writer.WriteSignature(property.Type);
            var (words, type) = (new Queue<string>(property.Words), property.Type);
            try
            {
                Value(ref writer, words, ref type);
            }
            catch (Exception e) when (e is FormatException or OverflowException or InvalidOperationException)
            {
                throw new MinicException($"set the property {property.Name}",
                    $"\"{string.Join(' ', property.Words)}\" is no value of the type {property.Type}", inner: e);
            }
        }

        writer.WriteArrayEnd(array);
    }

    // Takes the words of one complete type from the front, and the type too.
    private static void Value(ref MessageWriter writer, Queue<string> words, ref string type)
    {
        var first = type[0];
        type = type[1..];
        switch (first)
        {
            case 'a':
                Array(ref writer, words, ref type);
                break;
            case '(':
                writer.WriteStructureStart();
                while (type[0] != ')')
                    Value(ref writer, words, ref type);
                type = type[1..];
                break;
            default:
                Plain(ref writer, first, words.Dequeue());
                break;
        }
    }

    private static void Array(ref MessageWriter writer, Queue<string> words, ref string type)
    {
        var count = int.Parse(words.Dequeue(), CultureInfo.InvariantCulture);
        var start = writer.WriteArrayStart(type[0] == '(' ? DBusType.Struct : (DBusType)type[0]);
        for (var i = 0; i < count; i++)
        {
            var element = type;
            Value(ref writer, words, ref element);
        }

        writer.WriteArrayEnd(start);
        type = AfterOne(type);
    }

    private static string AfterOne(string type)
    {
        var (at, open) = (0, 0);
        do
        {
            open += type[at] == '(' ? 1 : type[at] == ')' ? -1 : 0;
        }
        while (type[at++] == 'a' || open > 0);
        return type[at..];
    }

    private static void Plain(ref MessageWriter writer, char type, string word)
    {
        var culture = CultureInfo.InvariantCulture;
        switch (type)
        {
            case 'b':
                writer.WriteBool(word == "true");
                break;
            case 'y':
                writer.WriteByte(byte.Parse(word, culture));
                break;
            case 'n':
                writer.WriteInt16(short.Parse(word, culture));
                break;
            case 'q':
                writer.WriteUInt16(ushort.Parse(word, culture));
                break;
            case 'i':
                writer.WriteInt32(int.Parse(word, culture));
                break;
            case 'u':
                writer.WriteUInt32(uint.Parse(word, culture));
                break;
            case 'x':
                writer.WriteInt64(long.Parse(word, culture));
                break;
            case 't':
                writer.WriteUInt64(ulong.Parse(word, culture));
                break;
            case 'd':
                writer.WriteDouble(double.Parse(word, culture));
                break;
            case 's':
                writer.WriteString(word);
                break;
            case 'o':
                writer.WriteObjectPath(word);
                break;
            default:
                throw new FormatException($"no property of a unit has the type {type}");
        }
    }
}
