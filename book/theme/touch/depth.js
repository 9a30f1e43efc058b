// The length of the gradient behind each of fifty layers.
touchDraw.depth = ({ colour, path, text, plain }) => (numbers) => {
    const x = layer => 80 + layer * 540 / 49;
    const y = log => 150 - log * 20;
    const grid = [-10, -8, -6, -4, -2, 0, 2, 4, 6].map(log =>
        `<path d="M80 ${y(log)}H620" stroke-opacity="${log ? 0.2 : 0.6}"/>` +
        text(72, y(log) + 5, log ? `10<tspan dy="-6" font-size="11">${log < 0 ? "−" : ""}${Math.abs(log)}</tspan>` : "1", "end"));
    return {
        svg: grid.join("") + text(80, 22, "layer 1", "start") + text(620, 22, "layer 50", "end") +
            `<path d="${path([...numbers].map((log, i) => [x(i), y(log)]))}" stroke="${colour(1)}" stroke-width="3"/>`,
        says: `Behind the first layer the gradient is ${plain(10 ** numbers[0])} times as long as behind the last.`,
    };
};
