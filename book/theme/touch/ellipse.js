// A symmetric matrix as a map of the plane: the circle, its image, the two directions that are only stretched.
touchDraw.ellipse = ({ colour, path, pairs, plain }) => (numbers, [, , , times]) => {
    const image = pairs(numbers.slice(6));
    const [small, large] = [0, 3].map(k => ({ value: numbers[k], x: numbers[k + 1], y: numbers[k + 2] }));
    const far = Math.max(1.2, ...image.map(([x, y]) => Math.hypot(x, y)));
    const at = ([x, y]) => [320 + x * 165 / far, 180 - y * 165 / far];
    const axes = [small, large].map(({ value, x, y }) => {
        const r = value ** times;
        return `<path d="${path([at([-r * x, -r * y]), at([r * x, r * y])])}" stroke="${colour(2)}" stroke-width="3" stroke-dasharray="3 5"/>`;
    });
    const grown = [small, large].map(({ value }) => Math.abs(value) ** times).sort((a, b) => a - b);
    return {
        svg: `<circle cx="320" cy="180" r="${165 / far}" stroke-dasharray="6 4"/>` +
            `<path d="${path(image.map(at))}Z" stroke="${colour(1)}" stroke-width="3"/>` + axes.join(""),
        says: `Eigenvalues ${plain(small.value)} and ${plain(large.value)}. Along one direction the circle is now ` +
            `${plain(grown[1])} times as wide, along the other ${plain(grown[0])} times.`,
    };
};
