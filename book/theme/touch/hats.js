// A function, and the network that imitates it.
touchDraw.hats = ({ colour, path, pairs, plain }) => (numbers, [width]) => {
    const both = pairs(numbers.slice(3));
    const values = both.flat();
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const at = (i, v) => [30 + i * 580 / (both.length - 1), 330 - (v - low) * 300 / (high - low || 1)];
    const line = (k, style) => `<path d="${path(both.map((pair, i) => at(i, pair[k])))}" ${style}/>`;
    return {
        svg: line(0, `stroke-dasharray="5 4"`) + line(1, `stroke="${colour(1)}" stroke-width="3"`),
        says: `With ${width} hidden unit${width === 1 ? "" : "s"} the network is at most ${plain(numbers[0])} away from the function.`,
    };
};
