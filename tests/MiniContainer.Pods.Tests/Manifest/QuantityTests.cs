// Kubernetes' quantities and the expansion of $(NAME).

using MiniContainer.Pods.Manifest;

namespace MiniContainer.Pods.Tests.Manifest;

public class QuantityTests
{
    [Theory]
    [InlineData("100Mi", 104857600)]
    [InlineData("100M", 100000000)]
    [InlineData("1k", 1000)]
    [InlineData("1Ki", 1024)]
    [InlineData("1e3", 1000)]
    [InlineData("1E3", 1000)]
    [InlineData("9E9", 9e9)]
    [InlineData("1E", 1e18)]
    [InlineData("0.5", 0.5)]
    [InlineData("500m", 0.5)]
    [InlineData("1.5Gi", 1610612736)]
    [InlineData("-1", -1)]
    [InlineData("250u", 0.00025)]
    public void Quantities_are_kubernetes(string text, double amount) =>
    Quantity.Parse(text).Should().Be((decimal)amount);

    [Theory]
    [InlineData("")]
    [InlineData("Mi")]
    [InlineData("100mb")]
    [InlineData("100MB")]
    [InlineData("1e3Mi")]
    [InlineData("1 Gi")]
    [InlineData("1,5")]
    [InlineData("99999999999999999999")]
    [InlineData("16Ei")]
    public void Others_are_none(string text)
    {

        Quantity.Parse(text).Should().BeNull();
    }

    [Theory]
    [InlineData("$(A)", "1")]
    [InlineData("x$(A)y$(B)z", "x1y2z")]
    [InlineData("$(NONE)", "$(NONE)")]
    [InlineData("$$(A)", "$(A)")]
    [InlineData("$$$(A)", "$1")]
    [InlineData("$A", "$A")]
    [InlineData("$(A", "$(A")]
    [InlineData("cost: 5$", "cost: 5$")]
    [InlineData("$(C)", "$(A)")]
    [InlineData("$()", "$()")]
    [InlineData("", "")]
    public void References_are_expanded_once(string text, string expanded) =>
        Expansion.Expand(text, new Dictionary<string, string> { ["A"] = "1", ["B"] = "2", ["C"] = "$(A)" }).Should()
            .Be(expanded);
}
