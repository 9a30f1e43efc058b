// The cosines of random vectors: bars, and the law.
touchDraw.angles = ({ colour, path, text, plain }) => (numbers, [dimensions]) => {
    const [mean, smallest, largest] = numbers;
    const count = (numbers.length - 3) / 2;
    const [bars, law] = [numbers.slice(3, 3 + count), numbers.slice(3 + count)];
    const top = Math.max(1, ...bars, ...law);
    const x = c => 40 + (c + 1) * 280;
    const y = density => 315 - 280 * density / top;
    const left = k => 2 * k / count - 1;
    const boxes = [...bars].map((density, k) => density === 0 ? "" :
        `<rect x="${x(left(k)).toFixed(1)}" y="${y(density).toFixed(1)}" width="${560 / count}" height="${(315 - y(density)).toFixed(1)}" fill="${colour(1)}" fill-opacity="0.6" stroke="none"/>`);
    const curve = path([...law].map((density, k) => [x(left(k) + 1 / count), y(density)]));
    const ticks = [-1, -0.5, 0, 0.5, 1].map(c => `<path d="M${x(c)} 315v5"/>` + text(x(c), 338, String(c).replace("-", "−")));
    return {
        svg: boxes.join("") + `<path d="${curve}" stroke="${colour(2)}" stroke-width="2"/><path d="M40 315H600"/>` + ticks.join("") +
            text(320, 356, "cosine of two vectors"),
        says: `${dimensions} numbers: the cosines lie between ${plain(smallest)} and ${plain(largest)}, on average at ${plain(Math.abs(mean) < 0.0005 ? 0 : mean)}.`,
    };
};
