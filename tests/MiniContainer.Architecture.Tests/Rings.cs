namespace MiniContainer.Architecture.Tests;

/// <summary>Circles in a graph.</summary>
internal static class Rings
{
    /// <summary>
    /// The sets of nodes of which each leads to each other one (Tarjan's algorithm); those of one node are left out.
    /// </summary>
    public static IReadOnlyList<IReadOnlyList<string>> Of(IEnumerable<(string From, string To)> edges)
    {
        var next = edges.Where(e => e.From != e.To).Distinct().ToLookup(e => e.From, e => e.To);
        var (index, low, stack, found) =
            (new Dictionary<string, int>(), new Dictionary<string, int>(), new Stack<string>(),
                new List<IReadOnlyList<string>>());
        foreach (var node in next.Select(n => n.Key).Order(StringComparer.Ordinal))
        {
            if (!index.ContainsKey(node))
                Visit(node);
        }

        return found;

        void Visit(string node)
        {
            index[node] = low[node] = index.Count;
            stack.Push(node);
            foreach (var to in next[node])
            {
                if (index.TryGetValue(to, out var visited))
                {
                    low[node] = stack.Contains(to) ? Math.Min(low[node], visited) : low[node];
                    continue;
                }

                Visit(to);
                low[node] = Math.Min(low[node], low[to]);
            }

            if (low[node] != index[node])
                return;
            var ring = new List<string>();
            string member;
            do
            {
                ring.Add(member = stack.Pop());
            }
            while (member != node);
            if (ring.Count > 1)
                found.Add([.. ring.Order(StringComparer.Ordinal)]);
        }
    }
}
