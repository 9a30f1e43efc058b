// The eigenvalues of a random matrix: bars, and the law.
touchDraw.spectrum = ({ colour, path, text, plain }) => (numbers, [n, , kind]) => {
    const [edge, largest] = numbers;
    const count = (numbers.length - 2) / 2;
    const [bars, law] = [numbers.slice(2, 2 + count), numbers.slice(2 + count)];
    const x = value => 40 + (value + 3) * 560 / 6;
    const top = Math.max(0.4, ...bars, ...law);
    const y = density => 315 - 280 * density / top;
    const left = k => 6 * k / count - 3;
    const boxes = [...bars].map((density, k) => density === 0 ? "" :
        `<rect x="${x(left(k)).toFixed(1)}" y="${y(density).toFixed(1)}" width="${560 / count}" height="${(315 - y(density)).toFixed(1)}" fill="${colour(1)}" fill-opacity="0.6" stroke="none"/>`);
    const curve = path([...law].map((density, k) => [x(left(k) + 3 / count), y(density)]));
    const ticks = [-3, -2, -1, 0, 1, 2, 3].map(v => `<path d="M${x(v)} 315v5"/>` + text(x(v), 338, String(v).replace("-", "−")));
    const what = kind === 0 ? "eigenvalue" : "singular value";
    return {
        svg: boxes.join("") + `<path d="${curve}" stroke="${colour(2)}" stroke-width="2"/><path d="M40 315H600"/>` + ticks.join("") +
            text(320, 356, what),
        says: `${n} × ${n}: the largest ${what} is ${plain(largest)}; the law ends at ${plain(edge)}.`,
    };
};
