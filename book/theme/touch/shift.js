// Points, and two fits of one curve to them: QR, and the normal equations.
touchDraw.shift = ({ colour, path, plain }) => (numbers, [power]) => {
    const [condition, off, failed] = numbers;
    const rest = numbers.slice(3);
    const count = rest.length / 3;
    const [points, byQr, byNormal] = [0, 1, 2].map(k => rest.slice(k * count, (k + 1) * count));
    const at = (i, v) => [30 + i * 580 / (count - 1), 180 - Math.max(-170, Math.min(170, v * 14))];
    const line = (values, style) => `<path d="${path(values.map((v, i) => at(i, v)))}" ${style}/>`;
    const dots = points.map((v, i) => `<circle cx="${at(i, v)[0]}" cy="${at(i, v)[1]}" r="4" fill="currentColor" stroke="none"/>`);
    const digits = Math.round(Math.log10(condition));
    const start = `The first point is day ${plain(Math.round(10 ** power))}, the condition about 10 to the power ${digits}. `;
    const end = failed
        ? "The normal equations have no answer: rounding has left AᵀA without a positive pivot."
        : `The two curves are at most ${off < 0.001 ? "0.001" : plain(off)} apart.`;
    return {
        svg: dots.join("") + line(byQr, `stroke="${colour(1)}" stroke-width="3"`) +
            (failed ? "" : line(byNormal, `stroke="${colour(2)}" stroke-width="2" stroke-dasharray="7 5"`)),
        says: start + end,
    };
};
