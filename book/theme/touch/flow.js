// The singular values of a product of Jacobians, layer by layer.
touchDraw.flow = ({ colour, path, text, plain }) => (numbers, [gain]) => {
    const layers = numbers.length / 4 - 1;
    const x = layer => 80 + layer * 420 / layers;
    const y = log => 140 - 9 * Math.max(-20, Math.min(12, log));
    const line = nth => path(Array.from({ length: layers + 1 }, (_, i) => [x(i), y(numbers[4 * i + nth])]));
    const grid = [-20, -15, -10, -5, 0, 5, 10].map(log =>
        `<path d="M80 ${y(log)}H500" stroke-opacity="${log ? 0.2 : 0.6}"/>` +
        text(72, y(log) + 5, log ? `10<tspan dy="-6" font-size="11">${log < 0 ? "−" : ""}${Math.abs(log)}</tspan>` : "1", "end"));
    const ends = [0, 1, 2].map(nth => ({ nth, at: y(numbers[4 * layers + nth]), name: ["best", "middle", "worst"][nth] }));
    // Names that would lie on one another are moved apart, from the top down.
    for (let i = 1; i < ends.length; i++) ends[i].at = Math.max(ends[i].at, ends[i - 1].at + 18);
    const over = Math.max(0, ends[2].at - 325);
    const curves = [0, 1, 2].map(nth =>
        `<path d="${line(nth)}" stroke="${colour(nth + 1)}" stroke-width="2" stroke-dasharray="${["none", "8 4", "2 4"][nth]}"/>`);
    const last = nth => numbers[4 * layers + nth];
    const size = log => log <= -40 ? "0" : Math.abs(log) < 3 ? plain(10 ** log) : `10 to the ${plain(log)}`;
    return {
        svg: grid.join("") + curves.join("") + `<path d="${line(3)}" stroke-width="4" stroke-opacity="0.7"/>` +
            ends.map(({ at, name }) => text(508, (at - over + 5).toFixed(1), name, "start")).join("") +
            text(80, 350, "layer 0", "start") + text(500, 350, `layer ${layers}`, "end"),
        says: `After ${layers} layers of gain ${plain(gain)} the best direction is stretched by ${size(last(0))}, the middle one by ${size(last(1))}, ` +
            `the worst by ${size(last(2))}; a random one by ${size(last(3))}.`,
    };
};
