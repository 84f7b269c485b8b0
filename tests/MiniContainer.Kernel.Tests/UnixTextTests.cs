namespace MiniContainer.Kernel.Tests;

public class UnixTextTests
{
    public static IEnumerable<object[]> Bytes() => new[]
    {
        "", "plain", "caf\u00e9", "\ud83d\udca9 two halves", "\udbff\udfff", "\ufffd itself",
    }.Select(text => new object[] { System.Text.Encoding.UTF8.GetBytes(text), true }).Concat(new byte[][]
    {
        [0x63, 0x61, 0x66, 0xe9], [0xff], [0xc3], [0xe2, 0x82], [0xf0, 0x9f, 0x92], [0xed, 0xb2, 0x80], [0xc0, 0x80],
        [0x80, 0x41, 0xc3, 0xa9, 0xfe],
    }.Select(bytes => new object[] { bytes, false }));

    [Theory]
    [MemberData(nameof(Bytes))]
    public void Every_byte_comes_back(byte[] bytes, bool utf8)
    {
        var text = UnixText.Decode(bytes);
        UnixText.IsUtf8(text).Should().Be(utf8);
        UnixText.Encode(text).Should().Equal(bytes);
        if (utf8)
            text.Should().Be(System.Text.Encoding.UTF8.GetString(bytes));
    }

    [Fact]
    public void What_is_not_UTF8_is_shown_by_its_number() =>
    UnixText.Shown(UnixText.Decode([0x63, 0xe9, 0xf0, 0x9f, 0x92, 0xa9])).Should().Be("c\\xe9\ud83d\udca9");
}
