// A vector on the circle, step by step, and the two directions that a matrix only stretches.
touchDraw.power = ({ colour, path, text, plain }) => (numbers, [other, , count]) => {
    const steps = Array.from({ length: count + 1 }, (_, i) => ({ x: numbers[3 * i], y: numbers[3 * i + 1], quotient: numbers[3 * i + 2] }));
    const at = (x, y, r = 150) => [320 + r * x, 180 - r * y];
    const line = degrees => {
        const [x, y] = [Math.cos(degrees * Math.PI / 180), Math.sin(degrees * Math.PI / 180)];
        return `<path d="${path([at(-x, -y, 170), at(x, y, 170)])}" stroke-dasharray="3 5"/>`;
    };
    const rays = steps.map(({ x, y }, i) =>
        `<path d="${path([at(0, 0), at(x, y)])}" stroke="${colour(i === steps.length - 1 ? 2 : 1)}" ` +
        `stroke-width="${i === steps.length - 1 ? 4 : 2}" stroke-opacity="${i === steps.length - 1 ? 1 : 0.5}"/>`);
    // Numbers where they have room: those that fall on one already written are left out.
    const written = [];
    const labels = steps.map(({ x, y }, i) => {
        const [left, top] = at(x, y, 168);
        if (written.some(([a, b]) => Math.hypot(a - left, b - top) < 16)) return "";
        written.push([left, top]);
        return text(left.toFixed(1), (top + 5).toFixed(1), i);
    });
    const last = steps[steps.length - 1];
    let away = Math.abs(Math.atan2(last.y, last.x) * 180 / Math.PI - 30) % 180;
    away = Math.min(away, 180 - away);
    return {
        svg: `<circle cx="320" cy="180" r="150" stroke-dasharray="6 4"/>` + line(30) + line(120) +
            text(485, 80, "× 1") + text(214, 30, `× ${plain(other)}`) + rays.join("") + labels.join(""),
        says: `After ${steps.length - 1} steps the vector is ${away.toFixed(away < 1 ? 3 : 1)}° away from the line of the eigenvalue 1, ` +
            `and its Rayleigh quotient is ${plain(last.quotient)}.`,
    };
};
